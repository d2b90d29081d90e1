import type { ConnectorTraffic } from '@trunkline/events';

const slotMs = 30_000;
const slots = 10;
const counts = ['accepted', 'duplicate', 'ignored', 'rejected', 'errors', 'delivered', 'failed'] as const;

/** What is counted. */
export type TrafficCount = (typeof counts)[number];

const indexOf = Object.fromEntries(counts.map((name, index) => [name, index]));

/** Counts of the last five minutes, give or take half a minute. Counting allocates nothing. */
export class TrafficWindow {
  readonly #counted = new Uint32Array(slots * counts.length);
  #newest = 0;

  add(what: TrafficCount, nowMs: number): void {
    const slot = this.#advance(nowMs);
    const at = (slot % slots) * counts.length + (indexOf[what] ?? 0);
    this.#counted[at] = (this.#counted[at] ?? 0) + 1;
  }

  /** The sums, or `undefined` when nothing happened. */
  totals(nowMs: number): ConnectorTraffic | undefined {
    this.#advance(nowMs);
    const sum = (index: number) => {
      let total = 0;
      for (let at = index; at < this.#counted.length; at += counts.length) total += this.#counted[at] ?? 0;
      return total;
    };
    const [accepted = 0, duplicate = 0, ignored = 0, rejected = 0, errors = 0, delivered = 0, failed = 0] = counts.map(
      (_, index) => sum(index),
    );
    const traffic = { accepted, duplicate, ignored, rejected, errors, delivered, failed };
    return Object.values(traffic).some((total) => total > 0) ? traffic : undefined;
  }

  /** Empties the slots that the time has passed over; a clock that was set back goes on in the newest. */
  #advance(nowMs: number): number {
    const slot = Math.floor(nowMs / slotMs);
    const passed = Math.min(slots, slot - this.#newest);
    for (let n = 0; n < passed; n++) {
      const from = ((slot - n) % slots) * counts.length;
      this.#counted.fill(0, from, from + counts.length);
    }
    this.#newest = Math.max(this.#newest, slot);
    return this.#newest;
  }
}
