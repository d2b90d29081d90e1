import { setTimeout as sleep } from 'node:timers/promises';
import { BusUnavailableError, readReceipt, type Doorbell, type StoredMessage, type Verdict } from '@trunkline/bus';
import { readEvent } from '@trunkline/events';
import { LRUCache } from 'lru-cache';
import { keepReceipt } from './announce.ts';
import type { Incarnation } from './incarnation.ts';
import { judgeNext, type JudgeNextDeps } from './judge-next.ts';
import { readJudged } from './receipt-of.ts';

export type RouteDeps = JudgeNextDeps & { incarnation: Pick<Incarnation, 'certain'> };

const mostStaleReads = 20;

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
    await deps.incarnation.certain();
    for (let stale = 0; stale < mostStaleReads;) {
      const head = await log.head(conversation);
      if (head.eventSeq >= doorbell.seq) {
        if (!judgedHere.has(doorbell.seq)) await mendReceipt(doorbell, deps);
        return { do: 'ack' };
      }
      const event = await log.nextEvent(doorbell, head);
      if (!event || event.seq > doorbell.seq) {
        // A replica that lags: the doorbell's own event is stored, so something up to it must be there.
        await sleep(5 * ++stale);
        continue;
      }
      const step = await judgeNext({ event, head, conversation, retried: announcement > 1 }, deps);
      if (step === 'wait') return { do: 'retry', afterMs: 5_000, reason: 'written by a newer version' };
      if (step === 'judged') judgedHere.set(event.seq, true);
    }
    return { do: 'retry', afterMs: 200, reason: 'stale read' };
  }

  return (doorbell) =>
    route(doorbell).catch((error: unknown) => {
      if (!(error instanceof BusUnavailableError)) throw error;
      return { do: 'retry', afterMs: 500, reason: 'bus unavailable' };
    });
}

/** The event was judged by another process, which may have died before it kept the receipt: then it is kept now. */
async function mendReceipt(doorbell: StoredMessage, { bus, log }: RouteDeps): Promise<void> {
  const read = readEvent(doorbell.json());
  if (!read.ok) return;
  if (await readReceipt({ connector: read.value.data.connector, eventId: read.value.id }, bus)) return;
  const judgement = await log.judgementOf(doorbell);
  const judged = judgement && readJudged(judgement.json());
  if (judged) await keepReceipt(doorbell, judged, bus);
}
