import type { IncomingMessage } from 'node:http';
import { problemAnswer, queryOf, sendAnswer, type IngressHandler, type IngressRoute } from '@trunkline/gateway-kit';
import { deriveKey, openSealedText, sealText, type Keyring } from '@trunkline/secrets';
import type { Logger } from '@trunkline/telemetry';
import { refuseUnknown, type AuthenticateDeps } from '../authenticate.ts';
import { createBrowserCookie } from '../console/browser-cookie.ts';
import { refuse, type Refusal } from '../operation.ts';
import {
  IdentityProviderAwayError,
  signInFlowSchema,
  type IdentityProvider,
  type SignInFlow,
} from './identity-provider.ts';
import { roleOfClaims, type RoleMapping } from './role-of-claims.ts';

/** Pages that a browser passes through while it signs in. The provider must know the second one. */
export const oidcPaths = { login: '/auth/oidc/login', callback: '/auth/oidc/callback' } as const;

/** How people sign in with the identity provider of their organisation. */
export interface OidcSignIn {
  provider: IdentityProvider;
  mapping: RoleMapping;
}

export interface OidcRoutesDeps extends OidcSignIn {
  access: AuthenticateDeps;
  keyring: Keyring;
  log: Logger;
  now: () => number;
}

/** As long as somebody may take to sign in at the provider. */
const flowMs = 10 * 60_000;

interface Redirect {
  location: string;
  cookies: string[];
}

/** Signing in with the identity provider: there, and back with a session. */
export function oidcRoutes(deps: OidcRoutesDeps): IngressRoute[] {
  const { access, now } = deps;
  // Lax: coming back from the provider is a navigation from another site.
  const cookie = createBrowserCookie({ name: '__Host-trunkline-oidc', sameSite: 'Lax', publicUrl: access.publicUrl });
  const key = () => deriveKey(deps.keyring, 'oidc-flow');

  const leave = async (req: IncomingMessage): Promise<Redirect> => {
    const { url, flow } = await deps.provider.begin();
    const value = sealText(JSON.stringify(flow), { key: key(), expiresAt: now() + flowMs });
    return { location: url.href, cookies: [cookie.keep(req, { value, maxAgeMs: flowMs })] };
  };
  const comeBack = async (req: IncomingMessage): Promise<Redirect | Refusal> => {
    const opened = openSealedText(cookie.read(req) ?? '', { key: key(), now: now() });
    if (!opened.ok) return refuse('sign_in_failed', `This browser has no sign-in under way. ${startAgain}`);
    const kept = await signInWith(req, signInFlowSchema.parse(JSON.parse(opened.text)), deps);
    return 'problem' in kept ? kept : { location: '/', cookies: [kept.session, cookie.forget(req)] };
  };
  return [
    { path: oidcPaths.login, methods: { GET: answering(leave, deps) } },
    { path: oidcPaths.callback, methods: { GET: answering(comeBack, deps) } },
  ];
}

const startAgain = `Start again at ${oidcPaths.login}.`;

async function signInWith(
  req: IncomingMessage,
  flow: SignInFlow,
  { provider, mapping, access, log, now }: OidcRoutesDeps,
): Promise<{ session: string } | Refusal> {
  const back = await provider.finish(queryOf(req), flow);
  if (back.outcome === 'refused') {
    log.warn({ reason: back.reason }, 'console.sign-in-refused');
    const limited = refuseUnknown(req, access);
    return limited.problem.status === 429
      ? limited
      : refuse('sign_in_failed', `The identity provider refused. ${startAgain}`);
  }
  const { subject, name, claims } = back;
  const role = roleOfClaims(claims, mapping);
  if (role === undefined) {
    log.warn({ subject, reason: 'no role' }, 'console.sign-in-refused');
    return refuse('forbidden', `None of the groups of ${name} has a role here: ask whoever runs the control plane.`);
  }
  const { sealed, expiresAt } = access.sessions.startForIdentity({ subject, name, role });
  log.info({ by: name, subject, role, expires_at: new Date(expiresAt).toISOString() }, 'console.signed-in');
  return { session: access.cookie.keep(req, { value: sealed, maxAgeMs: expiresAt - now() }) };
}

function answering(
  handle: (req: IncomingMessage) => Promise<Redirect | Refusal>,
  { log }: { log: Logger },
): IngressHandler {
  return async ({ req, res }) => {
    const done = await handle(req).catch((error: unknown) => {
      if (!(error instanceof IdentityProviderAwayError)) throw error;
      log.warn({ err: error }, 'identity-provider.unavailable');
      return refuse(
        'identity_provider_unavailable',
        'The identity provider does not answer. Try later, or use a token.',
      );
    });
    if ('problem' in done) return sendAnswer(res, problemAnswer(done.problem, done.headers));
    res.setHeader('set-cookie', done.cookies);
    sendAnswer(res, { status: 302, headers: { location: done.location }, body: '' });
  };
}
