import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Bus, OrderedReader } from '@trunkline/bus';
import type { FeedItem } from '@trunkline/control-api';
import { writePositions, type Positions } from '../positions.ts';
import type { FeedQuery, FeedSource } from './feed-sources.ts';
import { listenLive } from './live-items.ts';

export interface Feed {
  query: FeedQuery;
  sources: readonly FeedSource[];
  /** Where an earlier stream ended. */
  resume: Positions;
}

export interface FeedDeps {
  bus: Bus;
  /** Whether whoever listens may still do so. */
  mayGoOn(): boolean;
  closing: AbortSignal;
}

/** Messages that each stream holds for a client that does not read: what else there is stays on the server. */
const buffer = 32;
const checkMs = 2_000;
const checksABeat = 5;

/** Writes the feed until the client leaves, may no longer listen, or the process ends. */
export async function serveFeed(res: ServerResponse, { query, sources, resume }: Feed, deps: FeedDeps): Promise<void> {
  const { bus } = deps;
  const positions = await startPositions({ query, sources, resume }, bus);
  const readers = await Promise.all(
    sources.map(({ id, stream, filter }) =>
      bus.follow(stream, filter, { from: { seq: (positions.get(id) ?? 0) + 1 }, buffer }),
    ),
  );
  const left = new AbortController();
  const end = () => left.abort();
  res.once('close', end);
  deps.closing.addEventListener('abort', end, { once: true });

  res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
  res.write(`retry: 1000\nid: ${writePositions(positions)}\n\n`);
  const live = listenLive(query, bus, (item) => {
    // Not kept for who is slow.
    if (!res.writableNeedDrain) res.write(block(item));
  });
  const timer = keepAlive({ res, positions, end }, deps);

  async function pump(source: FeedSource, reader: OrderedReader): Promise<void> {
    for await (const message of reader.messages) {
      if (left.signal.aborted) return;
      const item = source.read(message);
      // Position and item go in one step: an id tells of exactly what stands before it.
      positions.set(source.id, message.seq);
      if (item && !res.write(block(item, positions))) await drained(res, left.signal);
    }
  }

  const pumps = sources.map((source, index) => {
    const reader = readers[index];
    return reader ? pump(source, reader) : Promise.resolve();
  });
  try {
    if (!left.signal.aborted) await Promise.race([once(left.signal, 'abort'), failed(pumps)]);
  } finally {
    clearInterval(timer);
    live.stop();
    deps.closing.removeEventListener('abort', end);
    end();
    await Promise.all(readers.map((reader) => reader.stop()));
    res.end();
  }
}

/** Resolves when a pump ends or fails: the client comes back for the rest. */
const failed = (pumps: Promise<void>[]): Promise<unknown> =>
  pumps.length === 0 ? new Promise(() => {}) : Promise.race(pumps);

async function drained(res: ServerResponse, signal: AbortSignal): Promise<void> {
  await once(res, 'drain', { signal }).catch(() => undefined);
}

/** A comment with the newest position now and then, so that a quiet feed resumes where it is, and a dead connection is known. */
function keepAlive(
  { res, positions, end }: { res: ServerResponse; positions: Positions; end: () => void },
  { mayGoOn }: FeedDeps,
): NodeJS.Timeout {
  let checks = 0;
  return setInterval(() => {
    if (!mayGoOn()) return end();
    checks += 1;
    if (checks % checksABeat === 0 && !res.writableNeedDrain) res.write(`: ok\nid: ${writePositions(positions)}\n\n`);
  }, checkMs);
}

function block(item: FeedItem, positions?: Positions): string {
  const id = positions ? `id: ${writePositions(positions)}\n` : '';
  return `${id}event: ${item.what}\ndata: ${JSON.stringify(item)}\n\n`;
}

/** The sequence of each stream after which the feed begins: where it ended before, at a time, or now. */
async function startPositions({ query, sources, resume }: Feed, bus: Bus): Promise<Positions> {
  const places = await Promise.all(
    sources.map(async ({ id, stream, filter }): Promise<[string, number]> => {
      const { first, last } = await bus.streamState(stream);
      const known = resume.get(id);
      // A stream that ends before the place that was reached is another one, made since: all of it is new.
      if (known !== undefined) return [id, known > last ? first - 1 : known];
      if (query.since === undefined) return [id, last];
      const since = await bus.read(stream, { firstOf: filter, fromTime: new Date(query.since) });
      return [id, since ? since.seq - 1 : last];
    }),
  );
  return new Map(places);
}
