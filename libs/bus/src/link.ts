import type { NatsConnection } from '@nats-io/transport-node';
import type { BusLog } from './log.ts';
import { createOneWrite } from './one-write.ts';
import { refusalOf } from './refusals.ts';

export type BusState = 'connected' | 'reconnecting' | 'closed';

/** The connection went away before the answer came, or did not come back in time. */
export class LinkLostError extends Error {
  override readonly name = 'LinkLostError';
}

/** What is known of the connection, and requests that do not outlive it. */
export interface Link {
  state(): BusState;
  /** Returns what ends the listening. */
  onState(listener: (state: BusState) => void): () => void;
  /**
   * Makes a request when the connection is up, waiting for it as long as `timeoutMs`.
   *
   * The client lets a request that was under way when the connection broke run into its time-out; here it fails at once
   * (LinkLostError), or, with `repeatable`, is made again. What the server refuses fails with BusPermissionError.
   */
  ask<T>(request: () => Promise<T>, options?: { repeatable?: boolean }): Promise<T>;
}

/** Follows a connection's state for as long as it lives. */
export function followLink(
  nc: NatsConnection,
  options: { log: BusLog; timeoutMs: number; user?: string | undefined },
): Link {
  let state: BusState = 'connected';
  const listeners = new Set<(state: BusState) => void>();
  const underWay = new Set<(error: LinkLostError) => void>();
  const waiting = new Set<() => void>();
  const inOneWrite = createOneWrite();

  function change(next: BusState): void {
    if (state === next) return;
    state = next;
    options.log[next === 'reconnecting' ? 'warn' : 'info']({ server: nc.getServer() }, `bus.${next}`);
    if (next === 'connected') for (const wake of waiting) wake();
    else for (const fail of underWay) fail(new LinkLostError('The connection to the bus was lost.'));
    for (const listener of listeners) listener(next);
  }

  void (async () => {
    for await (const status of nc.status()) {
      if (status.type === 'disconnect') change('reconnecting');
      if (status.type === 'reconnect') change('connected');
    }
    change('closed');
  })();

  return {
    state: () => state,
    onState(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async ask(request, { repeatable = false } = {}) {
      const deadline = performance.now() + options.timeoutMs;
      for (;;) {
        if (state !== 'connected') await woken(waiting, deadline);
        try {
          return await untilLost(request, { underWay, inOneWrite });
        } catch (error) {
          const again = repeatable && error instanceof LinkLostError && performance.now() < deadline;
          if (!again) throw refusalOf(error, { user: options.user });
        }
      }
    },
  };
}

/** Resolves when those who wait are woken. */
function woken(waiting: Set<() => void>, deadline: number): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const wake = () => {
      clearTimeout(timer);
      waiting.delete(wake);
      resolve();
    };
    const giveUp = () => {
      waiting.delete(wake);
      reject(new LinkLostError('The bus cannot be reached.'));
    };
    const timer = setTimeout(giveUp, Math.max(0, deadline - performance.now()));
    waiting.add(wake);
  });
}

function untilLost<T>(
  request: () => Promise<T>,
  { underWay, inOneWrite }: { underWay: Set<(error: LinkLostError) => void>; inOneWrite: (work: () => void) => void },
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let lost = false;
    const fail = (error: LinkLostError) => {
      lost = true;
      reject(error);
    };
    underWay.add(fail);
    const make = async () => (lost ? undefined : resolve(await request()));
    inOneWrite(
      () =>
        void make()
          .catch(reject)
          .finally(() => underWay.delete(fail)),
    );
  });
}
