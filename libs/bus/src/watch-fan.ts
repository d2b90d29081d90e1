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
  /** Reads the newest value of each key that matches, then what is written. */
  readAll(filter: string): Promise<OrderedReader>;
  keyOf(subject: string): string;
  closed(): boolean;
  log: BusLog;
}

interface Watcher<T> {
  matches(key: string): boolean;
  onChange(change: Change<T>): void;
}

/**
 * The KV watches of a bucket in this process: one for each filter that no earlier one covers, because permissions are given by
 * filter and know no consumer with several.
 */
export function createWatchFans<T>(deps: WatchFanDeps) {
  const fans: { filter: string; fan: WatchFan<T> }[] = [];

  function fanOf(filter: string): WatchFan<T> {
    const known = fans.find((each) => covers(each.filter, filter));
    if (known) return known.fan;
    const fan = createWatchFan<T>({ ...deps, readAll: () => deps.readAll(filter) });
    fans.push({ filter, fan });
    return fan;
  }

  return {
    watch: (filter: string, onChange: (change: Change<T>) => void): Promise<Watch> =>
      fanOf(filter).watch(filter, onChange),
  };
}

interface WatchFan<T> {
  watch(filter: string, onChange: (change: Change<T>) => void): Promise<Watch>;
}

/**
 * One KV watch for all watchers of a filter.
 *
 * A stopped watch leaves its consumer behind on the server and a stream has room for a limited number of consumers
 * (design/nats-notes.md, pitfalls 2 and 3), so the watch is opened once and never stopped. It keeps the newest value of each
 * key, which is what a late watcher is given first; that may lag a few milliseconds behind the newest write.
 */
function createWatchFan<T>(deps: Omit<WatchFanDeps, 'readAll'> & { readAll(): Promise<OrderedReader> }): WatchFan<T> {
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
      const watcher = { matches: (key: string) => covers(filter, key), onChange };
      for (const change of newest.values()) {
        if (change.value !== undefined && watcher.matches(change.key)) onChange(change);
      }
      watchers.add(watcher);
      return { stop: () => void watchers.delete(watcher) };
    },
  };
}

/** Whether everything that `narrow` matches, a key or another filter, is matched by `wide`: `*` is one token, a final `>` is one or more. */
export function covers(wide: string, narrow: string): boolean {
  if (wide === '>') return true;
  const [all, some] = [wide.split('.'), narrow.split('.')];
  const open = all.at(-1) === '>';
  if (open) all.pop();
  if (open ? some.length <= all.length : some.length !== all.length) return false;
  return all.every((token, index) => (token === '*' ? some[index] !== '>' : token === some[index]));
}
