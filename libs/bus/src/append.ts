import { JetStreamApiError, type JetStreamClient, type JetStreamPublishOptions } from '@nats-io/jetstream';
import { headers as createHeaders } from '@nats-io/transport-node';
import { BusUnavailableError } from './errors.ts';
import type { Link } from './link.ts';

export interface AppendOptions {
  /** Stored once per id inside the stream's duplicate window. */
  messageId?: string;
  headers?: Record<string, string>;
  /** Store only if the newest message of `subject` (a filter; else the message's own subject) has this sequence; 0 = there is none. */
  expectLast?: { seq: number; subject?: string };
  /** Removed by the server after this time, rounded up to seconds. */
  ttlMs?: number;
}

/** `conflict`: the expectation did not hold. `in_process`: the same id is being stored right now; ask again shortly. */
export type Appended =
  | { outcome: 'stored'; seq: number }
  | { outcome: 'duplicate'; seq: number }
  | { outcome: 'conflict' }
  | { outcome: 'in_process' };

// Which of the two "wrong last sequence" codes comes depends on version and replication (design/nats-notes.md, section 2).
const wrongLastSequence = new Set([10071, 10164]);
const duplicateInProcess = 10158;

/** Appends one message and waits until it is stored. Throws BusUnavailableError when no answer comes: it may or may not be stored then. */
export async function append(
  message: { subject: string; payload: string | Uint8Array; options: AppendOptions; timeoutMs: number },
  deps: { js: JetStreamClient; link: Link },
): Promise<Appended> {
  const { subject, payload, options } = message;
  try {
    const wire = publishOptions(options, message.timeoutMs);
    const ack = await deps.link.ask(() => deps.js.publish(subject, payload, wire));
    return { outcome: ack.duplicate ? 'duplicate' : 'stored', seq: ack.seq };
  } catch (error) {
    if (!(error instanceof JetStreamApiError)) throw new BusUnavailableError(`Storing ${subject}`, error);
    if (wrongLastSequence.has(error.code)) return { outcome: 'conflict' };
    if (error.code === duplicateInProcess) return { outcome: 'in_process' };
    throw new BusUnavailableError(`Storing ${subject}`, error);
  }
}

function publishOptions(options: AppendOptions, timeoutMs: number): Partial<JetStreamPublishOptions> {
  const { messageId, headers, expectLast, ttlMs } = options;
  const wire: Partial<JetStreamPublishOptions> = { timeout: timeoutMs };
  if (messageId) wire.msgID = messageId;
  if (ttlMs) wire.ttl = `${Math.ceil(ttlMs / 1000)}s`;
  if (expectLast) {
    wire.expect = {
      lastSubjectSequence: expectLast.seq,
      ...(expectLast.subject && { lastSubjectSequenceSubject: expectLast.subject }),
    };
  }
  if (headers) {
    wire.headers = createHeaders();
    for (const [name, value] of Object.entries(headers)) wire.headers.set(name, value);
  }
  return wire;
}
