import { hash, timingSafeEqual } from 'node:crypto';
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
const secretHeader = 'x-telegram-bot-api-secret-token';

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
    const expected = expectedOf(secret);
    const counts = !expected.blank && (secret.validUntil === undefined || nowMs < secret.validUntil);
    if (timingSafeEqual(expected.digest, claimed) && counts) used ??= secret;
  }
  return used === undefined ? { ok: false, reason: 'secret_mismatch' } : { ok: true, used };
}

const sha256 = (text: string) => hash('sha256', text, 'buffer');

interface Expected {
  digest: Buffer;
  blank: boolean;
}

/** Made once for each secret, not with each update. */
const known = new WeakMap<Secret, Expected>();

function expectedOf(secret: Secret): Expected {
  const before = known.get(secret);
  if (before) return before;
  const text = secret.expose().trim();
  const made = { digest: sha256(text), blank: text === '' };
  known.set(secret, made);
  return made;
}
