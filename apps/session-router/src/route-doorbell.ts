import { setTimeout as sleep } from 'node:timers/promises';
import {
  appendLedger,
  busHeaders,
  BusUnavailableError,
  readReceipt,
  writeReceipt,
  type Bus,
  type Doorbell,
  type StoredMessage,
  type Verdict,
} from '@trunkline/bus';
import { readEvent } from '@trunkline/events';
import { traceparentOf, withSpan, type Metrics } from '@trunkline/telemetry';
import { LRUCache } from 'lru-cache';
import type { AttemptCount } from './attempt-count.ts';
import type { ConversationHead, ConversationLog, Judgement } from './conversation-log.ts';
import { judgeEvent, poisonSkip, type JudgeDeps } from './judge-event.ts';
import { judgedEvent, readJudged, receiptOf, type Judged } from './receipt-of.ts';

export interface RouteDeps {
  bus: Bus;
  log: ConversationLog;
  judge: JudgeDeps;
  attempts: AttemptCount;
  metrics: Metrics;
  now(): number;
}

/** The next event of a conversation, and where its judging stands. */
interface Next {
  event: StoredMessage;
  head: ConversationHead;
  conversation: string;
}

const retrySoon = (reason: string): Verdict => ({ do: 'retry', afterMs: 200, reason });

/**
 * Judges a conversation's events, in order, up to the one that rang (spec 3.3, design/nats-notes.md 5e).
 *
 * The doorbell only says that there is something to do. What is next is read from the log itself, and each append holds only if
 * nothing was appended since: so any number of routers, dying and sleeping at any point, judge each event once and in order.
 */
export function createDoorbellRouter(deps: RouteDeps): (doorbell: Doorbell) => Promise<Verdict> {
  const { bus, log } = deps;
  const judgedHere = new LRUCache<number, true>({ max: 10_000 });

  async function route({ message: doorbell, announcement }: Doorbell): Promise<Verdict> {
    const conversation = bus.names.conversationOf(doorbell.subject);
    for (let stale = 0; ; ) {
      const head = await log.head(conversation);
      if (head.eventSeq >= doorbell.seq) return covered(doorbell);
      const event = await log.nextEvent(doorbell, head);
      if (!event || event.seq > doorbell.seq) {
        // A replica that lags: the doorbell's own event is stored, so something up to it must be there.
        if (++stale > 20) return retrySoon('stale read');
        await sleep(5 * stale);
        continue;
      }
      const step = await judgeNext({ event, head, conversation, retried: announcement > 1 });
      if (step === 'wait') return { do: 'retry', afterMs: 5_000, reason: 'written by a newer version' };
    }
  }

  async function judgeNext(next: Next & { retried: boolean }): Promise<'judged' | 'lost' | 'wait'> {
    const exhausted = next.retried && (await deps.attempts.begin(next.event)) === 'exhausted';
    const judged = await judgeOnce(next, exhausted).catch(async (error: unknown) => {
      if (next.retried && error instanceof BusUnavailableError) await deps.attempts.forgive(next.event);
      throw error;
    });
    // A lost race says nothing against the event.
    if (next.retried && judged !== 'judged') await deps.attempts.forgive(next.event);
    return judged;
  }

  function judgeOnce(next: Next, exhausted: boolean): Promise<'judged' | 'lost' | 'wait'> {
    const { event, head, conversation } = next;
    return withSpan('route event', { kind: 'consumer', parent: event.headers[busHeaders.traceparent] }, async (span) => {
      if (head.otherIncarnation && (await alreadyJudged(event))) return skipKnown(next);
      const verdict: Awaited<ReturnType<typeof judgeEvent>> = exhausted
        ? { outcome: 'skip', skip: poisonSkip(event) }
        : await judgeEvent(event, head.turnSeq + 1, deps.judge);
      if (verdict.outcome === 'wait') {
        bus.log.error({ seq: event.seq, reason: verdict.reason }, 'event.version-unknown');
        return 'wait';
      }
      const judgement = judgementOf(verdict, { conversation, traceparent: traceparentOf(span) });
      if (!(await log.append({ conversation, event, head, judgement }))) return 'lost';
      judgedHere.set(event.seq, true);
      await tell(event, verdict);
      return 'judged';
    });
  }

  /** After EVENTS was made anew from a backup, what was judged before is known by its receipt alone. */
  async function alreadyJudged(event: StoredMessage): Promise<boolean> {
    const read = readEvent(event.json());
    if (!read.ok) return false;
    return (await readReceipt({ connector: read.value.data.connector, eventId: read.value.id }, bus)) !== undefined;
  }

  async function skipKnown({ event, head, conversation }: Next): Promise<'judged' | 'lost'> {
    const payload = { ...poisonSkip(event), code: 'judged_before', reason: 'This event was judged before EVENTS was restored.' };
    const subject = bus.names.skip(conversation, 'judged_before');
    const appended = await log.append({ conversation, event, head, judgement: { subject, payload, isTurn: false } });
    return appended ? 'judged' : 'lost';
  }

  function judgementOf(verdict: Judged, at: { conversation: string; traceparent: string }): Judgement {
    const headers = { [busHeaders.traceparent]: at.traceparent, 'content-type': 'application/json' };
    if (verdict.outcome === 'skip') {
      return { subject: bus.names.skip(at.conversation, verdict.skip.code), payload: verdict.skip, isTurn: false, headers };
    }
    const { turn } = verdict;
    return {
      subject: bus.names.turn(at.conversation, turn.session.session_id),
      payload: turn,
      isTurn: true,
      headers: { ...headers, [busHeaders.eventType]: turn.event.type },
    };
  }

  /** Keeps the receipt, wakes the gateway that waits, and counts. */
  async function tell(event: StoredMessage, judged: Judged): Promise<void> {
    await keepReceipt(event, judged);
    deps.metrics.observe('routing_lag_seconds', Math.max(0, deps.now() - event.time.getTime()) / 1000, {});
    const { connector, eventId } = judgedEvent(judged);
    const labels = { kind: connector.kind, connector: connector.name };
    if (judged.outcome === 'turn') return deps.metrics.count('turns_total', labels);
    const { code, reason } = judged.skip;
    deps.metrics.count('skips_total', { ...labels, reason: code });
    bus.log.warn({ event_id: eventId, ...labels, code }, 'event.skipped');
    await appendLedger({ what: 'rejected', connector, id: `${event.seq}`, data: { event_id: eventId, code, reason } }, bus);
  }

  const keepReceipt = (event: StoredMessage, judged: Judged) =>
    writeReceipt(
      { ...judgedEvent(judged), receipt: receiptOf(event, judged), replyInstance: event.headers[busHeaders.replyInstance] },
      bus,
    );

  /** Judged already. If that was another process, it may have died before the receipt. */
  async function covered(doorbell: StoredMessage): Promise<Verdict> {
    if (judgedHere.has(doorbell.seq)) return { do: 'ack' };
    const read = readEvent(doorbell.json());
    if (!read.ok) return { do: 'ack' };
    const known = await readReceipt({ connector: read.value.data.connector, eventId: read.value.id }, bus);
    if (known) return { do: 'ack' };
    const judgement = await log.judgementOf(doorbell);
    const judged = judgement && readJudged(judgement.json());
    if (judged) await keepReceipt(doorbell, judged);
    return { do: 'ack' };
  }

  return (doorbell) =>
    route(doorbell).catch((error: unknown) => {
      if (!(error instanceof BusUnavailableError)) throw error;
      return { do: 'retry', afterMs: 500, reason: 'bus unavailable' };
    });
}
