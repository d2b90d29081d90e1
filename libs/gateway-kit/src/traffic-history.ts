import type { Durations, TrafficSlot } from '@trunkline/events';
import { SlotRing, slotMs } from './slot-ring.ts';
import { columnOf, trafficCounts, trafficIn, type TrafficCount } from './traffic-window.ts';

/** An hour. */
const slots = 120;

/** Upper bounds in milliseconds, from a store to a delivery that waited out many retries; what took longer counts to the last. */
const bounds = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000]
  .flatMap((decade) => [1, 1.5, 2, 3, 5, 7].map((step) => step * decade))
  .concat(10_000_000);

const waiting = trafficCounts.length;
const stores = waiting + 1;
const deliveries = stores + bounds.length;
const width = deliveries + bounds.length;

/** What happened at a whole gateway in the last hour, in slots of half a minute. Counting allocates nothing. */
export class TrafficHistory {
  readonly #ring = new SlotRing({ slots, width });
  /** Slots of which there is something to tell. */
  readonly #news = new Set<number>();

  count(what: TrafficCount, nowMs: number): void {
    this.#add(columnOf(what), nowMs);
  }

  /** An event was stored, which took so long. */
  stored(tookMs: number, nowMs: number): void {
    this.#add(stores + bucketOf(tookMs), nowMs);
  }

  /** A delivery arrived, so long after its output was routed. */
  arrived(tookMs: number, nowMs: number): void {
    this.#add(deliveries + bucketOf(tookMs), nowMs);
  }

  /** The oldest delivery has waited for so long. */
  waited(ageMs: number, nowMs: number): void {
    const seconds = Math.round(ageMs / 1_000);
    if (seconds > 0) this.#news.add(this.#ring.raise(waiting, seconds, nowMs));
  }

  /** The slots in which something was counted since the last call. */
  takeNews(nowMs: number): TrafficSlot[] {
    const newest = this.#ring.advance(nowMs);
    const news = [...this.#news].filter((slot) => slot > newest - slots);
    this.#news.clear();
    return news.map((slot) => this.#slot(slot));
  }

  /** All slots in which something happened. */
  all(nowMs: number): TrafficSlot[] {
    const newest = this.#ring.advance(nowMs);
    const kept = Array.from({ length: slots }, (_, n) => newest - slots + 1 + n);
    return kept.filter((slot) => this.#ring.row(slot).some((count) => count > 0)).map((slot) => this.#slot(slot));
  }

  #add(column: number, nowMs: number): void {
    this.#news.add(this.#ring.add(column, nowMs));
  }

  #slot(slot: number): TrafficSlot {
    const row = this.#ring.row(slot);
    return {
      from: new Date(slot * slotMs).toISOString(),
      ...trafficIn(row),
      oldest_waiting_seconds: row[waiting] ?? 0,
      store_ms: durationsIn(row.subarray(stores, deliveries)),
      delivery_ms: durationsIn(row.subarray(deliveries)),
    };
  }
}

function bucketOf(tookMs: number): number {
  let bucket = 0;
  while (bucket < bounds.length - 1 && tookMs > (bounds[bucket] ?? Infinity)) bucket += 1;
  return bucket;
}

const durationsIn = (buckets: Uint32Array): Durations =>
  bounds.flatMap((bound, index): Durations => {
    const count = buckets[index] ?? 0;
    return count > 0 ? [[bound, count]] : [];
  });
