import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { inspect } from 'node:util';

/** Length of every key: AES-256. */
export const keyBytes = 32;

const salt = 'trunkline/v1';

/** HKDF-SHA256: the key for one purpose; knowing it tells nothing about another's. */
export function hkdf(key: Buffer | KeyObject, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, salt, purpose, keyBytes));
}

/** The raw key of one purpose. */
export interface SealingKey {
  id: string;
  bytes: Buffer;
}

/** The keys of one purpose: the first seals, each can open what its id is written on. Never prints a key. */
export class SealingKeys {
  /** Id of the key that seals. */
  readonly sealingId: string;
  readonly #keys: ReadonlyMap<string, KeyObject>;
  readonly #sealing: KeyObject;

  constructor(first: SealingKey, all: readonly SealingKey[]) {
    this.sealingId = first.id;
    this.#sealing = createSecretKey(first.bytes);
    this.#keys = new Map(all.map(({ id, bytes }) => [id, createSecretKey(bytes)]));
  }

  get ids(): string[] {
    return [...this.#keys.keys()];
  }

  /** The key that seals. */
  sealing(): KeyObject {
    return this.#sealing;
  }

  /** The key that opens what was sealed under this id, if it is still in the keyring. */
  find(id: string): KeyObject | undefined {
    return this.#keys.get(id);
  }

  toString(): string {
    return `[keys ${this.ids.join(' ')}]`;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}
