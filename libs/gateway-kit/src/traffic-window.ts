import type { ConnectorTraffic } from '@trunkline/events';
import { SlotRing } from './slot-ring.ts';

const slots = 10;

/** What is counted, in the order of its columns. */
export const trafficCounts = ['accepted', 'duplicate', 'ignored', 'rejected', 'errors', 'delivered', 'failed'] as const;
export type TrafficCount = (typeof trafficCounts)[number];

const columns = new Map<string, number>(trafficCounts.map((name, column) => [name, column]));

/** Where it is counted. */
export const columnOf = (what: TrafficCount): number => columns.get(what) ?? 0;

/** Counts by their names. */
export function trafficIn(row: Iterable<number>): ConnectorTraffic {
  const [accepted = 0, duplicate = 0, ignored = 0, rejected = 0, errors = 0, delivered = 0, failed = 0] = row;
  return { accepted, duplicate, ignored, rejected, errors, delivered, failed };
}

/** Counts of the last five minutes, give or take half a minute. Counting allocates nothing. */
export class TrafficWindow {
  readonly #ring = new SlotRing({ slots, width: trafficCounts.length });

  add(what: TrafficCount, nowMs: number): void {
    this.#ring.add(columnOf(what), nowMs);
  }

  /** The sums, or `undefined` when nothing happened. */
  totals(nowMs: number): ConnectorTraffic | undefined {
    const newest = this.#ring.advance(nowMs);
    const totals = new Array<number>(trafficCounts.length).fill(0);
    for (let n = 0; n < slots; n++)
      this.#ring.row(newest - n).forEach((count, column) => (totals[column] = (totals[column] ?? 0) + count));
    return totals.some((total) => total > 0) ? trafficIn(totals) : undefined;
  }
}
