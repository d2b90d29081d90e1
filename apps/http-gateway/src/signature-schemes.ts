/** Request headers as Node's `headersDistinct` gives them: lower-case names, every value kept apart. */
export type DistinctHeaders = Readonly<Record<string, readonly string[] | undefined>>;

/** What a request claims about its own signature, before anything was computed. */
export interface SignatureClaim {
  /** Signatures in the text form of the scheme; one that matches is enough (rotation on the sender's side). */
  signatures: readonly string[];
  /** What is signed in front of the raw body. */
  prefix: string;
  /** Unix seconds, for the schemes that sign one. */
  timestamp?: number;
}

/** Why no claim could be read. Goes to the log, never to the caller. */
export type ClaimProblem = 'header_missing' | 'header_repeated' | 'header_malformed' | 'timestamp_missing';

export type ReadClaim = { ok: true; claim: SignatureClaim } | { ok: false; reason: ClaimProblem };

interface Scheme {
  /** How the digest is written in the header. */
  encoding: 'hex' | 'base64';
  /** The HMAC key of a configured secret, or `undefined` when the secret cannot be one. */
  key(secret: string): Buffer | undefined;
  read(headers: DistinctHeaders, body: Uint8Array): ReadClaim;
}

const unixSeconds = /^\d{1,12}$/;
const bareBase64 = /^[A-Za-z0-9+/]+={0,2}$/;

const refused = (reason: ClaimProblem): ReadClaim => ({ ok: false, reason });

/** The value of a header that must stand there exactly once. */
function once(headers: DistinctHeaders, name: string): { value: string } | { problem: ClaimProblem } {
  const values = headers[name];
  const first = values?.[0];
  if (values === undefined || first === undefined || first === '') return { problem: 'header_missing' };
  return values.length === 1 ? { value: first } : { problem: 'header_repeated' };
}

const literalKey = (secret: string): Buffer | undefined => (secret === '' ? undefined : Buffer.from(secret, 'utf8'));

/** Standard Webhooks: what follows `whsec_` is base64. A text that is not is no key, and never verifies. */
function standardWebhooksKey(secret: string): Buffer | undefined {
  const encoded = secret.startsWith('whsec_') ? secret.slice('whsec_'.length) : secret;
  return bareBase64.test(encoded) ? Buffer.from(encoded, 'base64') : undefined;
}

function readStandardWebhooks(headers: DistinctHeaders): ReadClaim {
  const id = once(headers, 'webhook-id');
  if ('problem' in id) return refused(id.problem);
  const time = once(headers, 'webhook-timestamp');
  if ('problem' in time) return refused(time.problem);
  const signature = once(headers, 'webhook-signature');
  if ('problem' in signature) return refused(signature.problem);
  if (!unixSeconds.test(time.value)) return refused('header_malformed');
  // `v1a` (ed25519) and versions to come may stand in the same list: they are skipped, not refused.
  const signatures = signature.value
    .split(' ')
    .filter((part) => part.startsWith('v1,'))
    .map((part) => part.slice(3));
  if (signatures.length === 0) return refused('header_malformed');
  return { ok: true, claim: { signatures, prefix: `${id.value}.${time.value}.`, timestamp: Number(time.value) } };
}

function readStripe(headers: DistinctHeaders): ReadClaim {
  const header = once(headers, 'stripe-signature');
  if ('problem' in header) return refused(header.problem);
  const parts = header.value.split(',').map((part) => part.trim());
  const times = parts.filter((part) => part.startsWith('t=')).map((part) => part.slice(2));
  const signatures = parts.filter((part) => part.startsWith('v1=')).map((part) => part.slice(3));
  const [time] = times;
  if (time === undefined) return refused('timestamp_missing');
  if (times.length > 1 || !unixSeconds.test(time) || signatures.length === 0) return refused('header_malformed');
  return { ok: true, claim: { signatures, prefix: `${time}.`, timestamp: Number(time) } };
}

/** `name: sha256=<hex>` over the body, behind an optional prefix. */
function readSha256Hex(
  headers: DistinctHeaders,
  name: string,
  signed: { prefix: string; timestamp?: number },
): ReadClaim {
  const header = once(headers, name);
  if ('problem' in header) return refused(header.problem);
  if (!header.value.startsWith('sha256=')) return refused('header_malformed');
  return { ok: true, claim: { signatures: [header.value.slice('sha256='.length)], ...signed } };
}

function readShopify(headers: DistinctHeaders): ReadClaim {
  const header = once(headers, 'x-shopify-hmac-sha256');
  if ('problem' in header) return refused(header.problem);
  return { ok: true, claim: { signatures: [header.value], prefix: '' } };
}

/** Whether a body begins as the signed text of a timestamped request does: digits and a dot. */
function looksTimestamped(body: Uint8Array): boolean {
  return /^\d{1,12}\./.test(Buffer.from(body.subarray(0, 13)).toString('latin1'));
}

/** With `X-Timestamp` the signed text is `<timestamp>.<body>`, without it the body alone. */
function readPlainHmac(headers: DistinctHeaders, body: Uint8Array): ReadClaim {
  if (headers['x-timestamp'] === undefined) {
    // Somebody who drops the header and puts its value in front of the body would escape the age check.
    if (looksTimestamped(body)) return refused('timestamp_missing');
    return readSha256Hex(headers, 'x-signature', { prefix: '' });
  }
  const time = once(headers, 'x-timestamp');
  if ('problem' in time) return refused(time.problem);
  if (!unixSeconds.test(time.value)) return refused('header_malformed');
  return readSha256Hex(headers, 'x-signature', { prefix: `${time.value}.`, timestamp: Number(time.value) });
}

/** Every way of signing that we understand: one row per platform family. */
export const signatureSchemes = {
  'standard-webhooks': { encoding: 'base64', key: standardWebhooksKey, read: readStandardWebhooks },
  github: {
    encoding: 'hex',
    key: literalKey,
    read: (headers) => readSha256Hex(headers, 'x-hub-signature-256', { prefix: '' }),
  },
  // The whole literal `whsec_...` is the key here, unlike in Standard Webhooks.
  stripe: { encoding: 'hex', key: literalKey, read: readStripe },
  shopify: { encoding: 'base64', key: literalKey, read: readShopify },
  'hmac-sha256-hex': { encoding: 'hex', key: literalKey, read: readPlainHmac },
} as const satisfies Record<string, Scheme>;

/** A name in `signature_scheme`. */
export type SignatureSchemeName = keyof typeof signatureSchemes;
