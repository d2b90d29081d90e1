import type { ConsoleSession, consoleRoutes } from '@trunkline/control-api';
import type { Logger } from '@trunkline/telemetry';
import { refuseUnknown, type AuthenticateDeps } from '../authenticate.ts';
import { refuse, type Caller, type HandlersOf } from '../operation.ts';
import type { StartedSession } from './console-sessions.ts';
import { foreignOrigin } from './same-origin.ts';

export interface ConsoleDeps extends AuthenticateDeps {
  /** Where a browser goes to sign in with the identity provider. */
  oidcUrl: string | undefined;
  log: Logger;
  now: () => number;
}

/** Signing in to the console, and out. */
export function consoleHandlers(deps: ConsoleDeps): HandlersOf<typeof consoleRoutes> {
  const { sessions, cookie, known, log, now, oidcUrl } = deps;
  return {
    async signInOptions() {
      return { answer: { token: true, ...(oidcUrl !== undefined && { oidc_url: oidcUrl }) } };
    },
    async signIn({ body, exchange: { req } }) {
      const foreign = foreignOrigin(req, deps.publicUrl);
      if (foreign !== undefined) return refuse('cross_site_refused', foreign);
      if (cookie.wouldBeLost(req)) return refuse('tls_required', needsTls);
      const token = known.withText(body.token);
      if (!token) return refuseUnknown(req, deps, noSuchToken);
      const started = sessions.startForToken(token);
      log.info({ by: token.caller.name, expires_at: expiryOf(started) }, 'console.signed-in');
      return {
        answer: sessionView({ ...token.caller, csrfToken: started.csrfToken, expires_at: expiryOf(started) }),
        headers: { 'set-cookie': cookie.keep(req, { value: started.sealed, maxAgeMs: started.expiresAt - now() }) },
        audit: 'nothing_changed',
      };
    },
    async showSession({ caller }) {
      return { answer: sessionView(caller) };
    },
    async signOut({ caller, exchange: { req } }) {
      log.info({ by: caller.name }, 'console.signed-out');
      return { answer: undefined, headers: { 'set-cookie': cookie.forget(req) }, audit: 'nothing_changed' };
    },
  };
}

const expiryOf = ({ expiresAt }: StartedSession) => new Date(expiresAt).toISOString();

function sessionView({ name, role, expires_at, csrfToken }: Caller): ConsoleSession {
  return {
    name,
    role,
    ...(expires_at !== undefined && { expires_at }),
    ...(csrfToken !== undefined && { csrf_token: csrfToken }),
  };
}

const noSuchToken =
  'There is no token like this, or it has expired or been revoked. Check that all of it was pasted, or make a new one: trunkline tokens create.';
const needsTls =
  'Over plain HTTP a browser keeps this cookie on the same machine only. Put TLS in front of the control plane, or open it at 127.0.0.1.';
