import { describe, expect, it } from 'vitest';
import { TrafficHistory } from './traffic-history.ts';

const start = Date.parse('2026-03-01T10:00:00Z');
const second = 1_000;
const minute = 60 * second;

describe('TrafficHistory', () => {
  it('keeps what happened in slots of half a minute', () => {
    const history = new TrafficHistory();
    history.count('accepted', start);
    history.count('accepted', start + 29 * second);
    history.count('failed', start + 30 * second);
    expect(history.all(start + minute)).toMatchObject([
      { from: '2026-03-01T10:00:00.000Z', accepted: 2, failed: 0 },
      { from: '2026-03-01T10:00:30.000Z', accepted: 0, failed: 1 },
    ]);
  });

  it.each([
    { tookMs: 0, bound: 1, because: 'a clock of whole milliseconds shows nothing shorter' },
    { tookMs: 1, bound: 1, because: 'the bound is in it' },
    { tookMs: 1.2, bound: 1.5, because: 'it is an upper bound' },
    { tookMs: 8, bound: 10, because: 'decades join' },
    { tookMs: 1_001, bound: 1_500, because: 'seconds are told apart as milliseconds are' },
    { tookMs: 86_400_000, bound: 10_000_000, because: 'a day is as good as three hours' },
  ])('counts $tookMs ms to $bound: $because', ({ tookMs, bound }) => {
    const history = new TrafficHistory();
    history.stored(tookMs, start);
    history.arrived(tookMs, start);
    history.arrived(tookMs, start);
    expect(history.all(start)).toMatchObject([{ store_ms: [[bound, 1]], delivery_ms: [[bound, 2]] }]);
  });

  it('tells each slot again only after something was counted in it', () => {
    const history = new TrafficHistory();
    history.count('accepted', start);
    expect(history.takeNews(start)).toMatchObject([{ accepted: 1 }]);
    expect(history.takeNews(start)).toEqual([]);
    history.count('accepted', start + second);
    history.count('accepted', start + minute);
    expect(history.takeNews(start + minute)).toMatchObject([{ accepted: 2 }, { accepted: 1 }]);
  });

  it('keeps the age that the oldest waiting delivery came to', () => {
    const history = new TrafficHistory();
    history.waited(2_100, start);
    history.waited(7_000, start + second);
    history.waited(400, start + 2 * second);
    history.waited(0, start + minute);
    expect(history.all(start + minute)).toMatchObject([{ oldest_waiting_seconds: 7, accepted: 0 }]);
  });

  it.each([
    { afterMs: 59.5 * minute, kept: 1, because: 'within the hour it is there' },
    { afterMs: 60 * minute, kept: 0, because: 'after an hour it is gone' },
    { afterMs: 3_000 * minute, kept: 0, because: 'and does not come back' },
  ])('$because', ({ afterMs, kept }) => {
    const history = new TrafficHistory();
    history.count('accepted', start);
    expect(history.all(start + afterMs)).toHaveLength(kept);
    expect(history.takeNews(start + afterMs)).toHaveLength(kept);
  });
});
