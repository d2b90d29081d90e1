import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';
import { validSecrets, type Secret } from '@trunkline/secrets';

/** A signing secret as a key object: prepared once, not with each request. It counts as long as its secret does. */
export interface SigningKey {
  key: KeyObject;
  secret: Secret;
}

/** The parts of a request that its authenticity depends on. `body` is the raw bytes, as received. */
export interface SignedRequest {
  headers: Readonly<Record<string, string[] | undefined>>;
  body: Uint8Array;
}

/** Reasons are for the log only: who guesses should not learn how close the guess was. */
export type Verification = { ok: true; used: Secret } | { ok: false; reason: VerificationFailure };

export type VerificationFailure =
  | 'signature_missing'
  | 'signature_repeated'
  | 'signature_malformed'
  | 'timestamp_malformed'
  | 'timestamp_out_of_range'
  | 'signature_mismatch';

/** Both ways: a clock that is ahead would let a recorded request live on for as long as it is ahead. */
const maxSkewSeconds = 300;

/** Turns the signing secrets of an app into keys; blank ones never verify anything. */
export function signingKeys(secrets: readonly Secret[]): SigningKey[] {
  return secrets.flatMap((secret) => {
    const value = secret.expose().trim();
    return value === '' ? [] : [{ key: createSecretKey(Buffer.from(value)), secret }];
  });
}

/** Whether Slack signed this request (scheme v0, over the raw bytes) with one of the secrets that count now. */
export function verifyRequest(
  { headers, body }: SignedRequest,
  keys: readonly SigningKey[],
  now: () => number,
): Verification {
  const { 'x-slack-signature': signatures = [], 'x-slack-request-timestamp': timestamps = [] } = headers;
  if (signatures.length === 0 || timestamps.length === 0) return refused('signature_missing');
  if (signatures.length > 1 || timestamps.length > 1) return refused('signature_repeated');
  const [signature = ''] = signatures;
  const [timestamp = ''] = timestamps;
  if (!/^\d{1,12}$/.test(timestamp)) return refused('timestamp_malformed');
  // The text is compared, not decoded bytes: one signature has one spelling.
  if (!/^v0=[0-9a-f]{64}$/.test(signature)) return refused('signature_malformed');
  const nowMs = now();
  if (Math.abs(Math.floor(nowMs / 1000) - Number(timestamp)) > maxSkewSeconds) return refused('timestamp_out_of_range');
  const used = signer({ signature, timestamp, body }, keys, nowMs);
  return used ? { ok: true, used } : refused('signature_mismatch');
}

const refused = (reason: VerificationFailure): Verification => ({ ok: false, reason });

/** Compares with every key, so that the time does not tell which one matched. */
function signer(
  claim: { signature: string; timestamp: string; body: Uint8Array },
  keys: readonly SigningKey[],
  nowMs: number,
): Secret | undefined {
  const claimed = Buffer.from(claim.signature);
  let used: Secret | undefined;
  for (const { key, secret } of keys) {
    if (validSecrets([secret], nowMs).length === 0) continue;
    const digest = createHmac('sha256', key).update(`v0:${claim.timestamp}:`).update(claim.body).digest('hex');
    if (timingSafeEqual(Buffer.from(`v0=${digest}`), claimed)) used ??= secret;
  }
  return used;
}
