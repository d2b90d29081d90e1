import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@trunkline/errors';
import type { BusLog } from './log.ts';

const pauseMs = 500;

/**
 * Asks until the bus answers, for what a process needs to begin: a server that goes away while we start is waited for, as one that
 * is not there yet. What the server says of itself (BusNotReadyError and the like) is an answer, and thrown.
 */
export async function untilAnswered<T>(
  ask: () => Promise<T>,
  { log, closed }: { log: Pick<BusLog, 'warn'>; closed(): boolean },
): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (closed() || (error instanceof AppError && error.code !== 'BUS_UNAVAILABLE')) throw error;
      log.warn({ err: error }, 'bus.not-answering');
      await sleep(pauseMs);
    }
  }
}
