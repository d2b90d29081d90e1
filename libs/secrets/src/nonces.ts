import { randomFillSync } from 'node:crypto';

/** Length of an AES-GCM nonce. */
export const nonceBytes = 12;

// Asking the system for 12 bytes costs as much as asking for 6 KiB. Always the system's generator: a nonce that repeats under one
// key gives the key away, so this is the one randomness that is not passed in.
const pool = Buffer.alloc(nonceBytes * 512);
let used = pool.length;

/** A random nonce, never given out before. */
export function freshNonce(): Buffer {
  if (used + nonceBytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const nonce = Buffer.from(pool.subarray(used, used + nonceBytes));
  used += nonceBytes;
  return nonce;
}
