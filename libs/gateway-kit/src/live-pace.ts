import type { Clock } from '@trunkline/deliveries';

const sweepAt = 1_000;

/** Spaces calls to one place, whatever they are for. */
export interface LivePace {
  /** How long the next call has to wait. */
  waitMs(place: string): number;
  /** A call was made; none before `afterMs` from now. */
  took(place: string, afterMs: number): void;
}

export function createLivePace(clock: Pick<Clock, 'now'>): LivePace {
  const nextAt = new Map<string, number>();
  return {
    waitMs: (place) => Math.max(0, (nextAt.get(place) ?? 0) - clock.now()),
    took(place, afterMs) {
      const now = clock.now();
      nextAt.set(place, Math.max(nextAt.get(place) ?? 0, now + afterMs));
      if (nextAt.size < sweepAt) return;
      for (const [each, at] of nextAt) if (at <= now) nextAt.delete(each);
    },
  };
}
