import { LRUCache } from 'lru-cache';
import type { Bucket, Entry } from './bucket.ts';

/** A bucket that is read much more often than written. */
export type RememberedBucket<T> = Pick<Bucket<T>, 'get' | 'create' | 'update' | 'delete'> & { stop(): void };

/** A belt beside the braces: what is remembered is read again after this time. */
const mostAgeMs = 60_000;

/**
 * Remembers up to `max` values that were read or written here, until somebody writes their key.
 *
 * A foreign write is heard of within milliseconds; until then a read gives the value before it, as a read made that much earlier
 * would have. Writes go to the bucket and are as conditional as ever. While the bus is away nothing is remembered.
 */
export function rememberReads<T>(bucket: Bucket<T>, { max }: { max: number }): RememberedBucket<T> {
  const known = new LRUCache<string, Entry<T>>({ max, ttl: mostAgeMs, ttlResolution: 1_000 });
  /** Newest write heard of, by key: an older value that arrives later (a slow answer, a replica that lags) is not kept. */
  const heard = new LRUCache<string, number>({ max });
  let life = 0;
  let listening = false;

  const tail = bucket.tail({
    onBegin() {
      life += 1;
      listening = true;
    },
    onWrite(key, revision) {
      heard.set(key, revision);
      if ((known.peek(key)?.revision ?? revision) < revision) known.delete(key);
    },
    onBreak() {
      listening = false;
      known.clear();
      heard.clear();
    },
  });

  function keep(entry: Entry<T>, since: number): void {
    if (listening && since === life && (heard.get(entry.key) ?? 0) <= entry.revision) known.set(entry.key, entry);
  }

  function keepOwn(key: string, value: T, at: { revision: number | undefined; since: number }): number | undefined {
    const { revision, since } = at;
    if (revision === undefined) known.delete(key);
    else keep({ key, value, revision, createdAt: new Date() }, since);
    return revision;
  }

  return {
    async get(key) {
      const remembered = known.get(key);
      if (remembered) return remembered;
      const since = life;
      const entry = await bucket.get(key);
      if (entry) keep(entry, since);
      return entry;
    },
    async create(key, value, options) {
      const since = life;
      return keepOwn(key, value, { revision: await bucket.create(key, value, options), since });
    },
    // eslint-disable-next-line max-params -- as every KV store has it
    async update(key, value, revision, options) {
      const since = life;
      return keepOwn(key, value, { revision: await bucket.update(key, value, revision, options), since });
    },
    delete(key, revision) {
      known.delete(key);
      return bucket.delete(key, revision);
    },
    stop: () => tail.stop(),
  };
}
