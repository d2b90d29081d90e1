import type { SidecarEvent, EventResult } from './ingress-contract.ts';
import { limits } from './protocol.ts';
import { backoffMs } from './retry-delay.ts';
import { SidecarError } from './sidecar-error.ts';

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
  /** Resolves when nothing waits any more. */
  flush(): Promise<void>;
  /** Rejects what still waits, and whatever comes. Says how many were lost. */
  stop(): number;
}

interface Waiting {
  json: string;
  bytes: number;
  thread: string;
  attempts: number;
  alone: boolean;
  since: number;
  resolve(result: EventResult): void;
  reject(error: Error): void;
}

/** Events of one thread. Its first is under way or next: the others wait, which is what keeps their order. */
interface Thread {
  events: Waiting[];
  underWay: boolean;
  notBefore: number;
}

interface Deps {
  send: SendEvents;
  now(): number;
  random(): number;
}

const maxQueuedBytes = 64 * 1024 * 1024;
/** What remains of the body's limit is for what stands around the events. */
const maxBatchBytes = limits.bodyBytes - 1_024;

/**
 * Gathers events into batches and repeats what was not stored, for as long as it takes.
 *
 * Of one thread one event is under way at a time, so that no retry overtakes; threads do not wait for each other.
 */
export function createSubmitQueue(options: SubmitQueueOptions, deps: Deps): SubmitQueue {
  const threads = new Map<string, Thread>();
  const idle = new Set<() => void>();
  let requests = 0;
  let queued = 0;
  let queuedBytes = 0;
  let holdUntil = 0;
  let flushing = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  function submit(event: SidecarEvent): Promise<EventResult> {
    const json = JSON.stringify(event);
    const bytes = Buffer.byteLength(json);
    if (stopped) return Promise.reject(new SidecarError('STOPPED', 'The sidecar has stopped.'));
    if (bytes > maxBatchBytes) return Promise.reject(tooLarge);
    if (queued >= options.maxQueued || queuedBytes + bytes > maxQueuedBytes) return Promise.reject(full(queued));
    return new Promise((resolve, reject) => {
      const thread = threadOf(event);
      const known = threads.get(thread) ?? { events: [], underWay: false, notBefore: 0 };
      known.events.push({ json, bytes, thread, attempts: 0, alone: false, since: deps.now(), resolve, reject });
      threads.set(thread, known);
      queued += 1;
      queuedBytes += bytes;
      pump();
    });
  }

  function pump(): void {
    clearTimeout(timer);
    while (requests < options.concurrency) {
      const now = deps.now();
      const batch = now < holdUntil ? [] : nextBatch(threads, now);
      const waitMs = batch.length > 0 ? gatherMs(batch, now) : nextWakeMs(now);
      if (batch.length === 0 || waitMs > 0) {
        if (waitMs < Infinity) timer = setTimeout(pump, Math.ceil(waitMs));
        return;
      }
      run(batch);
    }
  }

  function gatherMs(batch: Waiting[], now: number): number {
    if (flushing || batch.length === limits.batchEvents || batch.some((each) => each.alone || each.attempts > 0))
      return 0;
    return Math.min(...batch.map((each) => each.since)) + options.batchWithinMs - now;
  }

  function nextWakeMs(now: number): number {
    const waiting = [...threads.values()].filter((thread) => !thread.underWay).map((thread) => thread.notBefore);
    return waiting.length === 0 ? Infinity : Math.max(1, holdUntil - now, Math.min(...waiting) - now);
  }

  function run(batch: Waiting[]): void {
    requests += 1;
    for (const { thread } of batch) lock(thread, true);
    void deps.send(batch.map(({ json }) => json)).then((outcomes) => {
      requests -= 1;
      batch.forEach((each, index) =>
        settle(each, outcomes[index] ?? { do: 'again', afterMs: undefined, everyone: false }),
      );
      pump();
      if (queued === 0) idle.forEach((resolve) => resolve());
    });
  }

  function lock(name: string, underWay: boolean): void {
    const thread = threads.get(name);
    if (thread) thread.underWay = underWay;
  }

  function settle(event: Waiting, outcome: SubmitOutcome): void {
    if (stopped) return;
    lock(event.thread, false);
    if (outcome.do === 'again') return holdBack(event, outcome);
    forget(event);
    if (outcome.do === 'resolve') event.resolve(outcome.result);
    else event.reject(outcome.error);
  }

  function holdBack(event: Waiting, outcome: Extract<SubmitOutcome, { do: 'again' }>): void {
    event.attempts += 1;
    event.alone = outcome.alone ?? event.alone;
    const backoff = backoffMs(event.attempts, { firstMs: options.firstBackoffMs, random: deps.random() });
    const until = deps.now() + (outcome.afterMs ?? backoff);
    const thread = threads.get(event.thread);
    if (thread) thread.notBefore = until;
    if (outcome.everyone) holdUntil = Math.max(holdUntil, until);
  }

  function forget(event: Waiting): void {
    queued -= 1;
    queuedBytes -= event.bytes;
    const thread = threads.get(event.thread);
    if (!thread) return;
    thread.events.shift();
    // To the end of the line: a busy thread does not keep others waiting.
    threads.delete(event.thread);
    if (thread.events.length > 0) threads.set(event.thread, { ...thread, notBefore: 0 });
  }

  async function flush(): Promise<void> {
    flushing = true;
    pump();
    if (queued > 0) await new Promise<void>((resolve) => idle.add(resolve));
    flushing = false;
  }

  function stop(): number {
    stopped = true;
    clearTimeout(timer);
    const lost = [...threads.values()].flatMap(({ events }) => events);
    threads.clear();
    for (const { reject } of lost)
      reject(new SidecarError('STOPPED', 'The sidecar stopped before the event was stored.'));
    queued = 0;
    idle.forEach((resolve) => resolve());
    return lost.length;
  }

  return { submit, flush, stop };
}

/** The first events of as many threads as fit into one request; an event that has to go alone does. */
function nextBatch(threads: Map<string, Thread>, now: number): Waiting[] {
  const batch: Waiting[] = [];
  let bytes = 0;
  for (const { events, underWay, notBefore } of threads.values()) {
    const [first] = events;
    if (!first || underWay || notBefore > now) continue;
    if (first.alone) return [first];
    if (bytes + first.bytes > maxBatchBytes) break;
    batch.push(first);
    bytes += first.bytes + 1;
    if (batch.length === limits.batchEvents) break;
  }
  return batch;
}

/** What keeps its order: the thread, else what the session is derived from. */
function threadOf({ thread, routing_key }: SidecarEvent): string {
  return JSON.stringify(thread.path.length > 0 ? thread.path : (routing_key ?? ''));
}

const tooLarge = new SidecarError(
  'EVENT_INVALID',
  'The event is larger than 2 MiB: upload its files with uploadAsset.',
  {
    terminal: true,
  },
);

const full = (queued: number) =>
  new SidecarError(
    'QUEUE_FULL',
    `${queued} events wait for the gateway already. Read slower from the platform, and try again.`,
  );
