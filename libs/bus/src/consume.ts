import { jetstream, type ConsumerMessages, type JsMsg } from '@nats-io/jetstream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from './bus.ts';
import { storedMessage } from './ordered-reader.ts';
import { createSlots } from './slots.ts';
import type { StoredMessage } from './stored-message.ts';
import { doorbellConsumer } from './stream-definitions.ts';

/** What becomes of a message that was handled. `retry` comes back to any process after `afterMs`; `drop` never does. */
export type Verdict = { do: 'ack' } | { do: 'retry'; afterMs: number; reason: string } | { do: 'drop'; reason: string };

/** A new event, announced to one of all routers; announced again when no verdict came in time. */
export interface Doorbell {
  message: StoredMessage;
  /** 1 the first time. It counts announcements, not attempts: waiting in a dead process counts too. */
  announcement: number;
}

/** A doorbell as it arrives. `delivery` counts what the server sent to all routers: without a gap, this one got everything. */
export interface Arrival {
  subject: string;
  seq: number;
  delivery: number;
  announcement: number;
}

export interface DoorbellOptions {
  /** Told of each doorbell in the order of arrival, before any is handled that arrived later. */
  onArrival?(arrival: Arrival): void;
  handle(doorbell: Doorbell): Promise<Verdict>;
  /** How many are handled at the same time, at most one of each conversation. */
  concurrency: number;
}

export interface Consuming {
  /** Stops taking new messages and waits for those being handled. */
  drain(): Promise<void>;
}

/**
 * Hears of every event on EVENTS, shared with all other routers.
 *
 * The only file of the repository that acknowledges. Doorbells of one conversation are handled one after the other; a handler that
 * throws gets the message back later.
 */
export function consumeDoorbells(options: DoorbellOptions, bus: Bus): Consuming {
  const queues = new Map<string, Promise<void>>();
  const running = new Set<Promise<void>>();
  const slots = createSlots(options.concurrency);
  let messages: ConsumerMessages | undefined;
  let stopping = false;

  function enqueue(message: JsMsg): Promise<void> {
    const conversation = bus.names.conversationOf(message.subject);
    const before = queues.get(conversation) ?? Promise.resolve();
    const turn = before.then(() => settleAfter(message));
    queues.set(conversation, turn);
    void turn.then(() => queues.get(conversation) === turn && queues.delete(conversation));
    return turn;
  }

  async function settleAfter(message: JsMsg): Promise<void> {
    settle(message, await judge(message));
  }

  async function judge(message: JsMsg): Promise<Verdict> {
    try {
      return await options.handle({ message: storedMessage(message), announcement: message.info.deliveryCount });
    } catch (error) {
      bus.log.error({ err: error, subject: message.subject, seq: message.seq }, 'doorbell.failed');
      return { do: 'retry', afterMs: 1_000, reason: 'unexpected error' };
    }
  }

  async function listen(): Promise<void> {
    const consumer = await jetstream(bus.connection).consumers.get(bus.names.stream('EVENTS'), doorbellConsumer);
    // A stopped process swallows what it asked for until its request expires: so requests are short and small.
    messages = await consumer.consume({ max_messages: options.concurrency, expires: 3_000 });
    for await (const message of messages) {
      options.onArrival?.(arrivalOf(message));
      await slots.take();
      if (stopping) return;
      const handled = enqueue(message).finally(() => {
        running.delete(handled);
        slots.give();
      });
      running.add(handled);
    }
  }

  async function loop(): Promise<void> {
    while (!stopping) {
      await listen().catch((error: unknown) => bus.log.warn({ err: error }, 'doorbells.interrupted'));
      if (!stopping) await sleep(500);
    }
  }

  const looping = loop();
  return {
    async drain() {
      stopping = true;
      messages?.stop();
      await looping;
      await Promise.all(running);
    },
  };
}

function arrivalOf({ subject, seq, info }: JsMsg): Arrival {
  return { subject, seq, delivery: info.deliverySequence, announcement: info.deliveryCount };
}

function settle(message: JsMsg, verdict: Verdict): void {
  switch (verdict.do) {
    case 'ack':
      return message.ack();
    case 'retry':
      // A fraction of a millisecond would mean "at once" (design/nats-notes.md, pitfall 1).
      return message.nak(Math.ceil(verdict.afterMs));
    case 'drop':
      return message.term(verdict.reason);
  }
}
