import { randomFillSync } from 'node:crypto';

// Asking the system for 8 bytes costs as much as asking for 8 KiB.
const pool = Buffer.alloc(8192);
let used = pool.length;

/** Random lower-case hex for trace and span ids; never all zeros. */
export function randomHex(bytes: 8 | 16): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const hex = pool.toString('hex', used, used + bytes);
  used += bytes;
  return /[^0]/.test(hex) ? hex : randomHex(bytes);
}
