import { z } from 'zod';
import { page, pageQuery } from './page.ts';
import { defineRoutes, roles } from './route.ts';

/** A token as anybody may see it: never the token itself. */
export const tokenViewSchema = z.object({
  token_id: z.string(),
  name: z.string(),
  role: z.enum(roles),
  created_at: z.iso.datetime(),
  created_by: z.string().describe('Name of the token that made it.'),
  expires_at: z.iso.datetime().optional(),
  state: z.enum(['valid', 'expired', 'revoked']),
});
export type TokenView = z.output<typeof tokenViewSchema>;

export const tokenRoutes = defineRoutes({
  listTokens: {
    method: 'GET',
    path: '/v1/tokens',
    role: 'admin',
    tag: 'Tokens',
    summary: 'Tokens that may call this API, newest first.',
    query: pageQuery,
    answer: page(tokenViewSchema),
  },
  createToken: {
    method: 'POST',
    path: '/v1/tokens',
    role: 'admin',
    tag: 'Tokens',
    summary: 'Make a token. It is shown in this answer only.',
    body: z.strictObject({
      name: z.string().trim().min(1).max(100),
      role: z.enum(roles),
      expires_in_seconds: z.int().min(1).max(315_360_000).optional().describe('Without it the token does not expire.'),
    }),
    example: { name: 'dashboard', role: 'viewer', expires_in_seconds: 7_776_000 },
    answer: tokenViewSchema.extend({ token: z.string().describe('Keep it: only its digest is stored.') }),
    status: 201,
  },
  revokeToken: {
    method: 'DELETE',
    path: '/v1/tokens/:token_id',
    role: 'admin',
    tag: 'Tokens',
    summary: 'Revoke a token: it is refused from then on, everywhere within 2 s.',
    params: z.strictObject({ token_id: z.string() }),
    problems: ['token_not_found'],
  },
  whoAmI: {
    method: 'GET',
    path: '/v1/whoami',
    role: 'viewer',
    tag: 'Tokens',
    summary: 'Whose token this is and what it may do.',
    answer: z.object({ name: z.string(), role: z.enum(roles), expires_at: z.iso.datetime().optional() }),
  },
});
