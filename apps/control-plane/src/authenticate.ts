import type { IncomingMessage } from 'node:http';
import { csrfHeader } from '@trunkline/control-api';
import { problem } from '@trunkline/errors';
import {
  bearerToken,
  clientAddress,
  equalInConstantTime,
  repeatedHeader,
  retryAfter,
  type AuthFailures,
  type TrustedProxies,
} from '@trunkline/gateway-kit';
import type { ConsoleSessions } from './console/console-sessions.ts';
import { foreignOrigin } from './console/same-origin.ts';
import type { BrowserCookie } from './console/browser-cookie.ts';
import { refuse, type Caller, type Refusal } from './operation.ts';
import type { KnownTokens } from './tokens/known-tokens.ts';

export interface FailureDeps {
  failures: AuthFailures;
  trustedProxies: TrustedProxies;
}

export interface AuthenticateDeps extends FailureDeps {
  known: KnownTokens;
  sessions: ConsoleSessions;
  cookie: BrowserCookie;
  /** How browsers reach us, where that is not the Host that they send. */
  publicUrl: string | undefined;
}

/** The caller that a request proves to be, by its bearer token or else by the console's cookie; or the refusal. */
export function authenticate(req: IncomingMessage, deps: AuthenticateDeps): { caller: Caller } | Refusal {
  if (req.headers.authorization === undefined) return authenticateByCookie(req, deps);
  const token = repeatedHeader(req, ['authorization']) === undefined ? bearerToken(req) : undefined;
  const caller = token === undefined ? undefined : deps.known.withText(token)?.caller;
  return caller ? { caller } : refuseUnknown(req, deps);
}

function authenticateByCookie(req: IncomingMessage, deps: AuthenticateDeps): { caller: Caller } | Refusal {
  const sealed = deps.cookie.read(req);
  const session = sealed === undefined ? undefined : deps.sessions.open(sealed);
  if (!session) return refuseUnknown(req, deps);
  const forged = isRead(req) ? undefined : forgedBy(req, { csrfToken: session.csrfToken, publicUrl: deps.publicUrl });
  if (forged !== undefined) return refuse('cross_site_refused', forged);
  return { caller: { ...session.caller, csrfToken: session.csrfToken } };
}

const isRead = ({ method }: IncomingMessage) => method === 'GET' || method === 'HEAD';

/** A browser adds the cookie to whatever a page makes it send: a change must also show that a page of ours made it. */
function forgedBy(
  req: IncomingMessage,
  { csrfToken, publicUrl }: { csrfToken: string; publicUrl: string | undefined },
): string | undefined {
  const given = req.headers[csrfHeader.toLowerCase()];
  const shown = typeof given === 'string' && equalInConstantTime(given, csrfToken);
  if (!shown) return `A change that is authenticated by the cookie needs the session's csrf_token as ${csrfHeader}.`;
  return foreignOrigin(req, publicUrl);
}

/** Counts one more failed authentication of its address, and says so. */
export function refuseUnknown(
  req: IncomingMessage,
  { failures, trustedProxies }: FailureDeps,
  detail = 'Send Authorization: Bearer <token> with a token that is neither expired nor revoked (trunkline tokens create).',
): Refusal {
  const failure = failures.failed(clientAddress(req, trustedProxies));
  if (failure.limited) return { problem: tooMany, headers: retryAfter(failure.retryAfterMs) };
  return {
    problem: problem('unauthenticated', { detail }),
    headers: { 'www-authenticate': 'Bearer realm="trunkline"' },
  };
}

const tooMany = problem('too_many_auth_failures', {
  detail: 'Too many requests from this address failed to authenticate. Correct the token; try again after Retry-After.',
});
