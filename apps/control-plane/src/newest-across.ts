import { readNewestFirst, type Bus, type NewestFirst } from '@trunkline/bus';
import { readPositions, writePositions, type Positions } from './positions.ts';

/** Some messages of one stream, as entries of a list; `id` is one letter and names it in cursors. */
export interface Source<T> extends Pick<NewestFirst<T>, 'stream' | 'filter' | 'read'> {
  id: string;
}

export interface AcrossQuery {
  limit: number;
  cursor?: string | undefined;
  since?: string | undefined;
  before?: string | undefined;
}

type StreamBus = Pick<Bus, 'follow' | 'streamState' | 'read'>;

/**
 * One page of what several streams hold, newest first.
 *
 * The cursor says where each stream stands, so that pages neither repeat nor leave out anything while more is stored. `undefined` for a
 * cursor that is none.
 */
export async function newestAcross<T>(
  sources: readonly Source<T>[],
  query: AcrossQuery,
  bus: StreamBus,
): Promise<{ items: T[]; next?: string } | undefined> {
  const positions = readPositions(query.cursor);
  if (!positions) return undefined;
  const columns = await Promise.all(sources.map((source) => readColumn(source, { ...query, positions }, bus)));
  const items: T[] = [];
  while (items.length < query.limit) {
    const newest = columns.reduce<Column<T> | undefined>(newerHead, undefined);
    const entry = newest?.entries[newest.taken];
    if (!newest || !entry) break;
    items.push(entry.item);
    newest.taken += 1;
  }
  const places = new Map(columns.map(placeAfter));
  return [...places.values()].some((before) => before > 0) ? { items, next: writePositions(places) } : { items };
}

interface Column<T> {
  id: string;
  entries: { seq: number; at: number; item: T }[];
  taken: number;
  /** Where the next page of this stream begins. */
  next: number | undefined;
}

async function readColumn<T>(
  source: Source<T>,
  { limit, since, before, positions }: AcrossQuery & { positions: Positions },
  bus: StreamBus,
): Promise<Column<T>> {
  const { id, stream, filter } = source;
  const [first, end] = await Promise.all([since, before].map((time) => firstAt(time, source, bus)));
  const nothing = { id, entries: [], taken: 0, next: undefined };
  if (since !== undefined && first === undefined) return nothing;
  const until = positions.get(id) ?? end;
  if (until === 0) return nothing;
  const page = await readNewestFirst(
    {
      stream,
      filter,
      limit,
      before: until,
      from: first,
      read(message) {
        const item = source.read(message);
        return item === undefined ? undefined : { seq: message.seq, at: message.time.getTime(), item };
      },
    },
    bus,
  );
  return { id, entries: page.items, taken: 0, next: page.next };
}

/** The sequence of the first message that was stored at a time or later. */
async function firstAt(
  time: string | undefined,
  { stream, filter }: Pick<Source<unknown>, 'stream' | 'filter'>,
  bus: StreamBus,
): Promise<number | undefined> {
  if (time === undefined) return undefined;
  return (await bus.read(stream, { firstOf: filter, fromTime: new Date(time) }))?.seq;
}

function newerHead<T>(best: Column<T> | undefined, column: Column<T>): Column<T> | undefined {
  const [at, bestAt] = [column, best].map((each) => each?.entries[each.taken]?.at ?? -Infinity);
  return at !== undefined && at > (bestAt ?? -Infinity) ? column : best;
}

/** Where the next page of a stream begins; 0 at its end. */
function placeAfter<T>({ id, entries, taken, next }: Column<T>): [id: string, before: number] {
  const following = entries[taken];
  return [id, following ? following.seq + 1 : (next ?? 0)];
}
