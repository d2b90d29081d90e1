import { setTimeout as sleep } from 'node:timers/promises';
import type { Append } from './append.ts';
import type { Bus } from './bus.ts';
import { BusUnavailableError } from './errors.ts';
import type { EventPlace } from './names.ts';
import type { StoredMessage } from './stored-message.ts';
import { token } from './token.ts';

/** Headers of ours on bus messages. */
export const busHeaders = {
  fingerprint: 'Tl-Fingerprint',
  /** The gateway instance that waits for the receipt. */
  replyInstance: 'Tl-Reply-Instance',
  traceparent: 'traceparent',
  /** On a turn: the type of its event, for whoever must act before the turn's time comes. */
  eventType: 'Tl-Event-Type',
} as const;

/** An event ready to be stored: `payload` is its CloudEvents JSON, `fingerprint` what it says (equal for a repeat). */
export interface EventToStore extends EventPlace {
  payload: string | Uint8Array;
  fingerprint: string;
  replyInstance?: string;
  traceparent?: string;
}

/** `duplicate`: the same id and content is stored already. `conflict`: the id is taken by other content. */
export type EventStored =
  { status: 'stored'; seq: number } | { status: 'duplicate' | 'conflict'; stored: StoredMessage };

const attempts = 5;

/**
 * Stores many events at once, each for itself: what `storeEvent` would return or throw, in their order. Give one of each conversation,
 * or an event whose storing fails is overtaken by the next.
 */
export async function storeEvents(
  events: readonly EventToStore[],
  bus: Pick<Bus, 'append' | 'appendAll' | 'read' | 'names'>,
): Promise<(EventStored | BusUnavailableError)[]> {
  const appended = await bus.appendAll(events.map((event) => messageOf(event, bus)));
  return Promise.all(
    events.map(async (event, index) => {
      const first = appended[index];
      if (first instanceof BusUnavailableError) return first;
      if (first?.outcome === 'stored') return { status: 'stored', seq: first.seq } as const;
      // Rare, so the whole way is gone once more: an id that is taken stays so.
      return storeEvent(event, bus).catch(asUnavailable);
    }),
  );
}

function asUnavailable(error: unknown): BusUnavailableError {
  if (error instanceof BusUnavailableError) return error;
  throw error;
}

/**
 * Stores an event unless its id is taken: one atomic publish, so any number of concurrent or later posts of one id store one event
 * for as long as EVENTS keeps it. Throws BusUnavailableError when that is not certain; the same call may then be made again.
 */
export async function storeEvent(
  event: EventToStore,
  bus: Pick<Bus, 'append' | 'read' | 'names'>,
): Promise<EventStored> {
  const { subject, payload, options } = messageOf(event, bus);
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const appended = await bus.append(subject, payload, options);
    if (appended.outcome === 'stored') return { status: 'stored', seq: appended.seq };
    const own = await bus.read('EVENTS', { newestOf: subject });
    // An id that is taken in another conversation is known by its message id alone.
    const stored = own ?? (await bus.read('EVENTS', { newestOf: bus.names.eventAnywhere(event) }));
    if (stored) return { status: sameContent(stored, event) ? 'duplicate' : 'conflict', stored };
    await sleep(10 * attempt);
  }
  throw new BusUnavailableError(`Storing ${subject}`, new Error('The stored event of this id cannot be read.'));
}

function messageOf(event: EventToStore, { names }: Pick<Bus, 'names'>): Append {
  const subject = names.event(event);
  const messageId = messageIdOf(event, subject);
  return { subject, payload: event.payload, options: { messageId, headers: headersOf(event), expectLast: { seq: 0 } } };
}

/** The same in every conversation, so that one id is one event even if it comes under two. The subject ends with the event's hash. */
const messageIdOf = ({ connector }: EventToStore, subject: string) =>
  `${token(connector.kind)}.${token(connector.name)}${subject.slice(subject.lastIndexOf('.'))}`;

const sameContent = (stored: StoredMessage, event: EventToStore) =>
  stored.headers[busHeaders.fingerprint] === event.fingerprint;

function headersOf(event: EventToStore): Record<string, string> {
  return {
    'content-type': 'application/cloudevents+json',
    [busHeaders.fingerprint]: event.fingerprint,
    ...(event.replyInstance && { [busHeaders.replyInstance]: event.replyInstance }),
    ...(event.traceparent && { [busHeaders.traceparent]: event.traceparent }),
  };
}
