import { setTimeout as sleep } from 'node:timers/promises';
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
  const { signal } = options;
  const place: Place = { id: options.lastEventId, connected: false };
  for (; !signal?.aborted; await pause(signal)) {
    const watch = watchSilence(signal);
    try {
      yield* readFeed(connect, { place, watch });
    } catch (error) {
      if (signal?.aborted) return;
      if (!place.connected || !mayPass(error)) throw error;
    } finally {
      watch.stop();
    }
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
  { place, watch }: { place: Place; watch: ReturnType<typeof watchSilence> },
): AsyncGenerator<FeedEntry> {
  const response = await connect({ signal: watch.signal, headers: headersOf(place.id) });
  place.connected = true;
  if (response.body === null) return;
  for await (const { data, id } of readServerSentEvents(response.body, watch.beat)) {
    place.id = id;
    if (data !== '') yield { id, item: feedItemSchema.parse(JSON.parse(data)) };
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
  const timer = setTimeout(abort, silenceMs);
  return {
    signal: controller.signal,
    beat: () => void timer.refresh(),
    stop() {
      clearTimeout(timer);
      outer?.removeEventListener('abort', abort);
      controller.abort();
    },
  };
}

const pause = (signal: AbortSignal | undefined) =>
  sleep(retryMs, undefined, signal ? { signal } : {}).catch(() => undefined);
