import { readNewestFirst, storedValue, type Bus } from '@trunkline/bus';
import type { QueryOf, sessionRoutes } from '@trunkline/control-api';
import type { SessionRecord } from '@trunkline/sessions';

type Query = QueryOf<(typeof sessionRoutes)['listSessions']>;
type SessionBus = Pick<Bus, 'bucket' | 'follow' | 'streamState' | 'names'>;

/** A page of sessions; `undefined` for a cursor that is none of this order's. */
export async function listSessions(
  query: Query,
  bus: SessionBus,
): Promise<{ items: SessionRecord[]; next?: string } | undefined> {
  if (query.order === 'id') return byId(query, bus);
  const before = query.cursor === undefined ? undefined : Number(query.cursor);
  if (Number.isNaN(before)) return undefined;
  const page = await readNewestFirst(
    {
      stream: 'sessions',
      filter: bus.names.keys('sessions', '>'),
      before,
      limit: query.limit,
      read(message) {
        const record = storedValue<SessionRecord>(message);
        return record && isMeant(record, query) ? record : undefined;
      },
    },
    bus,
  );
  return { items: page.items, ...(page.next !== undefined && { next: String(page.next) }) };
}

/** Reads every record once and holds two pages in memory. */
async function byId(query: Query, bus: SessionBus): Promise<{ items: SessionRecord[]; next?: string }> {
  const { limit, cursor } = query;
  let page: SessionRecord[] = [];
  for await (const { value } of bus.bucket<SessionRecord>('sessions').entries()) {
    if ((cursor !== undefined && value.session_id <= cursor) || !isMeant(value, query)) continue;
    page.push(value);
    if (page.length > 2 * limit + 1) page = firstOf(page, limit + 1);
  }
  page = firstOf(page, limit + 1);
  const items = page.slice(0, limit);
  const last = items.at(-1);
  return page.length > limit && last ? { items, next: last.session_id } : { items };
}

const firstOf = (records: SessionRecord[], count: number) =>
  records.toSorted((a, b) => (a.session_id < b.session_id ? -1 : 1)).slice(0, count);

function isMeant({ connector, persona_id, ended_at }: SessionRecord, query: Query): boolean {
  const { kind, name, state } = query;
  return (
    (kind === undefined || connector?.kind === kind) &&
    (name === undefined || connector?.name === name) &&
    (query.persona_id === undefined || persona_id === query.persona_id) &&
    (state === undefined || (ended_at === undefined) === (state === 'active'))
  );
}
