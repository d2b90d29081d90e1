import { busHeaders, BusUnavailableError, readReceipt, type Bus, type Names, type StoredMessage } from '@trunkline/bus';
import { readEvent } from '@trunkline/events';
import { traceparentOf, withSpan, type Metrics } from '@trunkline/telemetry';
import { announce } from './announce.ts';
import type { AttemptCount } from './attempt-count.ts';
import type { ConversationHead, ConversationLog, Judgement } from './conversation-log.ts';
import { judgeEvent, poisonSkip, type JudgeDeps, type Verdict } from './judge-event.ts';
import type { Judged } from './receipt-of.ts';

export interface JudgeNextDeps {
  bus: Bus;
  log: ConversationLog;
  judge: JudgeDeps;
  attempts: AttemptCount;
  metrics: Metrics;
  now(): number;
}

/** The next event of a conversation, and where its judging stands. */
export interface Next {
  event: StoredMessage;
  head: ConversationHead;
  conversation: string;
  /** Announced before: an attempt at it may have ended badly. */
  retried: boolean;
}

/** `lost`: another router was faster; read the head again. `wait`: only a newer version may judge it. */
export type Step = 'judged' | 'lost' | 'wait';

/** Judges the next event of a conversation and appends what it becomes, if nothing was appended meanwhile. */
export async function judgeNext(next: Next, deps: JudgeNextDeps): Promise<Step> {
  if (!next.retried) return judgeOnce(next, false, deps);
  const exhausted = (await deps.attempts.begin(next.event)) === 'exhausted';
  const step = await judgeOnce(next, exhausted, deps).catch(async (error: unknown) => {
    if (error instanceof BusUnavailableError) await deps.attempts.forgive(next.event);
    throw error;
  });
  // A lost race says nothing against the event.
  if (step !== 'judged') await deps.attempts.forgive(next.event);
  return step;
}

function judgeOnce(next: Next, exhausted: boolean, deps: JudgeNextDeps): Promise<Step> {
  const { event, head, conversation } = next;
  const { bus, log } = deps;
  const parent = event.headers[busHeaders.traceparent];
  return withSpan('route event', { kind: 'consumer', parent }, async (span) => {
    if (head.otherIncarnation && (await judgedBefore(event, bus))) return skipKnown(next, deps);
    const verdict: Verdict = exhausted
      ? { outcome: 'skip', skip: poisonSkip(event) }
      : await judgeEvent(event, head.turnSeq + 1, deps.judge);
    if (verdict.outcome === 'wait') {
      bus.log.error({ seq: event.seq, reason: verdict.reason }, 'event.version-unknown');
      return 'wait';
    }
    const judgement = judgementOf(verdict, { conversation, traceparent: traceparentOf(span) }, bus.names);
    if (!(await log.append({ conversation, event, head, judgement }))) return 'lost';
    await announce(event, verdict, deps);
    return 'judged';
  });
}

/** After EVENTS was made anew from a backup, what was judged before is known by its receipt alone. */
async function judgedBefore(event: StoredMessage, bus: Bus): Promise<boolean> {
  const read = readEvent(event.json());
  if (!read.ok) return false;
  return (await readReceipt({ connector: read.value.data.connector, eventId: read.value.id }, bus)) !== undefined;
}

async function skipKnown({ event, head, conversation }: Next, deps: JudgeNextDeps): Promise<Step> {
  const code = 'judged_before';
  const payload = { ...poisonSkip(event), code, reason: 'This event was judged before EVENTS was restored.' };
  const judgement = { subject: deps.bus.names.skip(conversation, code), payload, isTurn: false };
  return (await deps.log.append({ conversation, event, head, judgement })) ? 'judged' : 'lost';
}

function judgementOf(verdict: Judged, at: { conversation: string; traceparent: string }, names: Names): Judgement {
  const headers = { [busHeaders.traceparent]: at.traceparent, 'content-type': 'application/json' };
  if (verdict.outcome === 'skip') {
    const { skip } = verdict;
    return { subject: names.skip(at.conversation, skip.code), payload: skip, isTurn: false, headers };
  }
  const { turn } = verdict;
  return {
    subject: names.turn(at.conversation, turn.session.session_id),
    payload: turn,
    isTurn: true,
    headers: { ...headers, [busHeaders.eventType]: turn.event.type },
  };
}
