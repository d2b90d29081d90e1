import { busHeaders, type ReceiptOf, type StoredMessage } from '@trunkline/bus';
import { readTurn, type Receipt } from '@trunkline/events';
import { z } from 'zod';
import type { Skip, Verdict } from './judge-event.ts';

/** An event that was judged: it became a turn or a skip. */
export type Judged = Exclude<Verdict, { outcome: 'wait' }>;

/** Which event was judged, by the id that its sender knows. */
export function judgedEvent(judged: Judged): ReceiptOf {
  if (judged.outcome === 'skip') return { connector: judged.skip.connector, eventId: judged.skip.event_id };
  const { id, data } = judged.turn.event;
  return { connector: data.connector, eventId: id };
}

/** What is remembered of the event's id from now on. */
export function receiptOf(event: StoredMessage, judged: Judged): Receipt {
  const common = {
    event_id: judgedEvent(judged).eventId,
    fingerprint: event.headers[busHeaders.fingerprint],
    seq: event.seq,
  };
  if (judged.outcome === 'skip')
    return { ...common, status: 'rejected', code: judged.skip.code, reason: judged.skip.reason };
  return { ...common, status: 'accepted', session_id: judged.turn.session.session_id, turn_id: judged.turn.turn_id };
}

const skipSchema: z.ZodType<Skip> = z.looseObject({
  v: z.literal(1),
  event_id: z.string(),
  connector: z.object({ kind: z.string(), name: z.string() }),
  code: z.string(),
  reason: z.string(),
});

/** Reads a judgement back from TURNS; `undefined` for what is neither a turn nor a skip of ours. */
export function readJudged(document: unknown): Judged | undefined {
  const turn = readTurn(document);
  if (turn.ok) return { outcome: 'turn', turn: turn.value };
  const skip = skipSchema.safeParse(document);
  return skip.success ? { outcome: 'skip', skip: skip.data } : undefined;
}
