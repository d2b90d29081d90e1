import type { Msg, MsgHdrs } from '@nats-io/transport-node';
import { BusUnavailableError } from './errors.ts';
import { decodeJson } from './json.ts';
import type { Link } from './link.ts';
import { statusOf, type Ask } from './requests.ts';

/** A message as a stream keeps it. */
export interface StoredMessage {
  subject: string;
  seq: number;
  /** When the server stored it. */
  time: Date;
  /** First value of each header; names as they were sent. */
  headers: Record<string, string>;
  payload: Uint8Array;
  /** The JSON document of the payload, or `undefined` where there is none. */
  json(): unknown;
}

/** Which message of a stream: by sequence, the newest of a subject filter, or the first of a filter from a sequence or time on. */
export type StoredMessageQuery =
  { seq: number } | { newestOf: string } | { firstOf: string; fromSeq: number } | { firstOf: string; fromTime: Date };

/** Plain headers from the client's. */
export function plainHeaders(headers: MsgHdrs | undefined): Record<string, string> {
  const plain: Record<string, string> = {};
  if (!headers) return plain;
  for (const name of headers.keys()) plain[name] = headers.get(name);
  return plain;
}

/**
 * Reads one message by the direct API, or `undefined` where there is none.
 *
 * Only `newestOf` can be permitted subject by subject; the others need the right to read the whole stream (`Bus.readNext` does not).
 *
 * On a cluster a lagging replica may answer: empty or older than what the stream holds. Callers that must not miss anything
 * read again (design/nats-notes.md, pitfall 8).
 */
export async function readStored(
  at: { stream: string; query: StoredMessageQuery; timeoutMs: number },
  deps: { ask: Ask; link: Link },
): Promise<StoredMessage | undefined> {
  const question = { ...questionOf(at), timeoutMs: at.timeoutMs };
  const reply = await deps.link
    .ask(() => deps.ask(question), { repeatable: true })
    .catch((cause: unknown) => {
      throw new BusUnavailableError(`Reading from ${at.stream}`, cause);
    });
  const status = statusOf(reply);
  if (status === notFound) return undefined;
  if (status !== 0) throw unexpected(reply, at.stream);
  return messageIn(reply);
}

const notFound = 404;
const endOfBatch = 204;
const tooMany = 413;

const unexpected = ({ headers }: Msg, stream: string) =>
  new BusUnavailableError(`Reading from ${stream}`, new Error(headers?.description));

/**
 * Reads the newest message of each subject that a filter matches, in one request; `too_many` where they are more than about a
 * thousand. Replicas may lag, as in `readStored`; only the right to read the whole stream permits it.
 */
export async function readNewestOfEach(
  at: { stream: string; filter: string; timeoutMs: number },
  deps: { ask: Ask; link: Link },
): Promise<StoredMessage[] | 'too_many'> {
  const payload = JSON.stringify({ multi_last: [at.filter] });
  const question = { subject: `$JS.API.DIRECT.GET.${at.stream}`, payload, timeoutMs: at.timeoutMs };
  const replies = await deps.link
    .ask(() => deps.ask.series(question), { repeatable: true })
    .catch((cause: unknown) => {
      throw new BusUnavailableError(`Reading from ${at.stream}`, cause);
    });
  const end = replies.pop();
  const status = end ? statusOf(end) : endOfBatch;
  if (status === tooMany) return 'too_many';
  if (end && status !== endOfBatch && status !== notFound) throw unexpected(end, at.stream);
  return replies.map(messageIn);
}

function messageIn(reply: Msg): StoredMessage {
  const {
    'Nats-Subject': subject = '',
    'Nats-Sequence': seq,
    'Nats-Time-Stamp': time,
    ...headers
  } = plainHeaders(reply.headers);
  const payload = reply.data;
  return { subject, seq: Number(seq), time: new Date(time ?? 0), headers, payload, json: () => decodeJson(payload) };
}

function questionOf({ stream, query }: { stream: string; query: StoredMessageQuery }) {
  const subject = `$JS.API.DIRECT.GET.${stream}`;
  // With what is asked for in the subject, permissions can say who may ask for it.
  if ('newestOf' in query) return { subject: `${subject}.${query.newestOf}`, payload: '' };
  return { subject, payload: JSON.stringify(wireQuery(query)) };
}

function wireQuery(query: Exclude<StoredMessageQuery, { newestOf: string }>): object {
  if ('seq' in query) return { seq: query.seq };
  if ('fromSeq' in query) return { seq: query.fromSeq, next_by_subj: query.firstOf };
  return { start_time: query.fromTime.toISOString(), next_by_subj: query.firstOf };
}
