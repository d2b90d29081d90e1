import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@trunkline/telemetry';

/** What must be closed when the process ends. */
export interface StopStack {
  add(close: () => unknown): void;
  /** Work to wait for after everything was closed. */
  track(task: Promise<unknown>): void;
  /** Closes everything, last added first. False when it was not done in time; what fails is logged and does not stop the rest. */
  run(withinMs: number): Promise<boolean>;
}

/** An empty stack. */
export function createStopStack(log: Pick<Logger, 'error'>): StopStack {
  const closers: (() => unknown)[] = [];
  const tasks = new Set<Promise<unknown>>();

  async function closeAll(): Promise<true> {
    for (let close = closers.pop(); close !== undefined; close = closers.pop()) {
      try {
        await close();
      } catch (error) {
        log.error({ error }, 'service.stop-failed');
      }
    }
    await Promise.allSettled(tasks);
    return true;
  }

  return {
    add: (close) => void closers.push(close),
    track(task) {
      const done = () => void tasks.delete(task);
      tasks.add(task);
      task.then(done, done);
    },
    async run(withinMs) {
      const given = new AbortController();
      const tooLate = delay(withinMs, false, { signal: given.signal }).catch(() => false);
      const inTime = await Promise.race([closeAll(), tooLate]);
      given.abort();
      return inTime;
    },
  };
}
