import type { MsgHdrs } from '@nats-io/transport-node';
import { BusUnavailableError } from './errors.ts';
import { decodeJson } from './json.ts';
import type { Link } from './link.ts';
import type { Ask } from './requests.ts';
import { wireHeaders } from './wire-headers.ts';

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
  { ask, link }: { ask: Ask; link: Link },
): Promise<Appended> {
  const { subject, options, timeoutMs } = message;
  const headers = headersOf(options);
  // From node's pool: the client would make a buffer of its own for each text.
  const payload = typeof message.payload === 'string' ? Buffer.from(message.payload) : message.payload;
  const answer = await link
    .ask(() => ask({ subject, payload, headers, timeoutMs }))
    .catch((cause: unknown) => {
      throw new BusUnavailableError(`Storing ${subject}`, cause);
    });
  const { error, seq, duplicate } = acknowledgement(answer.data);
  if (error === undefined && seq !== undefined) return { outcome: duplicate ? 'duplicate' : 'stored', seq };
  if (wrongLastSequence.has(error?.err_code ?? 0)) return { outcome: 'conflict' };
  if (error?.err_code === duplicateInProcess) return { outcome: 'in_process' };
  throw new BusUnavailableError(
    `Storing ${subject}`,
    new Error(error?.description ?? 'The answer is none of JetStream.'),
  );
}

/** The server's answer to a publish (`pub_ack_response` of its API). */
interface Acknowledgement {
  error?: { err_code?: number; description?: string };
  seq?: number;
  duplicate?: boolean;
}

function acknowledgement(bytes: Uint8Array): Acknowledgement {
  const document = decodeJson(bytes);
  return typeof document === 'object' && document !== null ? document : {};
}

/** The message's own headers, and those that JetStream knows by name. */
function headersOf({ messageId, headers = {}, expectLast, ttlMs }: AppendOptions): MsgHdrs {
  const fields = Object.entries(headers);
  if (messageId) fields.push(['Nats-Msg-Id', messageId]);
  if (ttlMs) fields.push(['Nats-TTL', `${Math.ceil(ttlMs / 1000)}s`]);
  if (expectLast) {
    fields.push(['Nats-Expected-Last-Subject-Sequence', String(expectLast.seq)]);
    if (expectLast.subject) fields.push(['Nats-Expected-Last-Subject-Sequence-Subject', expectLast.subject]);
  }
  return wireHeaders(fields);
}
