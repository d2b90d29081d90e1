import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { KeyringInvalidError, KeyringScopeError } from './secret-errors.ts';
import { hkdf, keyBytes, type SealingKey, SealingKeys } from './sealing-keys.ts';

interface KeyringEntry {
  id: string;
  /** Absent: a master key, from which the keys of all purposes derive. Present: the key of this one purpose, nothing else. */
  purpose: string | undefined;
  bytes: Buffer;
}

const idPattern = /^[A-Za-z0-9_-]{1,32}$/;
const purposePattern = /^[a-z0-9][a-z0-9.-]{0,63}$/;
const base64Pattern = /^[A-Za-z0-9+/_-]+={0,2}$/;

/**
 * Keys by id; the first one seals, all open.
 *
 * An entry is a master key (`id:base64`) or the key of one purpose derived from it (`id/purpose:base64`). A process that is
 * given only the latter can do only that: a gateway can be run without the master key. What was derived from a keyring changes
 * with it (`followKeyring`): whoever holds the keys of a purpose holds them over a rotation.
 */
export class Keyring {
  #entries: readonly KeyringEntry[];
  readonly #derived = new Map<string, SealingKeys>();
  readonly #listeners = new Set<() => void>();
  #look: (() => void) | undefined;

  constructor(entries: readonly KeyringEntry[]) {
    this.#entries = entries;
  }

  /** Ids in order, each once. Not secret. */
  get ids(): string[] {
    return [...new Set(this.#entries.map(({ id }) => id))];
  }

  /** Tells when keys came or went. Returns what ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Looks now whether its source holds other keys, if it has one that can change. */
  look(): void {
    this.#look?.();
  }

  /** @internal `followKeyring` says how to look. */
  lookBy(look: (() => void) | undefined): void {
    this.#look = look;
  }

  /**
   * @internal Takes the keys of a newer keyring; with `keep`, keys that are not among them stay, behind the others. Returns why it
   * cannot, and then has changed nothing.
   */
  take(newer: Keyring, { keep }: { keep: boolean }): string | undefined {
    const named = new Set(newer.#entries.map(nameOf));
    const left = keep ? this.#entries.filter((entry) => !named.has(nameOf(entry))) : [];
    const entries = [...newer.#entries, ...left];
    const problem = contradiction(this.#entries, entries) ?? this.#missing(entries);
    if (problem !== undefined) return problem;
    const before = namesOf(this.#entries);
    this.#entries = entries;
    for (const [purpose, keys] of this.#derived) keys.replace(entries.flatMap((entry) => keyOf(entry, purpose)));
    if (namesOf(entries) !== before) for (const listener of this.#listeners) listener();
    return undefined;
  }

  #missing(entries: readonly KeyringEntry[]): string | undefined {
    const lost = [...this.#derived.keys()].find((purpose) =>
      entries.every((entry) => keyOf(entry, purpose).length === 0),
    );
    return lost === undefined ? undefined : `It holds no key for "${lost}" any more.`;
  }

  /** @internal Use `deriveKey`. */
  keysFor(purpose: string): SealingKeys {
    const known = this.#derived.get(purpose);
    if (known !== undefined) return known;
    const keys = this.#entries.flatMap((entry) => keyOf(entry, purpose));
    if (keys.length === 0) throw new KeyringScopeError(purpose);
    const made = new SealingKeys(keys, () => this.look());
    this.#derived.set(purpose, made);
    return made;
  }

  /** @internal Use `deriveKeyring`. */
  restrictedTo(purposes: readonly string[]): string {
    const lines = purposes.flatMap((purpose) =>
      this.#entries.flatMap((entry) =>
        keyOf(entry, purpose).map(({ id, bytes }) => `${id}/${purpose}:${bytes.toString('base64')}`),
      ),
    );
    return `${lines.join('\n')}\n`;
  }

  toString(): string {
    return `[keyring ${this.ids.join(' ')}]`;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

function keyOf({ id, purpose, bytes }: KeyringEntry, wanted: string): SealingKey[] {
  if (purpose === undefined) return [{ id, bytes: hkdf(bytes, wanted) }];
  return purpose === wanted ? [{ id, bytes }] : [];
}

const nameOf = ({ id, purpose = '' }: KeyringEntry) => `${id}/${purpose}`;
const namesOf = (entries: readonly KeyringEntry[]) => entries.map(nameOf).join(' ');

/** A key id that means another key than before: what was sealed under it could no longer be told from a forgery. */
function contradiction(before: readonly KeyringEntry[], after: readonly KeyringEntry[]): string | undefined {
  const pairs = before.flatMap((old) => after.filter(({ id }) => id === old.id).map((now) => [old, now] as const));
  const wrong = pairs.find(([old, now]) => {
    const purpose = old.purpose ?? now.purpose;
    if (purpose === undefined) return !old.bytes.equals(now.bytes);
    return keyOf(old, purpose).some(({ bytes }) => keyOf(now, purpose).some((key) => !key.bytes.equals(bytes)));
  });
  return wrong && `The key of the id "${wrong[0].id}" is another one than before; a new key needs a new id.`;
}

/** Reads a keyring: entries separated by white space or commas. Throws KeyringInvalidError, which names all bad entries. */
export function parseKeyring(text: string): Keyring {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== '');
  if (entries.length === 0) throw invalid('The keyring is empty.');
  const parsed = entries.map(parseEntry);
  const problems = parsed.flatMap((entry, index) =>
    typeof entry === 'string' ? [`entry ${index + 1}: ${entry}`] : [],
  );
  const good = parsed.filter((entry) => typeof entry !== 'string');
  const names = good.map(nameOf);
  if (new Set(names).size < names.length) problems.push('an id is there twice');
  if (problems.length > 0) throw invalid(`The keyring cannot be read: ${problems.join('; ')}.`);
  return new Keyring(good);
}

function parseEntry(entry: string): KeyringEntry | string {
  const colon = entry.indexOf(':');
  if (colon < 0) return 'has no "id:" before the key';
  const [id = '', ...rest] = entry.slice(0, colon).split('/');
  const purpose = rest.length === 0 ? undefined : rest.join('/');
  if (!idPattern.test(id)) return 'the id must be 1 to 32 letters, digits, "_" or "-"';
  if (purpose !== undefined && !purposePattern.test(purpose)) return 'the purpose after "/" is not one of ours';
  const encoded = entry.slice(colon + 1);
  const bytes = base64Pattern.test(encoded) ? Buffer.from(encoded, 'base64') : Buffer.alloc(0);
  if (bytes.length !== keyBytes) return `the key must be base64 of ${keyBytes} bytes`;
  return { id, purpose, bytes };
}

const invalid = (message: string) =>
  new KeyringInvalidError(message, {
    fix: 'Write one or more id:base64(32 bytes), the first one for sealing. Make one with: trunkline secrets generate-key',
  });

/** A new random entry for a keyring, `id:base64`. Put it first to seal with it from now on. */
export function generateKey(id: string): string {
  if (!idPattern.test(id)) throw invalid('The id must be 1 to 32 letters, digits, "_" or "-".');
  return `${id}:${randomBytes(keyBytes).toString('base64')}`;
}

/** The keys of one purpose, one for each key id. Deriving is done once per purpose and keyring; ask as often as you like. */
export function deriveKey(keyring: Keyring, purpose: string): SealingKeys {
  return keyring.keysFor(purpose);
}

/** The text of a keyring that can do these purposes only, for a process that must not have the master key. */
export function deriveKeyring(keyring: Keyring, purposes: readonly string[]): string {
  return keyring.restrictedTo(purposes);
}
