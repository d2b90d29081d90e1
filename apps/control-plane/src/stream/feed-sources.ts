import { storedValue, type Bus, type StoredMessage } from '@trunkline/bus';
import type { FeedItem, QueryOf, streamRoutes } from '@trunkline/control-api';
import type { ProgressRecord } from '@trunkline/deliveries';
import { readEvent, readOutput, readTurn } from '@trunkline/events';
import { z } from 'zod';
import { deliverySummary } from '../deliveries/delivery-view.ts';
import { turnView, withoutRaw } from '../events/event-summary.ts';
import { withoutBytes } from '../sessions/without-bytes.ts';

export type FeedQuery = QueryOf<(typeof streamRoutes)['streamFeed']>;

/** One stream of the bus as part of the feed; `id` is the letter that names it in the ids of the feed. */
export interface FeedSource {
  id: string;
  stream: Parameters<Bus['follow']>[0];
  filter: string;
  read(message: StoredMessage): FeedItem | undefined;
}

/** The streams that a query needs, each with what of it is wanted. */
export function feedSources(query: FeedQuery, names: Bus['names']): FeedSource[] {
  const { kind, name, session_id } = query;
  const ofConnector = kind !== undefined || name !== undefined;
  const wants = wanted(query);
  const meant = (item: FeedItem | undefined) => (item && isMeant(item, query) ? item : undefined);
  const sources: (FeedSource | undefined)[] = [
    wants('event') && session_id === undefined
      ? { id: 'e', stream: 'EVENTS', filter: names.eventsOf({ kind, name }), read: eventItem }
      : undefined,
    wants('turn')
      ? {
          id: 't',
          stream: 'TURNS',
          filter: session_id === undefined ? names.allTurns : names.turnsOfSession(session_id),
          read: turnItem,
        }
      : undefined,
    wants('output') && !ofConnector
      ? {
          id: 'o',
          stream: 'OUTPUTS',
          filter: session_id === undefined ? names.allOutputs : names.output(session_id),
          read: outputItem,
        }
      : undefined,
    wants('delivery')
      ? { id: 'd', stream: 'progress', filter: names.keys('progress', 'delivery.*'), read: deliveryItem }
      : undefined,
    ledgerKinds.some(wants)
      ? {
          id: 'l',
          stream: 'LEDGER',
          filter: names.anyLedgerOf({ kind, name }),
          read: (message) => ledgerItem(message, { names, wants }),
        }
      : undefined,
  ];
  return sources
    .filter((source) => source !== undefined)
    .map((source) => ({ ...source, read: (message) => meant(source.read(message)) }));
}

/** Whether the feed is to tell of something. */
export function wanted({ what }: Pick<FeedQuery, 'what'>) {
  return (kind: FeedItem['what']) => what === undefined || what.some((each) => each === kind);
}

function isMeant({ connector, session_id }: FeedItem, { kind, name, session_id: wantedSession }: FeedQuery): boolean {
  return (
    (kind === undefined || connector?.kind === kind) &&
    (name === undefined || connector?.name === name) &&
    (wantedSession === undefined || session_id === wantedSession)
  );
}

function eventItem(message: StoredMessage): FeedItem | undefined {
  const read = readEvent(message.json());
  if (!read.ok) return undefined;
  const { connector } = read.value.data;
  return { what: 'event', at: message.time.toISOString(), connector, data: { ...withoutRaw(read.value) } };
}

function turnItem(message: StoredMessage): FeedItem | undefined {
  const read = readTurn(message.json());
  if (!read.ok) return undefined;
  const view = turnView(read.value, message.time.toISOString());
  const { at, connector, session_id } = view;
  return { what: 'turn', at, connector, session_id, data: view };
}

function outputItem(message: StoredMessage): FeedItem | undefined {
  const read = readOutput(message.json());
  if (!read.ok) return undefined;
  const { session_id } = read.value;
  return { what: 'output', at: message.time.toISOString(), session_id, data: withoutBytes(read.value) };
}

function deliveryItem(message: StoredMessage): FeedItem | undefined {
  const record = storedValue<ProgressRecord>(message);
  if (!record) return undefined;
  const { connector, session_id, attempts } = record;
  const data = { ...deliverySummary(record), last_attempt: attempts.at(-1) };
  return { what: 'delivery', at: message.time.toISOString(), connector, session_id, data };
}

const ledgerKinds = ['rejected', 'ignored', 'dead', 'audit'] as const;

const text = z.string().optional();

/** Entries of the ledger hold neither texts nor secrets, by rule. An audit record says in `target` what it is about. */
const entrySchema = z.looseObject({
  connector: z.object({ kind: z.string(), name: z.string() }).optional(),
  session_id: text,
  target: z.looseObject({ kind: text, name: text, session_id: text }).optional(),
});

function ledgerItem(
  message: StoredMessage,
  { names, wants }: { names: Bus['names']; wants: ReturnType<typeof wanted> },
): FeedItem | undefined {
  const written = names.ledgerKind(message.subject);
  const what = ledgerKinds.find((each) => each === written);
  const entry = entrySchema.safeParse(message.json());
  if (!what || !wants(what) || !entry.success) return undefined;
  const { target = {}, session_id = target.session_id } = entry.data;
  const { kind, name } = target;
  const named = kind !== undefined && name !== undefined ? { kind, name } : undefined;
  const connector = entry.data.connector ?? named;
  return { what, at: message.time.toISOString(), connector, session_id, data: entry.data };
}
