import type { ReplyHandle } from '@trunkline/events';
import type { Clock } from './clock.ts';
import { onStop, type StopSignals } from './waiting-room.ts';

/** Gives a place of a budget back. Calling it again does nothing. */
export type Release = () => void;

/** What a platform takes at once. Asked right before each call, so that deliveries that wait for something else hold nothing. */
export interface Budget {
  /** Resolves when the call may be made; `undefined` when stopped before. Whoever asked first goes first. */
  take(target: ReplyHandle, stop: StopSignals): Promise<Release | undefined>;
}

/** At most `count` calls in any `perMs`. */
export interface RateLimit {
  key: string;
  count: number;
  perMs: number;
}

const nothing = () => {};

/** At most so many calls at a time for each scope, such as a host. */
export function createConcurrencyBudget(limit: { perScope: number; scopeOf(target: ReplyHandle): string }): Budget {
  const scopes = new Map<string, { taken: number; queue: ((release: Release) => void)[] }>();

  function releaseOf(scope: string): Release {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const state = scopes.get(scope);
      if (!state) return;
      const next = state.queue.shift();
      if (next) return next(releaseOf(scope));
      state.taken -= 1;
      if (state.taken === 0) scopes.delete(scope);
    };
  }

  return {
    async take(target, stop) {
      const scope = limit.scopeOf(target);
      const state = scopes.get(scope) ?? { taken: 0, queue: [] };
      scopes.set(scope, state);
      if (state.taken < limit.perScope) {
        state.taken += 1;
        return releaseOf(scope);
      }
      const { promise, resolve } = Promise.withResolvers<Release | undefined>();
      state.queue.push(resolve);
      const unhook = onStop(stop, () => {
        const place = state.queue.indexOf(resolve);
        if (place < 0) return;
        state.queue.splice(place, 1);
        resolve(undefined);
      });
      const release = await promise;
      unhook();
      return release;
    },
  };
}

/**
 * Rate limits, exact over any window of their length.
 *
 * A target may be under several, narrowest first (chat, group, bot): a call waits for one after the other, so that one that waits for its
 * chat holds nothing of the bot.
 */
export function createRateBudget(limitsOf: (target: ReplyHandle) => RateLimit[], clock: Clock): Budget {
  const windows = new Map<string, { times: number[]; perMs: number }>();
  let sweepAt = 1_000;

  function windowOf({ key, perMs }: RateLimit) {
    const known = windows.get(key);
    if (known) return known;
    if (windows.size >= sweepAt) sweep();
    const made = { times: [], perMs };
    windows.set(key, made);
    return made;
  }

  function sweep(): void {
    const now = clock.now();
    for (const [key, { times, perMs }] of windows) if ((times.at(-1) ?? 0) + perMs < now) windows.delete(key);
    sweepAt = Math.max(1_000, 2 * windows.size);
  }

  /** When the call may be made; that moment is taken. */
  function reserve(limit: RateLimit): number {
    const { times } = windowOf(limit);
    const limiting = times.at(-limit.count);
    const at = Math.max(clock.now(), limiting === undefined ? 0 : limiting + limit.perMs);
    times.push(at);
    if (times.length > limit.count) times.shift();
    return at;
  }

  return {
    async take(target, stop) {
      for (const limit of limitsOf(target)) {
        const waitMs = reserve(limit) - clock.now();
        if (waitMs > 0) await pause(waitMs, stop, clock);
        if (stop.signal.aborted || stop.draining.aborted) return undefined;
      }
      return nothing;
    },
  };
}

async function pause(ms: number, stop: StopSignals, clock: Clock): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancelTimer = clock.after(ms, resolve);
  const unhook = onStop(stop, resolve);
  await promise;
  cancelTimer();
  unhook();
}
