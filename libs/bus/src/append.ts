import type { Msg, MsgHdrs } from '@nats-io/transport-node';
import { BusUnavailableError } from './errors.ts';
import { decodeJson } from './json.ts';
import type { Link } from './link.ts';
import type { Ask, Question } from './requests.ts';
import { wireHeaders } from './wire-headers.ts';

/** A message to be appended. */
export interface Append {
  subject: string;
  payload: string | Uint8Array;
  options: AppendOptions;
}

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
  message: Append & { timeoutMs: number },
  { ask, link }: { ask: Ask; link: Link },
): Promise<Appended> {
  const { subject } = message;
  const question = questionOf(message, message.timeoutMs);
  const answer = await link
    .ask(() => ask(question))
    .catch((cause: unknown) => {
      throw new BusUnavailableError(`Storing ${subject}`, cause);
    });
  const appended = judge(subject, answer);
  if (appended instanceof BusUnavailableError) throw appended;
  return appended;
}

/** Appends many messages at once, each for itself: what `append` would return or throw, in their order. */
export async function appendAll(
  messages: readonly Append[],
  { ask, link, timeoutMs }: { ask: Ask; link: Link; timeoutMs: number },
): Promise<(Appended | BusUnavailableError)[]> {
  const questions = messages.map((message) => questionOf(message, timeoutMs));
  try {
    const answers = await link.ask(() => ask.all(questions));
    return answers.map((answer, index) => judge(questions[index]?.subject ?? '', answer));
  } catch (cause) {
    return questions.map(({ subject }) => new BusUnavailableError(`Storing ${subject}`, cause));
  }
}

/** A text goes from node's pool: the client would make a buffer of its own for each. */
const questionOf = ({ subject, payload, options }: Append, timeoutMs: number): Question => ({
  subject,
  payload: typeof payload === 'string' ? Buffer.from(payload) : payload,
  headers: headersOf(options),
  timeoutMs,
});

function judge(subject: string, answer: Msg | Error): Appended | BusUnavailableError {
  if (answer instanceof Error) return new BusUnavailableError(`Storing ${subject}`, answer);
  const { error, seq, duplicate } = acknowledgement(answer.data);
  if (error === undefined && seq !== undefined) return { outcome: duplicate ? 'duplicate' : 'stored', seq };
  if (wrongLastSequence.has(error?.err_code ?? 0)) return { outcome: 'conflict' };
  if (error?.err_code === duplicateInProcess) return { outcome: 'in_process' };
  return new BusUnavailableError(
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
