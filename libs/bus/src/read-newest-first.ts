import type { Bus } from './bus.ts';
import type { StreamName } from './names.ts';
import type { StoredMessage } from './stored-message.ts';

export interface NewestFirst<T> {
  stream: StreamName;
  filter: string;
  /** Only what was stored before this sequence: `next` of the page before. */
  before?: number | undefined;
  limit: number;
  /** What a message is to the caller; `undefined` where it is not meant. */
  read(message: StoredMessage): T | undefined;
}

export interface NewestPage<T> {
  items: T[];
  /** Where the next page begins; missing when nothing older is there. */
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
  const ends = await bus.streamState(wanted.stream);
  let until = Math.min(wanted.before ?? Infinity, ends.last + 1);
  const found: { seq: number; item: T }[] = [];
  for (let stretch = firstStretch; until > ends.first && found.length <= wanted.limit; stretch *= 4) {
    const from = Math.max(ends.first, until - stretch);
    found.push(...(await readStretch({ from, until }, wanted, bus)));
    until = from;
  }
  const items = found.slice(0, wanted.limit);
  const last = items.at(-1);
  return { items: items.map(({ item }) => item), ...(found.length > items.length && last && { next: last.seq }) };
}

/** What lies in [from, until), newest first. */
async function readStretch<T>(
  { from, until }: { from: number; until: number },
  { stream, filter, read }: NewestFirst<T>,
  bus: Pick<Bus, 'follow'>,
): Promise<{ seq: number; item: T }[]> {
  const found: { seq: number; item: T }[] = [];
  const reader = await bus.follow(stream, filter, { from: { seq: from } });
  try {
    let left = reader.pending;
    if (left === 0) return [];
    for await (const message of reader.messages) {
      if (message.seq >= until) break;
      const item = read(message);
      if (item !== undefined) found.push({ seq: message.seq, item });
      if (--left === 0) break;
    }
  } finally {
    await reader.stop();
  }
  return found.reverse();
}
