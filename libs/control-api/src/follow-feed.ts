import { ControlRefusedError, ControlUnreachableError } from './errors.ts';
import { readServerSentEvents } from './read-sse.ts';
import { feedItemSchema, type FeedItem } from './stream-routes.ts';

/** An item of the feed, and the id after which to resume. */
export interface FeedEntry {
  id: string | undefined;
  item: FeedItem;
}

export interface FollowOptions {
  /** Goes on after this id of an earlier stream. */
  lastEventId?: string;
  signal?: AbortSignal;
  /** Told how far the feed was given, also while nothing happens: resuming after it, nothing is missing or repeated. */
  onPlace?: (id: string) => void;
  /** Told when the feed is there, and when its connection was lost and is tried again. */
  onState?: (state: 'live' | 'reconnecting') => void;
}

type Connect = (options: { signal: AbortSignal; headers: Record<string, string> }) => Promise<Response>;

const retryMs = 1_000;
/** Three comments of the server's failed to come: the connection is dead. */
const silenceMs = 30_000;

/**
 * Follows the feed over lost connections, until `signal` aborts. Throws what the first connection threw; later ones are tried again, unless
 * the control plane says no.
 */
export async function* followFeed(connect: Connect, options: FollowOptions): AsyncGenerator<FeedEntry> {
  const { signal, onState } = options;
  const place: Place = { id: options.lastEventId, connected: false };
  for (; !signal?.aborted; await pause(signal)) {
    const watch = watchSilence(signal);
    try {
      yield* readFeed(connect, { place, watch, options });
    } catch (error) {
      if (signal?.aborted) return;
      if (!place.connected || !mayPass(error)) throw error;
    } finally {
      watch.stop();
    }
    if (!signal?.aborted) onState?.('reconnecting');
  }
}

/** How far the feed was read, and whether it was ever there. */
interface Place {
  id: string | undefined;
  connected: boolean;
}

/** Reads one connection to its end, and keeps note of the place. */
async function* readFeed(
  connect: Connect,
  { place, watch, options }: { place: Place; watch: ReturnType<typeof watchSilence>; options: FollowOptions },
): AsyncGenerator<FeedEntry> {
  const response = await connect({ signal: watch.signal, headers: headersOf(place.id) });
  place.connected = true;
  options.onState?.('live');
  if (response.body === null) return;
  for await (const { data, id } of readServerSentEvents(chunksOf(response.body), watch.beat)) {
    place.id = id;
    if (data !== '') yield { id, item: feedItemSchema.parse(JSON.parse(data)) };
    if (id !== undefined) options.onPlace?.(id);
  }
}

/** The chunks of a stream: not every browser iterates over one by itself. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

const headersOf = (lastEventId: string | undefined): Record<string, string> =>
  lastEventId === undefined ? {} : { 'last-event-id': lastEventId };

/** Whether trying again later may help. What fetch throws of a connection that broke is a TypeError. */
function mayPass(error: unknown): boolean {
  if (error instanceof ControlRefusedError) return error.problem.status >= 429;
  return error instanceof ControlUnreachableError || error instanceof TypeError || error instanceof DOMException;
}

function watchSilence(outer: AbortSignal | undefined) {
  const controller = new AbortController();
  const abort = () => controller.abort();
  outer?.addEventListener('abort', abort, { once: true });
  let timer = setTimeout(abort, silenceMs);
  return {
    signal: controller.signal,
    beat() {
      clearTimeout(timer);
      timer = setTimeout(abort, silenceMs);
    },
    stop() {
      clearTimeout(timer);
      outer?.removeEventListener('abort', abort);
      controller.abort();
    },
  };
}

/** Waits before the next try; no longer than until `signal` aborts. */
function pause(signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, retryMs);
    signal?.addEventListener('abort', end, { once: true });
  });
}
