import { createHmac, createSecretKey, hash, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { Secret } from '@trunkline/secrets';
import { signatureSchemes } from './signature-schemes.ts';
import type { ClaimProblem, DistinctHeaders, SignatureSchemeName } from './signature-schemes.ts';

/** What a connector asks of its callers, with keys ready for use. Present but empty lists refuse everybody. */
export interface Credentials {
  bearer?: readonly BearerKey[];
  signing?: { scheme: SignatureSchemeName; keys: readonly SigningKey[]; maxAgeSeconds: number };
}

/** The SHA-256 of a bearer token. Like every key here it counts as long as its secret does (rotation with a grace window). */
export interface BearerKey {
  digest: Buffer;
  secret: Secret;
}

/** An HMAC key. As a key object: given as bytes, node would prepare it anew each time, which costs more than the digest. */
export interface SigningKey {
  key: KeyObject;
  secret: Secret;
}

/** The parts of a request that authenticity depends on. `body` is the raw bytes, as received. */
export interface PresentedRequest {
  headers: DistinctHeaders;
  body: Uint8Array;
  /** Bearer token outside the header (`?access_token=`), for the formats that allow it. */
  accessToken?: string | undefined;
}

/**
 * `authenticated: false` with `ok: true` is a connector that asks for nothing. `used` are the secrets that let the request
 * in. Reasons are for the log only.
 */
export type Verification =
  { ok: true; authenticated: boolean; used: readonly Secret[] } | { ok: false; reason: VerificationFailure };

export type VerificationFailure =
  | ClaimProblem
  | 'bearer_missing'
  | 'bearer_repeated'
  | 'bearer_mismatch'
  | 'signature_mismatch'
  | 'timestamp_out_of_range';

const bearerHeader = /^bearer +([^\s]+)$/i;

const shortestRotatedSecret = 8;

/**
 * Turns configured secrets into HMAC keys. Blank and unusable ones are left out: they never verify anything.
 *
 * One text may hold several secrets between whitespace, each of at least 8 characters. A text with a shorter word in it is
 * a passphrase, that is one secret: its words must not become keys.
 */
export function signingKeys(scheme: SignatureSchemeName, secrets: readonly Secret[]): SigningKey[] {
  return secrets.flatMap((secret) =>
    valuesIn(secret.expose()).flatMap((value) => {
      const bytes = signatureSchemes[scheme].key(value);
      return bytes === undefined || bytes.length === 0 ? [] : [{ key: createSecretKey(bytes), secret }];
    }),
  );
}

function valuesIn(text: string): string[] {
  const whole = text.trim();
  const parts = whole.split(/\s+/);
  return parts.some((part) => part.length < shortestRotatedSecret) ? [whole] : parts;
}

/** Digests of bearer tokens: equal lengths make the comparison constant in time whatever was presented. */
export function bearerKeys(tokens: readonly Secret[]): BearerKey[] {
  return tokens.flatMap((secret) => {
    const token = secret.expose().trim();
    return token === '' ? [] : [{ digest: sha256(token), secret }];
  });
}

type Proof = { ok: true; used: Secret } | { ok: false; reason: VerificationFailure };

/** Is this request from somebody who knows the connector's secrets? Bearer and signature both configured = both needed. */
export function verifyRequest(request: PresentedRequest, credentials: Credentials, now: () => number): Verification {
  const { bearer, signing } = credentials;
  const nowMs = now();
  const used: Secret[] = [];
  for (const proof of [
    bearer && bearerProof(request, bearer, nowMs),
    signing && signatureProof(request, signing, nowMs),
  ]) {
    if (proof === undefined) continue;
    if (!proof.ok) return proof;
    used.push(proof.used);
  }
  return { ok: true, authenticated: used.length > 0, used };
}

const refused = (reason: VerificationFailure): Proof => ({ ok: false, reason });

function bearerProof(request: PresentedRequest, keys: readonly BearerKey[], nowMs: number): Proof {
  const headers = request.headers['authorization'] ?? [];
  const presented = request.accessToken === undefined ? headers.length : headers.length + 1;
  if (presented === 0) return refused('bearer_missing');
  if (presented > 1) return refused('bearer_repeated');
  // Node reads header bytes as latin1: this gives back the bytes that were sent.
  const token = request.accessToken ?? Buffer.from(bearerHeader.exec(headers[0] ?? '')?.[1] ?? '', 'latin1');
  if (token.length === 0) return refused('bearer_missing');
  const digest = sha256(token);
  const used = matching(inForce(keys, nowMs), (key) => [key.digest, [digest]]);
  return used === undefined ? refused('bearer_mismatch') : { ok: true, used };
}

function signatureProof(request: PresentedRequest, signing: NonNullable<Credentials['signing']>, nowMs: number): Proof {
  const { encoding, read } = signatureSchemes[signing.scheme];
  const reading = read(request.headers, request.body);
  if (!reading.ok) return reading;
  const { signatures, prefix, timestamp } = reading.claim;
  if (timestamp !== undefined && Math.abs(Math.floor(nowMs / 1000) - timestamp) > signing.maxAgeSeconds) {
    return refused('timestamp_out_of_range');
  }
  // Text is compared, not decoded bytes: base64 and hex decoders accept several spellings of the same bytes.
  const claimed = signatures.map((text) => Buffer.from(text, 'latin1'));
  const digest = ({ key }: SigningKey) =>
    Buffer.from(createHmac('sha256', key).update(prefix, 'latin1').update(request.body).digest(encoding), 'latin1');
  const used = matching(inForce(signing.keys, nowMs), (key) => [digest(key), claimed]);
  return used === undefined ? refused('signature_mismatch') : { ok: true, used };
}

const inForce = <K extends { secret: Secret }>(keys: readonly K[], nowMs: number) =>
  keys.filter(({ secret: { validUntil } }) => validUntil === undefined || nowMs < validUntil);

/** Compares every pair, so that the time does not tell which one matched. */
function matching<K extends { secret: Secret }>(
  keys: readonly K[],
  pairs: (key: K) => readonly [expected: Buffer, claimed: readonly Buffer[]],
): Secret | undefined {
  let found: Secret | undefined;
  for (const key of keys) {
    const [expected, claimed] = pairs(key);
    for (const one of claimed) {
      if (one.length === expected.length && timingSafeEqual(one, expected)) found ??= key.secret;
    }
  }
  return found;
}

const sha256 = (text: string | Buffer): Buffer => hash('sha256', text, 'buffer');
