import { setTimeout as sleep } from 'node:timers/promises';
import { DeliverPolicy, type JetStreamClient, type JsMsg } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';
import { decodeJson } from './json.ts';
import type { Link } from './link.ts';
import { plainHeaders, type StoredMessage } from './stored-message.ts';

/** Where an ordered reader begins: a sequence, a time, what is new, or the newest message of each subject. */
export type ReadFrom = { seq: number } | { time: Date } | 'new' | 'newest_of_each';

export interface OrderedReader {
  /** How many messages were waiting when the reader was opened. */
  readonly pending: number;
  messages: AsyncIterable<StoredMessage>;
  stop(): Promise<void>;
}

interface ReaderDeps {
  js: JetStreamClient;
  link: Pick<Link, 'onState' | 'ask'>;
}

interface ReaderOptions {
  stream: string;
  filter: string;
  from: ReadFrom;
  buffer?: number;
  /** Payloads stay on the server. */
  headersOnly?: boolean;
}

const reopenAfterMs = 250;

/**
 * Reads the messages of a filter in stream order, without acknowledgements; it survives reconnects and server restarts.
 *
 * `buffer` bounds what is held in memory: the server sends more only as messages are taken.
 */
export async function openOrderedReader(at: ReaderOptions, deps: ReaderDeps): Promise<OrderedReader> {
  const first = await deps.link.ask(() => openSource(at, deps), { repeatable: true });
  let source = first;
  let stopped = false;

  async function* messages(): AsyncIterable<StoredMessage> {
    let { from } = first;
    for (;;) {
      for await (const message of source.messages) {
        from = { seq: message.seq + 1 };
        yield storedMessage(message);
      }
      if (stopped || !source.isLost()) return;
      const next = await reopen({ ...at, from });
      if (!next) return;
      source = next;
    }
  }

  async function reopen(options: ReaderOptions): Promise<Source | undefined> {
    while (!stopped) {
      try {
        const next = await openSource(options, deps);
        if (!stopped) return next;
        await next.close();
      } catch (error) {
        if (error instanceof errors.ClosedConnectionError) return undefined;
        await sleep(reopenAfterMs);
      }
    }
    return undefined;
  }

  return {
    pending: first.pending,
    messages: messages(),
    async stop() {
      stopped = true;
      await source.close();
    },
  };
}

/** One consumer of the server's, which lives in its memory. */
interface Source {
  pending: number;
  /** Where another one has to begin if nothing was read from this one. */
  from: ReadFrom;
  messages: AsyncIterable<JsMsg>;
  /** Its messages ended because the consumer may be gone, or may have left some out. */
  isLost(): boolean;
  close(): Promise<void>;
}

async function openSource(at: ReaderOptions, { js, link }: ReaderDeps): Promise<Source> {
  const consumer = await js.consumers.get(at.stream, {
    filter_subjects: at.filter,
    ...(at.headersOnly && { headers_only: true }),
    ...startOf(at.from),
  });
  const { num_pending: pending, delivered } = await consumer.info(true);
  const messages = await consumer.consume({ max_messages: at.buffer ?? 256, expires: 30_000 });
  let lost = false;

  // The client makes a consumer anew that is gone, but asks it for no more than one message and waits a minute then; and when the
  // server is slow to answer after a restart, it waits half a minute before it looks again. So it is left to nobody but us.
  function lose(): void {
    lost = true;
    void close();
  }
  const forget = link.onState((state) => state === 'connected' && lose());
  void (async () => {
    for await (const { type } of messages.status()) if (type === 'ordered_consumer_recreated') lose();
  })();

  async function close(): Promise<void> {
    forget();
    messages.stop();
    // The server would keep the consumer for five more minutes, and a stream has room for a limited number of them.
    await consumer.delete().catch(() => false);
  }

  const from = at.from === 'new' ? { seq: delivered.stream_seq + 1 } : at.from;
  return { pending, from, messages, isLost: () => lost, close };
}

function startOf(from: ReadFrom) {
  if (from === 'new') return { deliver_policy: DeliverPolicy.New };
  if (from === 'newest_of_each') return { deliver_policy: DeliverPolicy.LastPerSubject };
  if ('seq' in from) return { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: Math.max(1, from.seq) };
  return { deliver_policy: DeliverPolicy.StartTime, opt_start_time: from.time.toISOString() };
}

/** A consumed message in our own form. */
export function storedMessage(message: JsMsg): StoredMessage {
  const { subject, seq, data: payload } = message;
  let headers: Record<string, string> | undefined;
  return {
    subject,
    seq,
    time: new Date(message.time),
    // Most readers want one of them or none.
    get headers() {
      return (headers ??= plainHeaders(message.headers));
    },
    payload,
    json: () => decodeJson(payload),
  };
}
