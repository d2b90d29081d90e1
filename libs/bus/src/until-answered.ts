import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@trunkline/errors';
import { BusPermissionError } from './errors.ts';
import type { BusLog } from './log.ts';

const pauseMs = 500;

/**
 * Asks until the bus answers, for what a process needs to begin: a server that goes away while we start is waited for, as one that
 * is not there yet. What the server says of itself (BusNotReadyError and the like) or refuses us is an answer, and thrown.
 */
export async function untilAnswered<T>(
  ask: () => Promise<T>,
  { log, closed }: { log: Pick<BusLog, 'warn'>; closed(): boolean },
): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (closed() || isAnswer(error)) throw error;
      log.warn({ err: error }, 'bus.not-answering');
      await sleep(pauseMs);
    }
  }
}

function isAnswer(error: unknown): boolean {
  if (!(error instanceof AppError)) return false;
  return error.code !== 'BUS_UNAVAILABLE' || error.cause instanceof BusPermissionError;
}
