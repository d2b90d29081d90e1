import type { StoredMessage } from '@trunkline/bus';
import type { EventSummary, TurnView } from '@trunkline/control-api';
import { readEvent, readTurn, type TrunklineEvent, type Turn } from '@trunkline/events';
import { z } from 'zod';

const shownText = 200;

/** What of an event belongs into its line in a list. */
export function eventFacts({ id, type, subject, data }: TrunklineEvent) {
  const { connector, actor, content, replay_of } = data;
  return {
    event_id: id,
    connector,
    type,
    conversation: subject,
    actor: { id: actor.id, name: actor.name },
    ...(content && { text: content.text.slice(0, shownText) }),
    ...(replay_of !== undefined && { replay_of }),
  };
}

/** An event that became no turn, as the router keeps it beside the turns. */
const skipSchema = z.looseObject({
  event_id: z.string(),
  connector: z.object({ kind: z.string(), name: z.string() }),
  code: z.string(),
  reason: z.string(),
  event: z.unknown(),
});

/** What a router made of an event. `event` is missing where it could not be read. */
export interface Judgement {
  summary: EventSummary;
  event: TrunklineEvent | undefined;
  turn?: TurnView;
}

/** Reads a message of TURNS; `undefined` for what a newer version wrote. */
export function readJudgement(message: StoredMessage): Judgement | undefined {
  const document = message.json();
  const at = message.time.toISOString();
  const turn = readTurn(document);
  if (turn.ok) return judgedTurn(turn.value, at);
  const skip = skipSchema.safeParse(document);
  if (!skip.success) return undefined;
  const { event_id, connector, code, reason: detail } = skip.data;
  const read = readEvent(skip.data.event);
  const facts = read.ok ? eventFacts(read.value) : { event_id, connector };
  const summary: EventSummary = { ...facts, outcome: 'rejected', at, reason: { code, detail } };
  return { summary, event: read.ok ? read.value : undefined };
}

function judgedTurn(turn: Turn, at: string): Judgement {
  const { turn_id, session, event } = turn;
  const { session_id } = session;
  return {
    summary: { ...eventFacts(event), outcome: 'accepted', at, session_id, turn_id },
    event,
    turn: turnView(turn, at),
  };
}

/** A turn without what is a key to its conversation, and without what the platform sent. */
export function turnView(turn: Turn, at: string): TurnView {
  const { turn_id, seq, session, event, reply_targets, notes } = turn;
  return {
    turn_id,
    seq,
    at,
    session_id: session.session_id,
    generation: session.generation,
    persona_id: session.persona_id,
    connector: event.data.connector,
    event: withoutRaw(event),
    reply_targets,
    foreign_keys: notes?.foreign_keys,
  };
}

/** The event as anybody may see it who may read: what the platform sent may hold more than was said. */
export function withoutRaw(event: TrunklineEvent): TrunklineEvent {
  const { raw: _, raw_ref: __, ...data } = event.data;
  return { ...event, data };
}

/** An entry of the ledger about an event. Routers note what they reject here too, with `event_seq`: that stands beside the turns as well. */
const noteSchema = z.looseObject({
  type: z.string(),
  event_id: z.string(),
  connector: z.object({ kind: z.string(), name: z.string() }),
  reason: z.object({ code: z.string(), detail: z.string() }),
  event_seq: z.number().optional(),
  session_id: z.string().optional(),
  turn_id: z.string().optional(),
  group: z.string().optional(),
});

/** Reads an entry of the ledger about an event that became no turn, or whose turn died; `undefined` for every other. */
export function readNote(message: StoredMessage, outcome: 'rejected' | 'ignored' | 'dead'): EventSummary | undefined {
  const read = noteSchema.safeParse(message.json());
  if (!read.success || read.data.event_seq !== undefined) return undefined;
  const { event_id, connector, reason, session_id, turn_id, group } = read.data;
  return { event_id, connector, outcome, at: message.time.toISOString(), session_id, turn_id, group, reason };
}
