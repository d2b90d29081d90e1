import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';
import { append, appendAll, type Append, type Appended, type AppendOptions } from './append.ts';
import type { Bucket } from './bucket.ts';
import { BusUnavailableError } from './errors.ts';
import { decodeJson } from './json.ts';
import { incarnationIn } from './incarnation.ts';
import { followLink, type BusState } from './link.ts';
import type { BusLog } from './log.ts';
import { inboxPrefixOf } from './inbox.ts';
import { createNames, type BucketName, type Names, type ObjectStoreName, type StreamName } from './names.ts';
import type { ObjectFacts, ObjectStore } from './objects.ts';
import { openStores } from './open-stores.ts';
import { openOrderedReader, type OrderedReader, type ReadFrom } from './ordered-reader.ts';
import { answerQuestions, askProcesses, type Asked } from './questions.ts';
import { followRefusals } from './refusals.ts';
import { createAsk } from './requests.ts';
import { plainHeaders, readStored, type StoredMessage, type StoredMessageQuery } from './stored-message.ts';
import { takeWaiting } from './take-waiting.ts';
import { wireHeaders } from './wire-headers.ts';

export interface BusOptions {
  servers: string | string[];
  /** Shown in the server's connection list. */
  name: string;
  /** First token of every subject, stream and bucket, so that installations can share a server. Default `tl`. */
  prefix?: string;
  user?: string;
  password?: string;
  token?: string;
  /** What answers to this process are addressed to. Default `_INBOX_<user>` with a user, so that no other user can read them, else `_INBOX`. */
  inboxPrefix?: string;
  /** `wait` (default) for a server that is not there yet, or try `once`. */
  firstConnect?: 'wait' | 'once';
  /** How long a store or a read may take before it counts as failed. Default 5,000. */
  ackTimeoutMs?: number;
}

/** A message of core NATS: at most once, to whoever listens now. */
export interface CoreMessage {
  subject: string;
  headers: Record<string, string>;
  payload: Uint8Array;
  json(): unknown;
}

export interface Subscription {
  stop(): void;
}

/** One connection to the bus. It reconnects for ever; what needs an answer fails with BusUnavailableError meanwhile. */
export interface Bus {
  readonly names: Names;
  readonly log: BusLog;
  state(): BusState;
  /** Called at each loss and each return of the connection. Returns what ends the listening. */
  onState(listener: (state: BusState) => void): () => void;
  bucket<T>(name: BucketName): Bucket<T>;
  objects(name: ObjectStoreName): ObjectStore;
  /** What is known of an object; its bytes stay where they are. */
  objectFacts(store: ObjectStoreName, name: string): Promise<ObjectFacts | undefined>;
  append(subject: string, payload: string | Uint8Array, options?: AppendOptions): Promise<Appended>;
  /** Many at once, each for itself and cheaper than one by one: what `append` would return or throw, in their order. */
  appendAll(messages: readonly Append[]): Promise<(Appended | BusUnavailableError)[]>;
  /** Buckets are streams too, with their keys as subjects (`names.keys`). */
  read(stream: StreamName | BucketName, query: StoredMessageQuery): Promise<StoredMessage | undefined>;
  /**
   * The first messages of a subject filter from a sequence on, by a consumer of that filter alone: for users who may not read the whole
   * stream, as `read` of `firstOf` must. It costs several requests.
   */
  readSome(stream: StreamName, from: { firstOf: string; fromSeq: number }, most: number): Promise<StoredMessage[]>;
  /** Reads a stream's messages of one subject filter in order, without acknowledging; `buffer` bounds memory. */
  follow(
    stream: StreamName | BucketName,
    filter: string,
    options: { from: ReadFrom; buffer?: number },
  ): Promise<OrderedReader>;
  /** When the stream was made, and the sequences of its oldest and newest message; `last` is below `first` where there is none. */
  streamState(stream: StreamName | BucketName): Promise<{ created: string; first: number; last: number }>;
  /** Not stored, not acknowledged. */
  publish(subject: string, payload: string | Uint8Array, headers?: Record<string, string>): void;
  subscribe(subject: string, onMessage: (message: CoreMessage) => void): Subscription;
  /** Asks the processes that answer on a subject. Core NATS: a question is not kept for those who come later. */
  ask(subject: string, question: unknown, options: { timeoutMs: number }): Promise<Asked>;
  /** Answers questions; of those who share a `queue` one gets each question. A handler that throws leaves its asker without answer. */
  answer(subject: string, options: { queue?: string }, handler: (question: unknown) => Promise<unknown>): Subscription;
  /** Makes a request of `connection` that may safely be made twice: again when the connection was lost before its answer. */
  repeat<T>(request: () => Promise<T>): Promise<T>;
  /** Resolves after what was published has left. */
  flush(): Promise<void>;
  /** The client's connection, for this library's own modules. */
  readonly connection: NatsConnection;
  close(): Promise<void>;
}

/** Connects, waiting for the server as long as it takes unless told otherwise. The streams need not exist yet (`requireStreams` tells). */
export async function openBus(options: BusOptions, log: BusLog): Promise<Bus> {
  const { user, inboxPrefix = inboxPrefixOf(user) } = options;
  const nc = await connect(connectionOptions({ ...options, inboxPrefix })).catch((cause: unknown) => {
    throw new BusUnavailableError('Connecting', cause);
  });
  const names = createNames(options.prefix ?? 'tl');
  const timeoutMs = options.ackTimeoutMs ?? 5_000;
  const js = jetstream(nc, { timeout: timeoutMs });
  const ask = createAsk(nc, inboxPrefix);
  const link = followLink(nc, { log, timeoutMs, user });
  followRefusals(nc, { user, log, onRefused: (refusal, subject) => ask.refuse(subject, refusal) });
  const stores = openStores({
    ...{ names, js, ask, link, log, timeoutMs },
    append: (subject, payload, appendOptions) => bus.append(subject, payload, appendOptions),
    closed: () => nc.isClosed() || nc.isDraining(),
  });

  const bus: Bus = {
    names,
    log,
    connection: nc,
    state: link.state,
    onState: link.onState,
    append: (subject, payload, appendOptions = {}) =>
      append({ subject, payload, options: appendOptions, timeoutMs }, { ask, link }),
    appendAll: (messages) => appendAll(messages, { ask, link, timeoutMs }),
    read: (stream, query) => readStored({ stream: names.stream(stream), query, timeoutMs }, { ask, link }),
    bucket: stores.bucket,
    objects: stores.objects,
    objectFacts: (store, name) => stores.objects(store).facts(name),
    readSome: (stream, { firstOf, fromSeq }, most) =>
      takeWaiting(bus.follow(stream, firstOf, { from: { seq: fromSeq }, buffer: most }), most),
    follow: (stream, filter, { from, buffer }) =>
      openOrderedReader({ stream: names.stream(stream), filter, from, buffer }, { js, link }),
    streamState: (stream) => streamState(names.stream(stream), bus),
    publish: (subject, payload, headers) =>
      nc.publish(subject, payload, headers && { headers: wireHeaders(Object.entries(headers)) }),
    subscribe: (subject, onMessage) => subscribe(subject, onMessage, { nc, log }),
    ask: (subject, question, { timeoutMs }) => askProcesses({ subject, question, timeoutMs }, { ask, link }),
    answer: (subject, { queue }, handler) => answerQuestions({ subject, queue, handler }, { nc, log }),
    repeat: (request) => link.ask(request, { repeatable: true }),
    flush: () => nc.flush(),
    async close() {
      if (!nc.isClosed()) await nc.drain().catch(() => nc.close());
    },
  };
  return bus;
}

async function streamState(stream: string, { connection, repeat }: Pick<Bus, 'connection' | 'repeat'>) {
  const jsm = await jetstreamManager(connection, { checkAPI: false });
  const { created, config, state } = await repeat(() => jsm.streams.info(stream));
  return { created: incarnationIn({ created, config }), first: state.first_seq, last: state.last_seq };
}

function connectionOptions(options: BusOptions): NodeConnectionOptions {
  const { servers, name, user, password } = options;
  return {
    servers,
    name,
    ...(user && { user, pass: password ?? '' }),
    ...(options.token && { token: options.token }),
    inboxPrefix: options.inboxPrefix,
    maxReconnectAttempts: -1,
    waitOnFirstConnect: options.firstConnect !== 'once',
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    pingInterval: 10_000,
    maxPingOut: 2,
    ignoreAuthErrorAbort: true,
    // Two stack traces for each request, for errors that we wrap with their subject anyway.
    noAsyncTraces: true,
  };
}

function subscribe(
  subject: string,
  onMessage: (message: CoreMessage) => void,
  { nc, log }: { nc: NatsConnection; log: BusLog },
): Subscription {
  const subscription = nc.subscribe(subject, {
    callback: (error, message) => {
      if (error) return log.warn({ subject, err: error }, 'subscription.failed');
      const { data: payload } = message;
      const headers = plainHeaders(message.headers);
      onMessage({ subject: message.subject, headers, payload, json: () => decodeJson(payload) });
    },
  });
  return { stop: () => subscription.unsubscribe() };
}
