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

/** The keys of one purpose, as they are now: the first seals, each can open what its id is written on. Never prints a key. */
export class SealingKeys {
  #keys: ReadonlyMap<string, KeyObject> = new Map();
  #first: SealingPair;
  readonly #look: () => void;

  /** `look` is called for an id that is not known, before it is said so: the key may have come just now. */
  constructor(keys: readonly SealingKey[], look: () => void = () => undefined) {
    this.#look = look;
    this.#first = this.#set(keys);
  }

  /** Id of the key that seals. */
  get sealingId(): string {
    return this.#first.id;
  }

  get ids(): string[] {
    return [...this.#keys.keys()];
  }

  /** The key that seals. */
  sealing(): KeyObject {
    return this.#first.key;
  }

  /** The key that opens what was sealed under this id, if it is in the keyring. */
  find(id: string): KeyObject | undefined {
    if (!this.#keys.has(id)) this.#look();
    return this.#keys.get(id);
  }

  /** @internal A keyring calls it when its keys change. */
  replace(keys: readonly SealingKey[]): void {
    this.#first = this.#set(keys);
  }

  #set(keys: readonly SealingKey[]): SealingPair {
    const pairs = keys.map(({ id, bytes }) => ({ id, key: this.#keys.get(id) ?? createSecretKey(bytes) }));
    const [first] = pairs;
    if (first === undefined) throw new Error('Sealing keys cannot be made of no key.');
    this.#keys = new Map(pairs.map(({ id, key }) => [id, key]));
    return first;
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

interface SealingPair {
  id: string;
  key: KeyObject;
}
