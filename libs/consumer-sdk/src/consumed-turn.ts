import { busHeaders, encodeJson, hashToken, token, type Bus, type Bucket } from '@trunkline/bus';
import { outputIdOf, type Output, type OutputPart, type Turn } from '@trunkline/events';
import type { Cancellation } from './cancellation.ts';

/** What to say: plain text (markdown), parts, or any fields of an output beyond the ones that the turn fills in. */
export type Reply = string | OutputPart[] | Partial<Omit<Output, 'output_id' | 'session_id' | 'turn_id'>>;

/** A small value of one session, private to the group, gone with the session. */
export interface SessionState<T> {
  get(): Promise<T | undefined>;
  set(value: T): Promise<void>;
}

/** An answer that grows. Deltas are seen at once where the platform can show them; `close` makes the whole text durable. */
export interface ReplyStream {
  write(delta: string): void;
  /** Publishes the complete text as an output. Resolves when it is stored. */
  close(): Promise<{ output_id: string }>;
}

/** A turn in the hands of its handler. */
export interface ConsumedTurn extends Turn {
  /** The text of the event, empty where it has none. A text too large for a message is read by `content()`. */
  readonly text: string;
  /** From 1. A repeated turn says the same: output ids derive from the turn and the order of its replies. */
  readonly attempt: number;
  /** Aborted when a `trunkline.turn.cancelled` event arrives, the worker loses the session, or it must stop. */
  readonly signal: AbortSignal;
  /** Passes the trace on to what the handler calls. */
  readonly traceparent: string | undefined;
  /** The whole text, from the object store where it was too large for a message. */
  content(): Promise<string>;
  /** Resolves when the output is stored: it will be delivered then, or end as a visible dead letter. */
  reply(reply: Reply): Promise<{ output_id: string }>;
  stream(): ReplyStream;
  /** Shown while the handler works ("typing", "thinking" or any text); not stored. */
  status(status: string): void;
  react(name: string, on?: string): Promise<{ output_id: string }>;
  state<T>(): SessionState<T>;
}

/** Wraps a turn that was read from the bus. */
export function consumedTurn(
  turn: Turn,
  context: {
    bus: Bus;
    group: string;
    attempt: number;
    cancellation: Pick<Cancellation, 'signal'>;
    traceparent: string | undefined;
  },
): ConsumedTurn {
  const { bus, group, attempt, cancellation, traceparent } = context;
  const { session_id, generation } = turn.session;
  const { turn_id, reply_handle } = turn;
  let ordinal = 0;

  async function publish(
    fields: Partial<Output>,
    output_id = outputIdOf(group, turn.turn_id, ++ordinal),
  ): Promise<{ output_id: string }> {
    const output: Output = { v: 1, output_id, session_id, turn_id, reply_handle, ...fields };
    await bus.append(turn.output_subject, encodeJson(output), {
      messageId: hashToken(JSON.stringify([session_id, output_id])),
      headers: { 'content-type': 'application/json', ...(traceparent && { [busHeaders.traceparent]: traceparent }) },
    });
    return { output_id };
  }

  const live = (message: object) => bus.publish(bus.names.live(session_id), encodeJson({ v: 1, turn_id, ...message }));

  return {
    ...turn,
    text: turn.event.data.content?.text ?? '',
    attempt,
    get signal() {
      return cancellation.signal;
    },
    traceparent,
    content: () => wholeText(turn, bus),
    reply: (reply) => publish(outputFields(reply)),
    react: (name, on = turn.event.data.message?.id ?? turn.event.id) => publish({ reaction: { name, on } }),
    status: (status) => live({ status, reply_handle }),
    stream() {
      const output_id = outputIdOf(group, turn.turn_id, ++ordinal);
      let text = '';
      let seq = 0;
      live({ output_id, reply_handle, stream: { seq: seq++, state: 'open' } });
      return {
        write(delta) {
          text += delta;
          live({ output_id, stream: { seq: seq++, state: 'delta' }, content: delta });
        },
        close: () => publish({ content: text, stream: { seq, state: 'close' } }, output_id),
      };
    },
    state: <T>() =>
      sessionState<T>({ key: `${token(group)}.${token(session_id)}.${generation}` }, bus.bucket<T>('state')),
  };
}

function outputFields(reply: Reply): Partial<Output> {
  if (typeof reply === 'string') return { content: reply };
  if (Array.isArray(reply)) return { parts: reply };
  return reply;
}

async function wholeText(turn: Turn, bus: Bus): Promise<string> {
  const { content, content_ref } = turn.event.data;
  if (!content_ref) return content?.text ?? '';
  const object = await bus.objects('raw').get(content_ref);
  return object ? new TextDecoder().decode(object.bytes) : (content?.text ?? '');
}

function sessionState<T>({ key }: { key: string }, bucket: Bucket<T>): SessionState<T> {
  return {
    get: async () => (await bucket.get(key))?.value,
    set: async (value) => void (await bucket.put(key, value)),
  };
}
