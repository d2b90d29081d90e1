import {
  DeliverPolicy,
  type Consumer,
  type ConsumerMessages,
  type JetStreamClient,
  type JsMsg,
} from '@nats-io/jetstream';
import { decodeJson } from './json.ts';
import { plainHeaders, type StoredMessage } from './stored-message.ts';

/** Where an ordered reader begins: a sequence, a time, what is new, or the newest message of each subject. */
export type ReadFrom = { seq: number } | { time: Date } | 'new' | 'newest_of_each';

export interface OrderedReader {
  /** How many messages were waiting when the reader was opened. */
  readonly pending: number;
  messages: AsyncIterable<StoredMessage>;
  stop(): Promise<void>;
}

/**
 * Reads the messages of a filter in stream order, without acknowledgements; it survives reconnects and server restarts.
 *
 * `buffer` bounds what is held in memory: the server sends more only as messages are taken.
 */
export async function openOrderedReader(
  at: { stream: string; filter: string; from: ReadFrom; buffer?: number },
  js: JetStreamClient,
): Promise<OrderedReader> {
  const consumer = await js.consumers.get(at.stream, { filter_subjects: at.filter, ...startOf(at.from) });
  const { num_pending: pending } = await consumer.info(true);
  const messages = await consumer.consume({ max_messages: at.buffer ?? 256, expires: 30_000 });
  return { pending, messages: stored(messages), stop: () => stopReading(consumer, messages) };
}

async function stopReading(consumer: Consumer, messages: ConsumerMessages): Promise<void> {
  messages.stop();
  // The server would keep the consumer for five more minutes, and a stream has room for a limited number of them.
  await consumer.delete().catch(() => false);
}

function startOf(from: ReadFrom) {
  if (from === 'new') return { deliver_policy: DeliverPolicy.New };
  if (from === 'newest_of_each') return { deliver_policy: DeliverPolicy.LastPerSubject };
  if ('seq' in from) return { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: Math.max(1, from.seq) };
  return { deliver_policy: DeliverPolicy.StartTime, opt_start_time: from.time.toISOString() };
}

async function* stored(messages: ConsumerMessages): AsyncIterable<StoredMessage> {
  for await (const message of messages) yield storedMessage(message);
}

/** A consumed message in our own form. */
export function storedMessage(message: JsMsg): StoredMessage {
  const payload = message.data;
  return {
    subject: message.subject,
    seq: message.seq,
    time: new Date(message.time),
    headers: plainHeaders(message.headers),
    payload,
    json: () => decodeJson(payload),
  };
}
