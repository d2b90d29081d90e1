import { createSecretKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { open, seal } from './aead.ts';
import { freshNonce, nonceBytes } from './nonces.ts';
import { hkdf, type SealingKeys } from './sealing-keys.ts';

const targetSchema = z.looseObject({ type: z.string() });

const snapshotSchema = z.looseObject({
  session_id: z.string(),
  generation: z.number().int().optional(),
  turn_id: z.string().optional(),
  event_id: z.string().optional(),
  reply_targets: z.array(targetSchema),
  output_subject: z.string(),
  issued_at: z.string().optional(),
});

/** A reply target as a handle carries it: whatever the router put in comes out the same. */
export interface SealedTarget {
  type: string;
}

/** What a reply handle stands for: where an answer goes, fixed when the turn was routed. */
export interface ReplySnapshot<T extends SealedTarget = SealedTarget> {
  session_id: string;
  generation?: number | undefined;
  turn_id?: string | undefined;
  event_id?: string | undefined;
  reply_targets: readonly T[];
  output_subject: string;
  /** ISO time. */
  issued_at?: string | undefined;
}

/** What `openReplyHandle` found. `expired` is said only of a handle that is ours and unchanged. */
export type OpenedReplyHandle =
  | { ok: true; snapshot: z.infer<typeof snapshotSchema>; expiresAt: number }
  | { ok: false; reason: 'malformed' | 'unknown_key' | 'forged' | 'expired' };

/** The purpose to derive a reply handle's keys for: `deriveKey(keyring, replyHandlePurpose)`. */
export const replyHandlePurpose = 'reply-handle';

const version = 1;
const longestHandle = 65_536;
const tagBytes = 16;
const daySeconds = 86_400;
const mostDayKeys = 64;

/**
 * Seals a snapshot into an opaque text that is safe in a URL, a header and a subject's payload.
 *
 * Nobody without the key can read, change or make one. The layout is a header (version, expiry in seconds, key id), a nonce and
 * the AES-256-GCM text; the header is authenticated with it.
 */
export function sealReplyHandle<T extends SealedTarget>(
  snapshot: ReplySnapshot<T>,
  { key, expiresAt }: { key: SealingKeys; expiresAt: number },
): string {
  const expiry = Math.floor(expiresAt / 1000);
  const about = header(key.sealingId, expiry);
  const nonce = freshNonce();
  const sealing = dayKey(key.sealing(), expiry);
  return Buffer.concat([about, nonce, seal(JSON.stringify(snapshot), { key: sealing, nonce, about })]).toString(
    'base64url',
  );
}

/** Opens what `sealReplyHandle` made. `now` is in ms. */
export function openReplyHandle(handle: string, { key, now }: { key: SealingKeys; now: number }): OpenedReplyHandle {
  const parts = split(handle);
  if (parts === undefined) return { ok: false, reason: 'malformed' };
  const { about, keyId, expiry, nonce, sealed } = parts;
  const master = key.find(keyId);
  if (master === undefined) return { ok: false, reason: 'unknown_key' };
  const plain = open(sealed, { key: dayKey(master, expiry), nonce, about });
  if (plain === undefined) return { ok: false, reason: 'forged' };
  if (now >= expiry * 1000) return { ok: false, reason: 'expired' };
  const snapshot = snapshotSchema.safeParse(JSON.parse(plain));
  // Ours, but of a version to come that changed what must be there.
  if (!snapshot.success) return { ok: false, reason: 'malformed' };
  return { ok: true, snapshot: snapshot.data, expiresAt: expiry * 1000 };
}

function header(keyId: string, expiry: number): Buffer {
  const bytes = Buffer.alloc(7 + keyId.length);
  bytes.writeUInt8(version, 0);
  bytes.writeUIntBE(expiry, 1, 5);
  bytes.writeUInt8(keyId.length, 6);
  bytes.write(keyId, 7, 'latin1');
  return bytes;
}

function split(handle: string) {
  if (handle.length > longestHandle) return undefined;
  const bytes = Buffer.from(handle, 'base64url');
  // Decoding skips what is not base64url and ignores spare bits: only the one canonical text is ours.
  if (bytes.toString('base64url') !== handle) return undefined;
  if (bytes.length < 7 || bytes[0] !== version) return undefined;
  const afterHeader = 7 + bytes.readUInt8(6);
  const afterNonce = afterHeader + nonceBytes;
  if (bytes.length < afterNonce + tagBytes) return undefined;
  return {
    about: bytes.subarray(0, afterHeader),
    keyId: bytes.toString('latin1', 7, afterHeader),
    expiry: bytes.readUIntBE(1, 5),
    nonce: bytes.subarray(afterHeader, afterNonce),
    sealed: bytes.subarray(afterNonce),
  };
}

const dayKeys = new WeakMap<KeyObject, Map<number, KeyObject>>();

/**
 * The key of handles that expire on one day. A random nonce is safe for 2^32 messages under one key, which a busy
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
