import { readNewestFirst, type Bus, type StoredMessage } from '@trunkline/bus';
import type { EventSummary, StoredEvent } from '@trunkline/control-api';
import { readEvent, type ConnectorRef, type TrunklineEvent } from '@trunkline/events';
import { eventFacts, readJudgement, readNote, type Judgement } from './event-summary.ts';

type EventBus = Pick<Bus, 'read' | 'follow' | 'streamState' | 'names'>;

export interface EventRef {
  connector: ConnectorRef;
  eventId: string;
}

/** An event and what is known of it. `event` is missing where it was never stored, or cannot be read. */
export interface FoundEvent {
  summary: EventSummary;
  event?: TrunklineEvent | undefined;
  judgement?: (Judgement & { seq: number }) | undefined;
}

/** Clocks of the servers of a cluster may differ by this. */
const skewMs = 5_000;
const longestWalk = 10_000;

/** Looks for an event by its id: on EVENTS (26 h), among the rejected (30 days), in the connector's ledger. */
export async function findEvent(of: EventRef, bus: EventBus): Promise<FoundEvent | undefined> {
  const stored = await bus.read('EVENTS', { newestOf: bus.names.eventAnywhere(of) });
  const read = stored && readEvent(stored.json());
  if (stored && read?.ok) return withDeath(await judgedEvent(stored, read.value, bus), bus);
  return (await findSkip(of, bus)) ?? (await findNote(of, bus));
}

async function judgedEvent(stored: StoredMessage, event: TrunklineEvent, bus: EventBus): Promise<FoundEvent> {
  const judgement = await judgementOf({ event, since: new Date(stored.time.getTime() - skewMs) }, bus);
  if (judgement) return { summary: judgement.summary, event, judgement };
  return { summary: { ...eventFacts(event), outcome: 'pending', at: stored.time.toISOString() }, event };
}

/** What routers made of an event: among the judgements of its conversation, the one that is about it. */
async function judgementOf(
  { event, since }: { event: TrunklineEvent; since: Date },
  bus: EventBus,
): Promise<FoundEvent['judgement']> {
  const reader = await bus.follow('TURNS', conversationOf(event, bus), { from: { time: since } });
  try {
    let left = Math.min(reader.pending, longestWalk);
    if (left === 0) return undefined;
    for await (const message of reader.messages) {
      const judged = readJudgement(message);
      if (judged?.summary.event_id === event.id) return { ...judged, seq: message.seq };
      if (--left === 0) return undefined;
    }
  } finally {
    await reader.stop();
  }
  return undefined;
}

const conversationOf = ({ data, subject }: TrunklineEvent, { names }: EventBus) =>
  names.judged(names.conversation(data.connector, subject));

async function findSkip({ connector, eventId }: EventRef, bus: EventBus): Promise<FoundEvent | undefined> {
  const page = await readNewestFirst<FoundEvent>(
    {
      stream: 'TURNS',
      filter: bus.names.allSkips,
      limit: 1,
      read(message) {
        const judged = readJudgement(message);
        if (!judged || judged.summary.event_id !== eventId || !isSame(judged.summary.connector, connector))
          return undefined;
        return { summary: judged.summary, event: judged.event, judgement: { ...judged, seq: message.seq } };
      },
    },
    bus,
  );
  return page.items[0];
}

const isSame = (a: { kind: string; name: string }, b: { kind: string; name: string }) =>
  a.kind === b.kind && a.name === b.name;

async function findNote({ connector, eventId }: EventRef, bus: EventBus): Promise<FoundEvent | undefined> {
  for (const what of ['rejected', 'ignored'] as const) {
    const page = await readNewestFirst(
      {
        stream: 'LEDGER',
        filter: bus.names.ledgerOf(what, connector),
        limit: 1,
        read(message) {
          const note = readNote(message, what);
          return note?.event_id === eventId ? note : undefined;
        },
      },
      bus,
    );
    const [summary] = page.items;
    if (summary) return { summary };
  }
  return undefined;
}

/** An accepted event whose turn some group of consumers gave up is dead. */
async function withDeath(found: FoundEvent, bus: EventBus): Promise<FoundEvent> {
  const { turn_id, connector, outcome } = found.summary;
  if (outcome !== 'accepted' || turn_id === undefined) return found;
  const death = (await deathsOf(connector, bus)).get(turn_id);
  if (!death) return found;
  const { at, group, reason } = death;
  return { ...found, summary: { ...found.summary, outcome: 'dead', at, group, reason } };
}

/** The turns of a connector that were given up, by their ids. */
export async function deathsOf(
  connector: { kind: string; name: string },
  bus: EventBus,
): Promise<Map<string, EventSummary>> {
  const page = await readNewestFirst(
    {
      stream: 'LEDGER',
      filter: bus.names.ledgerOf('dead', connector),
      limit: 10_000,
      read: (message) => readNote(message, 'dead'),
    },
    bus,
  );
  return new Map(page.items.flatMap((note) => (note.turn_id === undefined ? [] : [[note.turn_id, note]])));
}

/** The replays of an event that routers have judged, by their ids. */
export async function judgedReplays(
  { event, judgement }: Pick<FoundEvent, 'event' | 'judgement'>,
  bus: EventBus,
): Promise<Map<string, StoredEvent>> {
  if (!event || !judgement) return new Map();
  const deaths = await deathsOf(event.data.connector, bus);
  const page = await readNewestFirst<StoredEvent>(
    {
      stream: 'TURNS',
      filter: conversationOf(event, bus),
      from: judgement.seq + 1,
      limit: 1_000,
      read(message) {
        const summary = readJudgement(message)?.summary;
        return summary?.replay_of === event.id ? replayOf(summary, deaths) : undefined;
      },
    },
    bus,
  );
  return new Map(page.items.map((replay) => [replay.event_id, replay]));
}

function replayOf(summary: EventSummary, deaths: ReadonlyMap<string, EventSummary>): StoredEvent {
  const { event_id, session_id, turn_id } = summary;
  const death = turn_id === undefined ? undefined : deaths.get(turn_id);
  if (summary.outcome === 'rejected') return { event_id, status: 'rejected', reason: summary.reason };
  return { event_id, status: 'accepted', session_id, turn_id, ...(death && { reason: death.reason }) };
}
