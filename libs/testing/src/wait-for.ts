import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@trunkline/errors';

const pollEveryMs = 20;

/** What to wait for, in words that finish the sentence "waited for ..."; 5 seconds unless told otherwise. */
export interface WaitForOptions {
  what: string;
  timeoutMs?: number;
}

/** What was waited for did not happen in time; `cause` is what the last check threw, if it threw. */
export class WaitTimedOutError extends AppError {
  readonly code = 'WAIT_TIMED_OUT';
}

/** Calls `check` until it answers something truthy, and returns that. A check that throws has not happened yet. */
export async function waitFor<T>(check: () => T | Promise<T>, options: WaitForOptions): Promise<NonNullable<T>> {
  const { what, timeoutMs = 5_000 } = options;
  const deadline = performance.now() + timeoutMs;
  let cause: unknown;
  do {
    try {
      const value = await check();
      if (value) return value;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await sleep(pollEveryMs);
  } while (performance.now() < deadline);
  throw new WaitTimedOutError(`Waited ${timeoutMs} ms for ${what}.`, { cause });
}
