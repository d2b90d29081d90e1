import type { IncomingMessage } from 'node:http';
import { bearerToken, equalInConstantTime, repeatedHeader } from '@trunkline/gateway-kit';
import { validSecrets, type Secret } from '@trunkline/secrets';

/** `used` is the secret that let the caller in; none on a connector that asks for nothing. Reasons are for the log only. */
export type Verification =
  { ok: true; used?: Secret } | { ok: false; reason: 'bearer_missing' | 'bearer_repeated' | 'bearer_mismatch' };

/**
 * Is this caller the sidecar of a connector with these shared tokens? `undefined` asks for nothing; an empty list refuses everybody.
 * A token that was replaced counts until its grace window ends.
 */
export function verifyBearer(
  req: Pick<IncomingMessage, 'headers' | 'rawHeaders'>,
  tokens: readonly Secret[] | undefined,
  now: number,
): Verification {
  if (tokens === undefined) return { ok: true };
  if (repeatedHeader(req, ['authorization']) !== undefined) return { ok: false, reason: 'bearer_repeated' };
  const presented = bearerToken(req);
  if (presented === undefined) return { ok: false, reason: 'bearer_missing' };
  // Node reads header bytes as latin1: this gives back the text that was sent.
  const token = Buffer.from(presented, 'latin1').toString('utf8');
  let used: Secret | undefined;
  for (const secret of validSecrets(tokens, now)) {
    const expected = secret.expose().trim();
    // Every one is compared, so that the time does not tell which one matched.
    if (equalInConstantTime(token, expected) && expected !== '') used ??= secret;
  }
  return used === undefined ? { ok: false, reason: 'bearer_mismatch' } : { ok: true, used };
}
