import type { Bus, StoredMessage } from '@trunkline/bus';
import { readTurn } from '@trunkline/events';
import type { JudgedEvent } from './check-history.ts';

/** Reads what became of the events from TURNS, in stream order. Throws for what nobody could have written. */
export async function readJudged(bus: Bus): Promise<JudgedEvent[]> {
  const stored = await storedAt(bus);
  const judged: JudgedEvent[] = [];
  for await (const message of everything('TURNS', bus)) judged.push(judgedEvent(message, stored));
  return judged;
}

/** Reads a stream up to what it holds now. */
export async function* everything(
  stream: 'EVENTS' | 'TURNS' | 'OUTPUTS' | 'DELIVERIES' | 'LEDGER',
  bus: Bus,
): AsyncIterable<StoredMessage> {
  const reader = await bus.follow(stream, `${bus.names.prefix}.>`, { from: { seq: 1 } });
  let left = reader.pending;
  try {
    if (left === 0) return;
    for await (const message of reader.messages) {
      yield message;
      if (--left === 0) return;
    }
  } finally {
    await reader.stop();
  }
}

async function storedAt(bus: Bus): Promise<Map<number, number>> {
  const times = new Map<number, number>();
  for await (const { seq, time } of everything('EVENTS', bus)) times.set(seq, time.getTime());
  return times;
}

function judgedEvent(message: StoredMessage, stored: ReadonlyMap<number, number>): JudgedEvent {
  const eventSeq = Number(message.headers['Tl-Event-Seq']);
  const routedMs = message.time.getTime() - (stored.get(eventSeq) ?? NaN);
  const read = readTurn(message.json());
  if (read.ok) {
    const turn = read.value;
    const [conversation = '', n = ''] = (turn.event.data.content?.text ?? '').split(' ');
    const { session_id: sessionId } = turn.session;
    return { kind: 'turn', eventId: turn.event.id, conversation, sessionId, n: Number(n), turnSeq: turn.seq, routedMs };
  }
  const skip = message.json() as { event_id?: unknown; code?: unknown };
  if (typeof skip?.event_id !== 'string') throw new Error(`TURNS holds neither turn nor skip at ${message.seq}.`);
  const eventId = skip.event_id;
  return { kind: 'skip', eventId, conversation: '', sessionId: undefined, n: NaN, turnSeq: undefined, routedMs };
}
