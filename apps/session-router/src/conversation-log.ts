import { setTimeout as sleep } from 'node:timers/promises';
import { encodeJson, type Bus, type StoredMessage } from '@trunkline/bus';
import { LRUCache } from 'lru-cache';
import type { UnbrokenRun } from './unbroken-run.ts';

/** Headers of ours on turns and skips: what they were made of. */
export const judgementHeaders = {
  /** Sequence on EVENTS of the event that was judged. */
  eventSeq: 'Tl-Event-Seq',
  /** Incarnation of EVENTS that the sequence counts in. */
  incarnation: 'Tl-Event-Stream',
  /** Turns of the conversation so far. */
  turnSeq: 'Tl-Turn-Seq',
} as const;

/** How far a conversation is judged. `seq` is what its next append is conditional on; 0 everywhere for a new conversation. */
export interface ConversationHead {
  seq: number;
  eventSeq: number;
  turnSeq: number;
  /** The EVENTS stream that `eventSeq` counts in. */
  incarnation: string;
  /** The last judgement was of an EVENTS stream that is gone: its sequences mean nothing in the present one. */
  otherIncarnation: boolean;
}

/** A turn or a skip, ready to be appended. `subject` says which. */
export interface Judgement {
  subject: string;
  payload: object;
  isTurn: boolean;
  headers?: Record<string, string>;
}

/** One conversation's events and what became of them, as any number of routers extend it together. */
export interface ConversationLog {
  /** Where judging stands. A remembered head may be stale; the next append finds out. */
  head(conversation: string): Promise<ConversationHead>;
  /** The first event of the doorbell's conversation after `head`. */
  nextEvent(doorbell: StoredMessage, head: ConversationHead): Promise<StoredMessage | undefined>;
  /** False when another router was faster (the head is forgotten then). */
  append(judged: {
    conversation: string;
    event: StoredMessage;
    head: ConversationHead;
    judgement: Judgement;
  }): Promise<boolean>;
  /** What an event became, found again after the fact. */
  judgementOf(event: StoredMessage): Promise<StoredMessage | undefined>;
}

interface LogDeps {
  bus: Bus;
  run: Pick<UnbrokenRun, 'nothingBetween'>;
  incarnation(): string;
  random(): number;
}

export function openConversationLog(deps: LogDeps): ConversationLog {
  const { bus } = deps;
  const heads = new LRUCache<string, ConversationHead>({ max: 50_000 });

  return {
    async head(conversation) {
      const known = heads.get(conversation);
      if (known?.incarnation === deps.incarnation()) return known;
      const head = await readHead(conversation, deps);
      heads.set(conversation, head);
      return head;
    },
    async nextEvent(doorbell, head) {
      const between = { after: head.eventSeq, before: doorbell.seq };
      if (deps.run.nothingBetween(bus.names.conversationOf(doorbell.subject), between)) return doorbell;
      const filter = bus.names.eventsBeside(doorbell.subject);
      return bus.read('EVENTS', { firstOf: filter, fromSeq: head.eventSeq + 1 });
    },
    async append({ conversation, event, head, judgement }) {
      const turnSeq = head.turnSeq + (judgement.isTurn ? 1 : 0);
      const { incarnation } = head;
      heads.delete(conversation);
      const appended = await bus.append(judgement.subject, encodeJson(judgement.payload), {
        headers: {
          ...judgement.headers,
          [judgementHeaders.eventSeq]: String(event.seq),
          [judgementHeaders.incarnation]: incarnation,
          [judgementHeaders.turnSeq]: String(turnSeq),
        },
        expectLast: { seq: head.seq, subject: bus.names.judged(conversation) },
      });
      if (appended.outcome === 'stored') {
        heads.set(conversation, {
          seq: appended.seq,
          eventSeq: event.seq,
          turnSeq,
          incarnation,
          otherIncarnation: false,
        });
        return true;
      }
      await sleep(1 + deps.random() * 10);
      return false;
    },
    async judgementOf(event) {
      const filter = bus.names.judged(bus.names.conversationOf(event.subject));
      let found = await bus.read('TURNS', { firstOf: filter, fromTime: event.time });
      while (found && Number(found.headers[judgementHeaders.eventSeq]) < event.seq) {
        found = await bus.read('TURNS', { firstOf: filter, fromSeq: found.seq + 1 });
      }
      return Number(found?.headers[judgementHeaders.eventSeq]) === event.seq ? found : undefined;
    },
  };
}

async function readHead(
  conversation: string,
  { bus, incarnation: now }: Pick<LogDeps, 'bus' | 'incarnation'>,
): Promise<ConversationHead> {
  const incarnation = now();
  const newest = await bus.read('TURNS', { newestOf: bus.names.judged(conversation) });
  if (!newest) return { seq: 0, eventSeq: 0, turnSeq: 0, incarnation, otherIncarnation: false };
  const otherIncarnation = newest.headers[judgementHeaders.incarnation] !== incarnation;
  return {
    seq: newest.seq,
    eventSeq: otherIncarnation ? 0 : Number(newest.headers[judgementHeaders.eventSeq] ?? 0),
    turnSeq: Number(newest.headers[judgementHeaders.turnSeq] ?? 0),
    incarnation,
    otherIncarnation,
  };
}
