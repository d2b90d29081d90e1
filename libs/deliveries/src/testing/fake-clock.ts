import type { Clock } from '../clock.ts';

export interface FakeClock extends Clock {
  /** Lets so much time pass: due timers fire in order, and what they start gets a turn. */
  advance(ms: number): Promise<void>;
  /** Timers that wait. */
  readonly pending: number;
}

export function fakeClock(start = Date.parse('2026-01-05T08:00:00Z')): FakeClock {
  let now = start;
  const timers = new Set<{ at: number; callback: () => void }>();
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    now: () => now,
    random: () => 0.5,
    after(ms, callback) {
      const timer = { at: now + ms, callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async advance(ms) {
      const end = now + ms;
      for (;;) {
        await turn();
        const next = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        timers.delete(next);
        now = Math.max(now, next.at);
        next.callback();
      }
      now = end;
      await turn();
    },
    get pending() {
      return timers.size;
    },
  };
}
