import { hash } from 'node:crypto';

const readable = /^[A-Za-z0-9_-]{1,40}$/;

/** How many lanes the streams of turns, outputs and deliveries are split into. Part of the wire: it cannot change without draining. */
export const laneCount = 64;

/**
 * Turns any text into one NATS subject token that is a valid KV key part too.
 *
 * A short safe text stays as it is; everything else becomes `=` and 22 characters (128 bits of SHA-256, base64url). No
 * readable text contains `=`, so neither form can be taken for the other.
 */
export function token(text: string): string {
  return readable.test(text) ? text : hashToken(text);
}

/** The marked hash even where the text would be readable: for subjects whose tokens must all have one length. */
export function hashToken(text: string): string {
  return `=${hash('sha256', text, 'base64url').slice(0, 22)}`;
}

/** The lane (0 to 63) that a session or a delivery's budget scope belongs to: the same in every process and version. */
export function laneOf(text: string): number {
  return hash('sha256', text, 'buffer').readUInt16BE(0) % laneCount;
}
