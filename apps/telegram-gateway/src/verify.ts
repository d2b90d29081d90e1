import { createHash, timingSafeEqual } from 'node:crypto';
import type { Secret } from '@trunkline/secrets';

/** What a connector asks of whoever posts to its webhook. Present but empty secrets refuse everybody. */
export interface Credentials {
  secrets?: readonly Secret[] | undefined;
  /** Whether it takes posts without any proof when there are no secrets: `allow_unauthenticated_ingress`, never with polling. */
  open: boolean;
}

/** `used` is the secret that let the request in. Reasons are for the log only. */
export type Verification =
  | { ok: true; used?: Secret }
  | { ok: false; reason: 'no_credentials' | 'secret_missing' | 'secret_repeated' | 'secret_mismatch' };

/** Where Telegram puts the `secret_token` of a webhook. */
export const secretHeader = 'x-telegram-bot-api-secret-token';

/** Is this request from whoever knows the connector's secret? Compares in constant time, with all that count now (rotation). */
export function verifyRequest(
  headers: Readonly<Partial<Record<string, readonly string[]>>>,
  { secrets, open }: Credentials,
  now: () => number,
): Verification {
  if (secrets === undefined) return open ? { ok: true } : { ok: false, reason: 'no_credentials' };
  const [presented, ...more] = headers[secretHeader] ?? [];
  if (presented === undefined || presented === '') return { ok: false, reason: 'secret_missing' };
  if (more.length > 0) return { ok: false, reason: 'secret_repeated' };
  const claimed = sha256(presented);
  const nowMs = now();
  let used: Secret | undefined;
  for (const secret of secrets) {
    const expected = secret.expose().trim();
    const counts = expected !== '' && (secret.validUntil === undefined || nowMs < secret.validUntil);
    if (timingSafeEqual(sha256(expected), claimed) && counts) used ??= secret;
  }
  return used === undefined ? { ok: false, reason: 'secret_mismatch' } : { ok: true, used };
}

const sha256 = (text: string) => createHash('sha256').update(text).digest();
