import { isTombstone, jsonOf } from './bucket.ts';
import type { OrderedReader } from './ordered-reader.ts';
import type { StoredMessage } from './stored-message.ts';

/** A value that was written, or, with `value` undefined, one that was deleted. */
export interface Change<T> {
  key: string;
  value: T | undefined;
  revision: number;
}

export interface Watch {
  stop(): void;
}

interface Watcher<T> {
  matches(key: string): boolean;
  onChange(change: Change<T>): void;
}

/**
 * One KV watch for all watchers of a bucket in this process.
 *
 * A stopped watch leaves its consumer behind on the server and a stream has room for a limited number of consumers
 * (design/nats-notes.md, pitfalls 2 and 3), so the watch is opened once and never stopped. It keeps the newest value of each
 * key, which is what a late watcher is given first.
 */
export function createWatchFan<T>(deps: { readAll(): Promise<OrderedReader>; keyOf(subject: string): string }) {
  const watchers = new Set<Watcher<T>>();
  const newest = new Map<string, Change<T>>();
  let present: Promise<void> | undefined;

  function announce(change: Change<T>): void {
    if (change.value === undefined) newest.delete(change.key);
    else newest.set(change.key, change);
    for (const watcher of watchers) if (watcher.matches(change.key)) watcher.onChange(change);
  }

  async function start(): Promise<void> {
    const reader = await deps.readAll();
    const { promise, resolve } = Promise.withResolvers<void>();
    if (reader.pending === 0) resolve();
    void follow(reader, resolve);
    await promise;
  }

  async function follow(reader: OrderedReader, allPresent: () => void): Promise<void> {
    let left = reader.pending;
    for await (const message of reader.messages) {
      announce(changeOf(message));
      if (--left === 0) allPresent();
    }
  }

  function changeOf(message: StoredMessage): Change<T> {
    const value = isTombstone(message) ? undefined : jsonOf<T>(message.payload);
    return { key: deps.keyOf(message.subject), value, revision: message.seq };
  }

  return {
    async watch(filter: string, onChange: (change: Change<T>) => void): Promise<Watch> {
      present ??= start().catch((error: unknown) => {
        present = undefined;
        throw error;
      });
      await present;
      const watcher = { matches: keyMatcher(filter), onChange };
      for (const change of newest.values()) if (watcher.matches(change.key)) onChange(change);
      watchers.add(watcher);
      return { stop: () => void watchers.delete(watcher) };
    },
  };
}

/** NATS wildcards on keys: `*` is one token, a final `>` is one or more. */
export function keyMatcher(filter: string): (key: string) => boolean {
  if (filter === '>') return () => true;
  const wanted = filter.split('.');
  const open = wanted.at(-1) === '>';
  if (open) wanted.pop();
  return (key) => {
    const tokens = key.split('.');
    if (open ? tokens.length <= wanted.length : tokens.length !== wanted.length) return false;
    return wanted.every((token, index) => token === '*' || token === tokens[index]);
  };
}
