import type { Overview } from '@trunkline/control-api';
import type { Durations, TrafficSlot } from '@trunkline/events';
import { addTraffic, noTraffic, type Traffic } from '../gateways/merge-status.ts';

const slotMs = 30_000;
const shown = 120;
/** Slots of the last five minutes, as the traffic of a connector has them. */
const recent = 10;

/** Sums of what several gateways counted. */
interface Sum {
  traffic: Traffic;
  stores: Map<number, number>;
  deliveries: Map<number, number>;
  oldestWaiting: number;
}

/** What all gateways together have seen: the last hour slot by slot, without a gap, and the last five minutes in one. */
export function trafficSeries(told: readonly TrafficSlot[], nowMs: number): Pick<Overview, 'recent' | 'slots'> {
  const newest = Math.floor(nowMs / slotMs);
  const sums = Array.from({ length: shown }, emptySum);
  const total = emptySum();
  for (const slot of told) {
    const age = newest - Math.floor(Date.parse(slot.from) / slotMs);
    const sum = sums[shown - 1 - age];
    // A clock ahead of ours, or what is too old.
    if (age < 0 || !sum) continue;
    add(slot, sum);
    if (age < recent) add(slot, total);
  }
  const seconds = Math.round((nowMs - (newest - recent + 1) * slotMs) / 1000);
  return {
    recent: { seconds, ...figuresOf(total) },
    slots: sums.map((sum, index) => ({
      from: new Date((newest - shown + 1 + index) * slotMs).toISOString(),
      oldest_waiting_seconds: sum.oldestWaiting,
      ...figuresOf(sum),
    })),
  };
}

const emptySum = (): Sum => ({ traffic: { ...noTraffic }, stores: new Map(), deliveries: new Map(), oldestWaiting: 0 });

function add(slot: TrafficSlot, sum: Sum): void {
  addTraffic(sum.traffic, slot);
  addDurations(slot.store_ms, sum.stores);
  addDurations(slot.delivery_ms, sum.deliveries);
  sum.oldestWaiting = Math.max(sum.oldestWaiting, slot.oldest_waiting_seconds);
}

function addDurations(durations: Durations, sums: Map<number, number>): void {
  for (const [bound, count] of durations) sums.set(bound, (sums.get(bound) ?? 0) + count);
}

function figuresOf({ traffic, stores, deliveries }: Sum) {
  const store = p99Of(stores);
  const delivery = p99Of(deliveries);
  return {
    ...traffic,
    ...(store !== undefined && { store_p99_ms: store }),
    ...(delivery !== undefined && { delivery_p99_ms: delivery }),
  };
}

/** The bound below which 99 of 100 lie: rather too high than too low. */
function p99Of(counts: ReadonlyMap<number, number>): number | undefined {
  const sorted = [...counts].sort(([a], [b]) => a - b);
  const all = sorted.reduce((sum, [, count]) => sum + count, 0);
  let below = 0;
  for (const [bound, count] of sorted) {
    below += count;
    if (below >= all * 0.99) return bound;
  }
  return undefined;
}
