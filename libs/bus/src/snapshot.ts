import { createInbox, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { SnapshotFailedError } from './errors.ts';
import { decodeJson } from './json.ts';

/** One stream as the server writes it down: messages with their sequences and times, its configuration, its consumers. */
export interface StreamSnapshot {
  config: object;
  state: SnapshotState;
  chunks: AsyncIterable<Uint8Array>;
}

/** What the stream held. Other fields of the server's are kept as they are. */
export interface SnapshotState {
  messages: number;
  bytes: number;
  first_seq: number;
  last_seq: number;
}

const api = '$JS.API.STREAM';
const chunkBytes = 128 * 1024;
const answerMs = 30_000;
/** How long the server may take between two chunks, and to make a stream of what it was given. */
const longestPauseMs = 120_000;

/** Asks the server for a snapshot of a stream, whatever is written to it meanwhile. Read all chunks, or the server gives up after a while. */
export async function takeSnapshot(stream: string, { connection, inboxPrefix }: SnapshotDeps): Promise<StreamSnapshot> {
  const deliver_subject = createInbox(inboxPrefix);
  const subscription = connection.subscribe(deliver_subject);
  try {
    const { config, state } = await ask(
      `${api}.SNAPSHOT.${stream}`,
      { deliver_subject, chunk_size: chunkBytes },
      connection,
    );
    if (!isObject(config) || !isState(state)) throw new SnapshotFailedError(stream, 'the answer cannot be read');
    return { config, state, chunks: chunksOf(subscription, stream) };
  } catch (error) {
    subscription.unsubscribe();
    throw error;
  }
}

/** Makes a stream of a snapshot. There must be none of its name. */
export async function putSnapshot(
  stream: string,
  { config, state, chunks }: StreamSnapshot,
  { connection }: Pick<SnapshotDeps, 'connection'>,
): Promise<void> {
  const { deliver_subject } = await ask(`${api}.RESTORE.${stream}`, { config, state }, connection);
  if (typeof deliver_subject !== 'string') throw new SnapshotFailedError(stream, 'the answer cannot be read');
  const give = async (chunk: Uint8Array) => {
    const { data } = await connection.request(deliver_subject, chunk, { timeout: longestPauseMs });
    refuseError(stream, data);
  };
  for await (const chunk of chunks) await give(chunk);
  await give(new Uint8Array());
}

interface SnapshotDeps {
  connection: NatsConnection;
  /** What this process may listen to. */
  inboxPrefix: string;
}

async function* chunksOf(messages: AsyncIterable<Msg> & { unsubscribe(): void }, stream: string) {
  const timer = setTimeout(() => messages.unsubscribe(), longestPauseMs);
  try {
    for await (const message of messages) {
      if (message.data.length === 0) return refuseStatus(stream, message);
      timer.refresh();
      yield message.data;
      // The server sends on when it hears that a chunk was taken.
      message.respond();
    }
    throw new SnapshotFailedError(stream, 'the server stopped sending');
  } finally {
    clearTimeout(timer);
    messages.unsubscribe();
  }
}

function refuseStatus(stream: string, { headers }: Msg): void {
  if (headers && headers.code >= 400) throw new SnapshotFailedError(stream, headers.description);
}

async function ask(subject: string, question: object, connection: NatsConnection): Promise<Record<string, unknown>> {
  const { data } = await connection.request(subject, JSON.stringify(question), { timeout: answerMs });
  refuseError(subject.slice(subject.lastIndexOf('.') + 1), data);
  const answer = decodeJson(data);
  return isObject(answer) ? answer : {};
}

function refuseError(stream: string, data: Uint8Array): void {
  const answer = data.length === 0 ? undefined : decodeJson(data);
  if (isObject(answer) && isObject(answer['error'])) {
    throw new SnapshotFailedError(stream, String(answer['error']['description']));
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isState = (value: unknown): value is SnapshotState =>
  isObject(value) && ['messages', 'bytes', 'first_seq', 'last_seq'].every((field) => typeof value[field] === 'number');
