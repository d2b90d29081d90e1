/* eslint max-params: ["error", 4] -- key, value, revision, options: as every KV store has it */
import type { Appended, AppendOptions } from './append.ts';
import { decodeJson, encodeJson } from './json.ts';
import type { StoredMessage, StoredMessageQuery } from './stored-message.ts';
import type { BusLog } from './log.ts';
import type { OrderedReader } from './ordered-reader.ts';
import type { TailListener } from './tail.ts';
import { createWatchFans, type Change, type Watch } from './watch-fan.ts';

/** A value of a bucket, with the revision that a later `update` must name. */
export interface Entry<T> {
  key: string;
  value: T;
  revision: number;
  createdAt: Date;
}

export interface WriteOptions {
  /** The server forgets the value after this time, rounded up to seconds. A later write without it makes the key permanent again. */
  ttlMs?: number;
}

/** JSON values by key; every write can be made conditional on what was read. Keys are made with `token`. */
export interface Bucket<T> {
  get(key: string): Promise<Entry<T> | undefined>;
  /** The new revision, or `undefined` when the key is taken. */
  create(key: string, value: T, options?: WriteOptions): Promise<number | undefined>;
  /** The new revision, or `undefined` when somebody else wrote since `revision`. */
  update(key: string, value: T, revision: number, options?: WriteOptions): Promise<number | undefined>;
  put(key: string, value: T, options?: WriteOptions): Promise<number>;
  /**
   * False when somebody else wrote since `revision`. Deleting what is not there is true. It leaves a marker behind, which costs the
   * server as much as a value; with `ttlMs` for that time only, in which all who follow the bucket must have heard of it.
   */
  delete(key: string, revision?: number, options?: WriteOptions): Promise<boolean>;
  /** A snapshot of the keys that match, a filter such as `http.*`; in no particular order. */
  entries(filter?: string): AsyncIterable<Entry<T>>;
  /** The values of the keys that match, where they are few: much cheaper than `entries`. Needs the right to read the whole bucket. */
  few(filter: string): Promise<Entry<T>[]>;
  /** Resolves after the values present were delivered. Watchers whose filters one KV watch covers share it. */
  watch(filter: string, onChange: (change: Change<T>) => void): Promise<Watch>;
  /** Tells of each write from now on by key and revision, whoever makes it; values stay on the server. */
  tail(listener: BucketTailListener): Watch;
}

/** See `followTail`. */
export interface BucketTailListener {
  onBegin(): void;
  onWrite(key: string, revision: number): void;
  onBreak(): void;
}

/** What a bucket needs of the bus: its stream is read and written directly, so that TTLs and expectations go with every write. */
export interface BucketDeps {
  append(subject: string, payload: Uint8Array, options: AppendOptions): Promise<Appended>;
  read(query: StoredMessageQuery): Promise<StoredMessage | undefined>;
  readNewestOfEach(filter: string): Promise<StoredMessage[] | 'too_many'>;
  /** Reads the newest message of each subject that matches, then what is written from then on. */
  readAll(filter: string): Promise<OrderedReader>;
  tail(filter: string, listener: TailListener): Watch;
  closed(): boolean;
  log: BusLog;
}

const operation = 'KV-Operation';

/** Whether this message of a bucket says that its key was deleted. */
export const isTombstone = ({ headers }: StoredMessage) =>
  headers[operation] === 'DEL' || headers[operation] === 'PURGE';

/** Opens a bucket by its full name. The value's type is the caller's promise: only we write here. */
export function createBucket<T>(name: string, deps: BucketDeps): Bucket<T> {
  const subjectOf = (key: string) => `$KV.${name}.${key}`;
  const keyOf = (subject: string) => subject.slice(subjectOf('').length);
  const fans = createWatchFans<T>({ ...deps, readAll: (filter) => deps.readAll(subjectOf(filter)), keyOf });

  async function write(key: string, value: T, options: AppendOptions): Promise<number | undefined> {
    const appended = await deps.append(subjectOf(key), encodeJson(value), options);
    return appended.outcome === 'stored' ? appended.seq : undefined;
  }

  async function create(key: string, value: T, options: WriteOptions = {}): Promise<number | undefined> {
    const first = await write(key, value, { ...options, expectLast: { seq: 0 } });
    if (first !== undefined) return first;
    // A deleted key leaves a marker behind: it is free, and the marker's revision is what to expect.
    const newest = await deps.read({ newestOf: subjectOf(key) });
    if (newest && !isTombstone(newest)) return undefined;
    return write(key, value, { ...options, expectLast: { seq: newest?.seq ?? 0 } });
  }

  return {
    create,
    update: (key, value, revision, options) => write(key, value, { ...options, expectLast: { seq: revision } }),
    async get(key) {
      const newest = await deps.read({ newestOf: subjectOf(key) });
      if (!newest || isTombstone(newest)) return undefined;
      return entryOf<T>(key, newest);
    },
    async put(key, value, options) {
      const revision = await write(key, value, { ...options });
      if (revision === undefined) throw new Error(`Bucket ${name} refused an unconditional write of ${key}.`);
      return revision;
    },
    async delete(key, revision, options) {
      const expectLast = revision === undefined ? undefined : { seq: revision };
      const appended = await deps.append(subjectOf(key), new Uint8Array(), {
        ...options,
        headers: { [operation]: 'DEL' },
        expectLast,
      });
      return appended.outcome === 'stored';
    },
    ...listing(deps, { subjectOf, keyOf }),
    watch: (filter, onChange) => fans.watch(filter, onChange),
    tail: (listener) =>
      deps.tail(subjectOf('>'), {
        ...listener,
        onMessage: ({ subject, seq }) => listener.onWrite(keyOf(subject), seq),
      }),
  };
}

/** The reads of many keys. */
function listing<T>(
  deps: Pick<BucketDeps, 'readAll' | 'readNewestOfEach'>,
  { subjectOf, keyOf }: { subjectOf(key: string): string; keyOf(subject: string): string },
): Pick<Bucket<T>, 'entries' | 'few'> {
  async function* entries(filter = '>'): AsyncIterable<Entry<T>> {
    const reader = await deps.readAll(subjectOf(filter));
    try {
      let left = reader.pending;
      if (left === 0) return;
      for await (const message of reader.messages) {
        if (!isTombstone(message)) yield entryOf<T>(keyOf(message.subject), message);
        if (--left === 0) return;
      }
    } finally {
      await reader.stop();
    }
  }

  async function few(filter: string): Promise<Entry<T>[]> {
    const newest = await deps.readNewestOfEach(subjectOf(filter));
    if (newest === 'too_many') return collect(entries(filter));
    const present = newest.filter((message) => !isTombstone(message));
    return present.map((message) => entryOf<T>(keyOf(message.subject), message));
  }

  return { entries, few };
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function entryOf<T>(key: string, message: StoredMessage): Entry<T> {
  return { key, value: jsonOf<T>(message.payload), revision: message.seq, createdAt: message.time };
}

/** The value in a message of a bucket's stream; `undefined` where its key was deleted. */
export function storedValue<T>(message: StoredMessage): T | undefined {
  return isTombstone(message) ? undefined : jsonOf<T>(message.payload);
}

/** Trusts what only we write: the one place where bytes of a bucket become a type. */
export function jsonOf<T>(bytes: Uint8Array): T {
  return decodeJson(bytes) as T;
}
