import type { Bus } from './bus.ts';
import type { BucketName, StreamName } from './names.ts';
import type { StoredMessage } from './stored-message.ts';

export interface NewestFirst<T> {
  stream: StreamName | BucketName;
  filter: string;
  /** Only what was stored before this sequence: `next` of the page before. */
  before?: number | undefined;
  /** Only what was stored at this sequence or later. */
  from?: number | undefined;
  limit: number;
  /** Ends the page early after so many messages: one that nothing matches must not cost a whole stream. Default 100,000. */
  mostRead?: number;
  /** What a message is to the caller; `undefined` where it is not meant. */
  read(message: StoredMessage): T | undefined;
}

export interface NewestPage<T> {
  items: T[];
  /** Where the next page begins; missing when nothing older is there. A page that is not full may have one. */
  next?: number;
}

const firstStretch = 512;

/**
 * Looks through a stream from its newest message back, until the page is full.
 *
 * JetStream reads forwards only, so it is read in stretches of sequences that begin further and further back: what is found near the
 * end costs little, however long the stream is.
 */
export async function readNewestFirst<T>(
  wanted: NewestFirst<T>,
  bus: Pick<Bus, 'follow' | 'streamState'>,
): Promise<NewestPage<T>> {
  const { limit, mostRead = 100_000 } = wanted;
  const ends = await bus.streamState(wanted.stream);
  const first = Math.max(ends.first, wanted.from ?? 0);
  let until = Math.min(wanted.before ?? Infinity, ends.last + 1);
  const found: Found<T>[] = [];
  let read = 0;
  for (let stretch = firstStretch; until > first && found.length <= limit && read < mostRead; stretch *= 4) {
    const from = Math.max(first, until - stretch);
    const seen = await readStretch({ from, until }, wanted, bus);
    found.push(...seen.found);
    read += seen.read;
    until = from;
  }
  const items = found.slice(0, limit);
  const last = items.at(-1);
  const next = found.length > items.length ? last?.seq : until > first ? until : undefined;
  return { items: items.map(({ item }) => item), ...(next !== undefined && { next }) };
}

interface Found<T> {
  seq: number;
  item: T;
}

/** The newest of what lies in [from, until), newest first. */
async function readStretch<T>(
  { from, until }: { from: number; until: number },
  { stream, filter, limit, read }: NewestFirst<T>,
  bus: Pick<Bus, 'follow'>,
): Promise<{ found: Found<T>[]; read: number }> {
  let found: Found<T>[] = [];
  const reader = await bus.follow(stream, filter, { from: { seq: from } });
  let seen = 0;
  try {
    if (reader.pending === 0) return { found, read: 0 };
    for await (const message of reader.messages) {
      if (message.seq >= until) break;
      const item = read(message);
      if (item !== undefined) found.push({ seq: message.seq, item });
      if (found.length > 2 * limit + 2) found = found.slice(-limit - 1);
      if (++seen === reader.pending) break;
    }
  } finally {
    await reader.stop();
  }
  return { found: found.slice(-limit - 1).reverse(), read: seen };
}
