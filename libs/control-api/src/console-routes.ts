import { z } from 'zod';
import { defineRoutes, roles } from './route.ts';

/** Name of the cookie that the console is signed in with. Over plain HTTP on this machine it goes without its prefix. */
export const sessionCookie = '__Host-trunkline';

/** The header in which a change that is authenticated by the cookie carries the session's `csrf_token`. */
export const csrfHeader = 'X-CSRF-Token';

/** Who is signed in. */
export const consoleSessionSchema = z.object({
  name: z.string(),
  role: z.enum(roles),
  expires_at: z.iso.datetime().optional(),
  csrf_token: z
    .string()
    .optional()
    .describe(
      `To be sent as ${csrfHeader} with every change; missing for a caller with a bearer token, who needs none.`,
    ),
});
export type ConsoleSession = z.output<typeof consoleSessionSchema>;

export const consoleRoutes = defineRoutes({
  signInOptions: {
    method: 'GET',
    path: '/v1/console/sign-in',
    role: 'anyone',
    tag: 'Console',
    summary: 'How one can sign in here.',
    answer: z.object({
      token: z.literal(true).describe('With a token: `POST /v1/console/session`.'),
      oidc_url: z
        .string()
        .optional()
        .describe('Where the browser goes to sign in with the identity provider, if there is one.'),
    }),
  },
  signIn: {
    method: 'POST',
    path: '/v1/console/session',
    role: 'anyone',
    tag: 'Console',
    summary: 'Exchange a token for a session cookie.',
    description:
      'The cookie is HttpOnly and SameSite=Strict, holds for 12 hours at most, and no longer than the token. Refused for requests that come from other sites.',
    body: z.strictObject({ token: z.string().min(1).max(500) }),
    example: { token: 'tlt_1f0c9a4b7d2e_the-rest-of-your-token' },
    answer: consoleSessionSchema,
    status: 201,
    problems: ['unauthenticated', 'too_many_auth_failures', 'cross_site_refused', 'tls_required'],
  },
  showSession: {
    method: 'GET',
    path: '/v1/console/session',
    role: 'viewer',
    tag: 'Console',
    summary: 'Who is signed in, and the token that changes need.',
    answer: consoleSessionSchema,
  },
  signOut: {
    method: 'DELETE',
    path: '/v1/console/session',
    role: 'viewer',
    tag: 'Console',
    summary: 'Sign out: the browser forgets the session.',
  },
});
