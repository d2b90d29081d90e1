import { setTimeout as sleep } from 'node:timers/promises';
import { isTombstone, jsonOf } from './bucket.ts';
import type { BusLog } from './log.ts';
import type { OrderedReader } from './ordered-reader.ts';
import type { StoredMessage } from './stored-message.ts';
import { untilAnswered } from './until-answered.ts';

/** A value that was written, or, with `value` undefined, one that was deleted. */
export interface Change<T> {
  key: string;
  value: T | undefined;
  revision: number;
}

export interface Watch {
  stop(): void;
}

export interface WatchFanDeps {
  readAll(): Promise<OrderedReader>;
  keyOf(subject: string): string;
  closed(): boolean;
  log: BusLog;
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
 * key, which is what a late watcher is given first; that may lag a few milliseconds behind the newest write.
 */
export function createWatchFan<T>(deps: WatchFanDeps) {
  const watchers = new Set<Watcher<T>>();
  const newest = new Map<string, Change<T>>();
  let present: Promise<void> | undefined;

  function announce(message: StoredMessage): void {
    const key = deps.keyOf(message.subject);
    // What a reader that was opened anew repeats is known already.
    if ((newest.get(key)?.revision ?? 0) >= message.seq) return;
    const change = { key, value: isTombstone(message) ? undefined : jsonOf<T>(message.payload), revision: message.seq };
    newest.set(key, change);
    for (const watcher of watchers) if (watcher.matches(key)) tell(watcher, change);
  }

  /** One watcher that throws must not end the watch of all others. */
  function tell(watcher: Watcher<T>, change: Change<T>): void {
    try {
      watcher.onChange(change);
    } catch (error) {
      deps.log.error({ err: error, key: change.key }, 'watch.listener-failed');
    }
  }

  async function follow(reader: OrderedReader, allPresent: () => void): Promise<void> {
    let left = reader.pending;
    if (left === 0) allPresent();
    for await (const message of reader.messages) {
      announce(message);
      if (--left === 0) allPresent();
    }
  }

  /** Goes on for as long as the connection lives: a watch that ended would freeze what the process knows. */
  async function keepFollowing(first: OrderedReader, allPresent: () => void): Promise<void> {
    let reader: OrderedReader | undefined = first;
    while (!deps.closed()) {
      try {
        await follow((reader ??= await deps.readAll()), allPresent);
      } catch (error) {
        if (!deps.closed()) deps.log.warn({ err: error }, 'watch.interrupted');
      }
      reader = undefined;
      if (!deps.closed()) await sleep(500, undefined, { ref: false });
    }
  }

  async function start(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    void keepFollowing(await untilAnswered(() => deps.readAll(), deps), resolve);
    await promise;
  }

  return {
    async watch(filter: string, onChange: (change: Change<T>) => void): Promise<Watch> {
      present ??= start().catch((error: unknown) => {
        present = undefined;
        throw error;
      });
      await present;
      const watcher = { matches: keyMatcher(filter), onChange };
      for (const change of newest.values()) {
        if (change.value !== undefined && watcher.matches(change.key)) onChange(change);
      }
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
