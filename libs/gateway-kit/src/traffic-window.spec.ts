import { describe, expect, it } from 'vitest';
import { TrafficWindow } from './traffic-window.ts';

const minute = 60_000;
const start = 1_700_000_000_000;

describe('TrafficWindow', () => {
  it('counts what happened, and nothing when nothing did', () => {
    const window = new TrafficWindow();
    expect(window.totals(start)).toBeUndefined();
    window.add('accepted', start);
    window.add('accepted', start + 1_000);
    window.add('failed', start + 2 * minute);
    expect(window.totals(start + 2 * minute)).toMatchObject({ accepted: 2, failed: 1, duplicate: 0 });
  });

  it.each([
    { afterMs: 4.4 * minute, accepted: 1, because: 'within five minutes it counts' },
    { afterMs: 5 * minute, accepted: undefined, because: 'after five minutes it does not' },
    { afterMs: 3_600 * minute, accepted: undefined, because: 'and after days nothing comes back' },
  ])('$because', ({ afterMs, accepted }) => {
    const window = new TrafficWindow();
    window.add('accepted', start);
    expect(window.totals(start + afterMs)?.accepted).toBe(accepted);
  });

  it('does not lose counts when the clock is set back', () => {
    const window = new TrafficWindow();
    window.add('accepted', start);
    window.add('accepted', start - 10 * minute);
    expect(window.totals(start)?.accepted).toBe(2);
  });
});
