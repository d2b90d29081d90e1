import type { Clock } from './clock.ts';

/** Two ways to be told to end: the lane is lost, or it is given up in an orderly way. */
export interface StopSignals {
  signal: AbortSignal;
  draining: AbortSignal;
}

export interface Wait {
  /** Any of these wakes it. */
  keys: string[];
  untilMs: number;
  stop: StopSignals;
}

/** Where deliveries wait for a time, for news of their target or connector, or for the end. Waiting costs a timer each. */
export interface WaitingRoom {
  wait(wait: Wait): Promise<void>;
  wake(key: string): void;
}

/** Runs a callback at the first of the stop signals; the answer takes it back. */
export function onStop({ signal, draining }: StopSignals, callback: () => void): () => void {
  if (signal.aborted || draining.aborted) callback();
  signal.addEventListener('abort', callback, { once: true });
  draining.addEventListener('abort', callback, { once: true });
  return () => {
    signal.removeEventListener('abort', callback);
    draining.removeEventListener('abort', callback);
  };
}

/** An empty waiting room. */
export function createWaitingRoom(clock: Clock): WaitingRoom {
  const waiters = new Map<string, Set<() => void>>();

  function join(keys: string[], waiter: () => void): () => void {
    for (const key of keys) {
      const others = waiters.get(key) ?? new Set();
      waiters.set(key, others.add(waiter));
    }
    return () => {
      for (const key of keys) {
        const others = waiters.get(key);
        others?.delete(waiter);
        if (others?.size === 0) waiters.delete(key);
      }
    };
  }

  return {
    async wait({ keys, untilMs, stop }) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const leave = join(keys, resolve);
      const cancelTimer = clock.after(Math.max(0, untilMs - clock.now()), resolve);
      const unhook = onStop(stop, resolve);
      await promise;
      leave();
      cancelTimer();
      unhook();
    },
    wake(key) {
      for (const waiter of [...(waiters.get(key) ?? [])]) waiter();
    },
  };
}
