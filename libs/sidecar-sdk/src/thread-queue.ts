import type { EventResult } from './ingress-contract.ts';
import { limits } from './protocol.ts';

/** An event that is not stored yet. */
export interface Waiting {
  json: string;
  bytes: number;
  thread: string;
  attempts: number;
  /** It goes in a request of its own. */
  alone: boolean;
  /** When it was submitted. */
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

/** Events by thread, first come first served among threads. */
export interface ThreadQueue {
  count(): number;
  bytes(): number;
  push(event: Waiting): void;
  /** The first events of as many threads as fit into one request; an event that has to go alone does. */
  next(now: number): Waiting[];
  /** They are under way: nothing else of their threads is next until `release` or `remove`. */
  take(batch: Waiting[]): void;
  /** It was not stored: it is next again, not before a time. */
  release(event: Waiting, notBefore: number): void;
  /** It is done with. */
  remove(event: Waiting): void;
  /** When something is next, as far as threads decide it; Infinity if everything is under way. */
  nextAt(): number;
  /** Takes out everything. */
  clear(): Waiting[];
}

/** What remains of the body's limit is for what stands around the events. */
export const maxBatchBytes = limits.bodyBytes - 1_024;

/** An empty queue. */
export function createThreadQueue(): ThreadQueue {
  const threads = new Map<string, Thread>();
  let count = 0;
  let bytes = 0;

  return {
    count: () => count,
    bytes: () => bytes,
    push(event) {
      const thread = threads.get(event.thread) ?? { events: [], underWay: false, notBefore: 0 };
      thread.events.push(event);
      threads.set(event.thread, thread);
      count += 1;
      bytes += event.bytes;
    },
    next: (now) => nextBatch(threads.values(), now),
    take: (batch) => batch.forEach((event) => change(threads.get(event.thread), { underWay: true })),
    release: (event, notBefore) => change(threads.get(event.thread), { underWay: false, notBefore }),
    remove(event) {
      const events = threads.get(event.thread)?.events.slice(1) ?? [];
      // To the end of the line: a busy thread does not keep others waiting.
      threads.delete(event.thread);
      if (events.length > 0) threads.set(event.thread, { events, underWay: false, notBefore: 0 });
      count -= 1;
      bytes -= event.bytes;
    },
    nextAt: () => Math.min(...[...threads.values()].map((thread) => (thread.underWay ? Infinity : thread.notBefore))),
    clear() {
      const all = [...threads.values()].flatMap(({ events }) => events);
      threads.clear();
      count = 0;
      bytes = 0;
      return all;
    },
  };
}

function change(thread: Thread | undefined, changes: Partial<Thread>): void {
  if (thread) Object.assign(thread, changes);
}

function nextBatch(threads: Iterable<Thread>, now: number): Waiting[] {
  const batch: Waiting[] = [];
  let bytes = 0;
  for (const { events, underWay, notBefore } of threads) {
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
