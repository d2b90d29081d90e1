import type { IncomingMessage } from 'node:http';
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
import type { Secret } from '@trunkline/secrets';
import type { Caller, Refusal } from './operation.ts';
import { tokenDigest, tokenIdIn, tokenState } from './tokens/token-record.ts';
import type { TokenStore } from './tokens/token-store.ts';

export interface AuthenticateDeps {
  tokens: Pick<TokenStore, 'find'>;
  /** The token that the process was started with: a way in before there are any others. */
  adminToken: Secret | undefined;
  failures: AuthFailures;
  trustedProxies: TrustedProxies;
  now: () => number;
}

/** The caller that a request proves to be, or the refusal. */
export function authenticate(req: IncomingMessage, deps: AuthenticateDeps): { caller: Caller } | Refusal {
  const token = repeatedHeader(req, ['authorization']) === undefined ? bearerToken(req) : undefined;
  const caller = token === undefined ? undefined : callerOf(token, deps);
  if (caller) return { caller };
  const failure = deps.failures.failed(clientAddress(req, deps.trustedProxies));
  if (failure.limited) return { problem: tooMany, headers: retryAfter(failure.retryAfterMs) };
  return { problem: unauthenticated, headers: { 'www-authenticate': 'Bearer realm="trunkline"' } };
}

function callerOf(token: string, { tokens, adminToken, now }: AuthenticateDeps): Caller | undefined {
  if (adminToken !== undefined && equalInConstantTime(token, adminToken.expose())) return startUpCaller;
  const record = tokens.find(tokenIdIn(token) ?? '');
  if (!record || !equalInConstantTime(record.digest, tokenDigest(token))) return undefined;
  if (tokenState(record, now()) !== 'valid') return undefined;
  const { token_id, name, role, expires_at } = record;
  return { token_id, name, role, expires_at };
}

/** Whether a caller who was let in may go on: for answers that last. */
export function mayGoOn({ token_id }: Caller, { tokens, now }: Pick<AuthenticateDeps, 'tokens' | 'now'>): boolean {
  if (token_id === startUpCaller.token_id) return true;
  const record = tokens.find(token_id);
  return record !== undefined && tokenState(record, now()) === 'valid';
}

const startUpCaller: Caller = { token_id: 'start-up', name: 'start-up token', role: 'admin' };

const unauthenticated = problem('unauthenticated', {
  detail:
    'Send Authorization: Bearer <token> with a token that is neither expired nor revoked (trunkline tokens create).',
});
const tooMany = problem('too_many_auth_failures', {
  detail: 'Too many requests from this address failed to authenticate. Correct the token; try again after Retry-After.',
});
