import type { EventResult, SidecarEvent } from './ingress-contract.ts';
import { limits } from './protocol.ts';
import { backoffMs } from './retry-delay.ts';
import { SidecarError } from './sidecar-error.ts';
import { createThreadQueue, maxBatchBytes, type ThreadQueue, type Waiting } from './thread-queue.ts';

/** What became of one event of a request. `everyone`: the gateway cannot take others either. */
export type SubmitOutcome =
  | { do: 'resolve'; result: EventResult }
  | { do: 'reject'; error: SidecarError }
  | { do: 'again'; afterMs: number | undefined; everyone: boolean; alone?: boolean };

/** Sends events in one request; as many outcomes as events, in their order. Never rejects. */
export type SendEvents = (events: string[]) => Promise<SubmitOutcome[]>;

export interface SubmitQueueOptions {
  /** How long the first event of a batch waits for others. */
  batchWithinMs: number;
  /** Events that wait or are under way, at most; their JSON together is at most 64 MiB. */
  maxQueued: number;
  /** Requests at a time. */
  concurrency: number;
  firstBackoffMs: number;
}

export interface SubmitQueue {
  submit(event: SidecarEvent): Promise<EventResult>;
  /** Waits for no more company, and resolves when nothing is left. For the end: nothing is gathered after it. */
  flush(): Promise<void>;
  /** Rejects what still waits, and whatever comes. Says how many were lost. */
  stop(): number;
}

interface Deps {
  send: SendEvents;
  now(): number;
  random(): number;
}

const maxQueuedBytes = 64 * 1024 * 1024;

/**
 * Gathers events into batches and repeats what was not stored, for as long as it takes.
 *
 * Of one thread one event is under way at a time, so that no retry overtakes; threads do not wait for each other.
 */
export function createSubmitQueue(options: SubmitQueueOptions, deps: Deps): SubmitQueue {
  const queue = createThreadQueue();
  const sender = createSender(queue, { ...options, ...deps });
  let stopped = false;

  return {
    submit(event) {
      const json = JSON.stringify(event);
      const bytes = Buffer.byteLength(json);
      const fault = stopped ? hasStopped() : refusal(bytes, { queue, maxQueued: options.maxQueued });
      if (fault) return Promise.reject(fault);
      return new Promise((resolve, reject) => {
        const thread = threadOf(event);
        queue.push({ json, bytes, thread, attempts: 0, alone: false, since: deps.now(), resolve, reject });
        sender.pump();
      });
    },
    flush: () => sender.flush(),
    stop() {
      stopped = true;
      const lost = queue.clear();
      sender.stop();
      for (const { reject } of lost) reject(hasStopped());
      return lost.length;
    },
  };
}

/** Sends what is next, as many requests at a time as allowed. */
function createSender(queue: ThreadQueue, options: SubmitQueueOptions & Deps) {
  const { send, now, random, concurrency, batchWithinMs, firstBackoffMs } = options;
  const emptied = Promise.withResolvers<void>();
  let requests = 0;
  let holdUntil = 0;
  let flushing = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  function pump(): void {
    clearTimeout(timer);
    while (requests < concurrency && !stopped) {
      const batch = now() < holdUntil ? [] : queue.next(now());
      const waitMs =
        batch.length > 0
          ? flushing
            ? 0
            : gatherMs(batch, batchWithinMs, now())
          : Math.max(1, holdUntil - now(), queue.nextAt() - now());
      if (batch.length > 0 && waitMs <= 0) void run(batch);
      else {
        if (waitMs < Infinity) timer = setTimeout(pump, Math.ceil(waitMs));
        return;
      }
    }
  }

  async function run(batch: Waiting[]): Promise<void> {
    requests += 1;
    queue.take(batch);
    const outcomes = await send(batch.map(({ json }) => json));
    requests -= 1;
    if (stopped) return;
    batch.forEach((event, index) => settle(event, outcomes[index] ?? again));
    pump();
    if (flushing && queue.count() === 0) emptied.resolve();
  }

  function settle(event: Waiting, outcome: SubmitOutcome): void {
    if (outcome.do === 'again') {
      event.attempts += 1;
      event.alone ||= outcome.alone ?? false;
      const wait = { asked: outcome.afterMs, firstMs: firstBackoffMs, random: random() };
      const notBefore = now() + againAfterMs(event.attempts, wait);
      if (outcome.everyone) holdUntil = Math.max(holdUntil, notBefore);
      return queue.release(event, notBefore);
    }
    queue.remove(event);
    if (outcome.do === 'resolve') event.resolve(outcome.result);
    else event.reject(outcome.error);
  }

  async function flush(): Promise<void> {
    flushing = true;
    pump();
    if (queue.count() > 0) await emptied.promise;
  }

  function stop(): void {
    stopped = true;
    clearTimeout(timer);
    emptied.resolve();
  }

  return { pump, flush, stop };
}

/** How long a batch still waits for others; only events that come for the first time do. */
function gatherMs(batch: Waiting[], withinMs: number, now: number): number {
  const full = batch.length === limits.batchEvents;
  if (full || batch.some(({ alone, attempts }) => alone || attempts > 0)) return 0;
  return Math.min(...batch.map(({ since }) => since)) + withinMs - now;
}

/** A little later than asked, so that sidecars which are limited together do not come back together. */
function againAfterMs(attempt: number, wait: { asked: number | undefined; firstMs: number; random: number }): number {
  return wait.asked === undefined ? backoffMs(attempt, wait) : wait.asked + wait.firstMs * wait.random;
}

const again: SubmitOutcome = { do: 'again', afterMs: undefined, everyone: false };

/** What keeps its order: the thread, else what the session is derived from. */
function threadOf({ thread, routing_key }: SidecarEvent): string {
  return JSON.stringify(thread.path.length > 0 ? thread.path : (routing_key ?? ''));
}

function refusal(
  bytes: number,
  { queue, maxQueued }: { queue: ThreadQueue; maxQueued: number },
): SidecarError | undefined {
  if (bytes > maxBatchBytes) {
    const message = 'The event is larger than 2 MiB: upload its files with uploadAsset.';
    return new SidecarError('EVENT_INVALID', message, { terminal: true });
  }
  if (queue.count() < maxQueued && queue.bytes() + bytes <= maxQueuedBytes) return undefined;
  const message = `${queue.count()} events wait for the gateway already. Read slower from the platform, and try again.`;
  return new SidecarError('QUEUE_FULL', message);
}

const hasStopped = () => new SidecarError('STOPPED', 'The sidecar has stopped; the event was not stored.');
