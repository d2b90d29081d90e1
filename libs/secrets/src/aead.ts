import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const tagBytes = 16;
const options = { authTagLength: tagBytes } as const;

/** What a text is sealed with. `about` is not hidden but bound: it must be the same when opening. */
export interface SealParts {
  key: KeyObject;
  nonce: Buffer;
  about: Buffer;
}

/** AES-256-GCM; the tag stands at the end. */
export function seal(plain: string, { key, nonce, about }: SealParts): Buffer {
  const cipher = createCipheriv(algorithm, key, nonce, options).setAAD(about);
  return Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
}

/** The text, or `undefined` when anything differs from what was sealed: the bytes, the key, the nonce or `about`. */
export function open(sealed: Buffer, { key, nonce, about }: SealParts): string | undefined {
  if (sealed.length < tagBytes) return undefined;
  const split = sealed.length - tagBytes;
  const decipher = createDecipheriv(algorithm, key, nonce, options).setAAD(about).setAuthTag(sealed.subarray(split));
  const plain = decipher.update(sealed.subarray(0, split));
  try {
    return Buffer.concat([plain, decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}
