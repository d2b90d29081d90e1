import type { TrafficSlot } from '@trunkline/events';
import { describe, expect, it } from 'vitest';
import { noTraffic } from '../gateways/merge-status.ts';
import { trafficSeries } from './traffic-series.ts';

const now = Date.parse('2026-03-01T10:00:40Z');
const slot = (from: string, more: Partial<TrafficSlot>): TrafficSlot => ({
  from: `2026-03-01T${from}.000Z`,
  ...noTraffic,
  oldest_waiting_seconds: 0,
  store_ms: [],
  delivery_ms: [],
  ...more,
});

describe('trafficSeries', () => {
  it('has every half minute of the hour, the one that is not over last', () => {
    const { slots, recent } = trafficSeries([], now);
    expect(slots).toHaveLength(120);
    expect([slots[0]?.from, slots.at(-1)?.from]).toEqual(['2026-03-01T09:01:00.000Z', '2026-03-01T10:00:30.000Z']);
    expect(slots.at(-1)).toEqual({ from: '2026-03-01T10:00:30.000Z', oldest_waiting_seconds: 0, ...noTraffic });
    expect(recent).toEqual({ seconds: 280, ...noTraffic });
  });

  it('adds up what gateways saw at the same time, and takes the oldest of what waits', () => {
    const told = [
      slot('10:00:00', { accepted: 2, oldest_waiting_seconds: 9 }),
      slot('10:00:00', { accepted: 3, oldest_waiting_seconds: 4 }),
      slot('10:00:30', { failed: 1 }),
    ];
    const { slots, recent } = trafficSeries(told, now);
    expect(slots.at(-2)).toMatchObject({ accepted: 5, failed: 0, oldest_waiting_seconds: 9 });
    expect(slots.at(-1)).toMatchObject({ accepted: 0, failed: 1 });
    expect(recent).toMatchObject({ accepted: 5, failed: 1 });
  });

  it.each([
    { from: '09:56:00', recently: 1, inAll: 1, because: 'five minutes are ten slots' },
    { from: '09:55:30', recently: 0, inAll: 1, because: 'before them is the hour only' },
    { from: '09:00:30', recently: 0, inAll: 0, because: 'before the hour is nothing' },
    { from: '10:01:00', recently: 0, inAll: 0, because: 'a clock ahead of ours tells of no time' },
  ])('of $from: $because', ({ from, recently, inAll }) => {
    const { slots, recent } = trafficSeries([slot(from, { accepted: 1 })], now);
    expect(recent.accepted).toBe(recently);
    expect(slots.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(inAll);
  });

  it.each<{ store: TrafficSlot['store_ms'][]; p99: number | undefined; because: string }>([
    { store: [[]], p99: undefined, because: 'of nothing there is none' },
    { store: [[[3, 1]]], p99: 3, because: 'one is all' },
    {
      store: [
        [
          [3, 99],
          [500, 1],
        ],
      ],
      p99: 3,
      because: 'one of a hundred may be slow',
    },
    {
      store: [
        [
          [3, 98],
          [500, 2],
        ],
      ],
      p99: 500,
      because: 'two may not',
    },
    {
      store: [
        [[3, 60]],
        [
          [3, 38],
          [500, 2],
        ],
      ],
      p99: 500,
      because: 'replicas count together, whoever had the slow ones',
    },
    {
      store: [
        [[500, 2]],
        [
          [2, 50],
          [10, 148],
        ],
      ],
      p99: 10,
      because: 'in the order of the bounds, whatever was told first',
    },
  ])('p99 $p99: $because', ({ store, p99 }) => {
    const told = store.map((store_ms) => slot('10:00:00', { store_ms, delivery_ms: [] }));
    const { recent, slots } = trafficSeries(told, now);
    expect(recent.store_p99_ms).toBe(p99);
    expect(slots.at(-2)?.store_p99_ms).toBe(p99);
    expect(recent.delivery_p99_ms).toBeUndefined();
  });
});
