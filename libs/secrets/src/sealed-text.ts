import { createSecretKey, type KeyObject } from 'node:crypto';
import { open, seal } from './aead.ts';
import { freshNonce, nonceBytes } from './nonces.ts';
import { hkdf, type SealingKeys } from './sealing-keys.ts';

/** Why a text was not opened. `expired` is said only of one that is ours and unchanged. */
export type UnsealedReason = 'malformed' | 'unknown_key' | 'forged' | 'expired';

const version = 1;
const longestText = 65_536;
const tagBytes = 16;
const daySeconds = 86_400;
const mostDayKeys = 64;

/**
 * Seals a text that we hand out and get back: opaque, safe in a URL, a cookie and a header, good until `expiresAt` (ms).
 *
 * The layout is a header (version, expiry in seconds, key id), a nonce and the AES-256-GCM text; the header is authenticated with it.
 */
export function sealText(text: string, { key, expiresAt }: { key: SealingKeys; expiresAt: number }): string {
  const expiry = Math.floor(expiresAt / 1000);
  const about = header(key.sealingId, expiry);
  const nonce = freshNonce();
  const sealing = dayKey(key.sealing(), expiry);
  return Buffer.concat([about, nonce, seal(text, { key: sealing, nonce, about })]).toString('base64url');
}

/** Opens what `sealText` made. `now` and `expiresAt` are in ms. */
export function openSealedText(
  sealed: string,
  { key, now }: { key: SealingKeys; now: number },
): { ok: true; text: string; expiresAt: number } | { ok: false; reason: UnsealedReason } {
  const parts = split(sealed);
  if (parts === undefined) return { ok: false, reason: 'malformed' };
  const { about, keyId, expiry, nonce, body } = parts;
  const master = key.find(keyId);
  if (master === undefined) return { ok: false, reason: 'unknown_key' };
  const text = open(body, { key: dayKey(master, expiry), nonce, about });
  if (text === undefined) return { ok: false, reason: 'forged' };
  if (now >= expiry * 1000) return { ok: false, reason: 'expired' };
  return { ok: true, text, expiresAt: expiry * 1000 };
}

function header(keyId: string, expiry: number): Buffer {
  const bytes = Buffer.alloc(7 + keyId.length);
  bytes.writeUInt8(version, 0);
  bytes.writeUIntBE(expiry, 1, 5);
  bytes.writeUInt8(keyId.length, 6);
  bytes.write(keyId, 7, 'latin1');
  return bytes;
}

function split(sealed: string) {
  if (sealed.length > longestText) return undefined;
  const bytes = Buffer.from(sealed, 'base64url');
  // Decoding skips what is not base64url and ignores spare bits: only the one canonical text is ours.
  if (bytes.toString('base64url') !== sealed) return undefined;
  if (bytes.length < 7 || bytes[0] !== version) return undefined;
  const afterHeader = 7 + bytes.readUInt8(6);
  const afterNonce = afterHeader + nonceBytes;
  if (bytes.length < afterNonce + tagBytes) return undefined;
  return {
    about: bytes.subarray(0, afterHeader),
    keyId: bytes.toString('latin1', 7, afterHeader),
    expiry: bytes.readUIntBE(1, 5),
    nonce: bytes.subarray(afterHeader, afterNonce),
    body: bytes.subarray(afterNonce),
  };
}

const dayKeys = new WeakMap<KeyObject, Map<number, KeyObject>>();

/**
 * The key of texts that expire on one day. A random nonce is safe for 2^32 messages under one key, which a busy
 * installation would reach in a week or two; a day's share is far below.
 */
function dayKey(master: KeyObject, expiry: number): KeyObject {
  const known = dayKeys.get(master) ?? new Map<number, KeyObject>();
  dayKeys.set(master, known);
  const day = Math.floor(expiry / daySeconds);
  const cached = known.get(day);
  if (cached !== undefined) return cached;
  // A forger chooses the day: the cache must not grow with it.
  if (known.size >= mostDayKeys) known.clear();
  const made = createSecretKey(hkdf(master, `day/${day}`));
  known.set(day, made);
  return made;
}
