import type { StatusReport, TrafficSlot } from '@trunkline/events';

const hourMs = 3_600_000;

/**
 * What gateways have told of their traffic in the last hour. It outlives them: what happened before a gateway was replaced has happened all
 * the same.
 */
export class ToldTraffic {
  readonly #now: () => number;
  /** By gateway, then by the beginning of the slot. */
  readonly #told = new Map<string, Map<number, TrafficSlot>>();

  constructor(now: () => number) {
    this.#now = now;
  }

  hear({ kind, gateway, history = [] }: StatusReport): void {
    if (history.length === 0) return;
    const key = `${kind}/${gateway}`;
    const slots = this.#told.get(key) ?? new Map<number, TrafficSlot>();
    this.#told.set(key, slots);
    for (const slot of history) slots.set(Date.parse(slot.from), slot);
  }

  /** Every slot that is kept, of all gateways. */
  slots(): TrafficSlot[] {
    return [...this.#told.values()].flatMap((slots) => [...slots.values()]);
  }

  /** Gateways come and go for years: call it from time to time. */
  forgetOld(): void {
    const oldest = this.#now() - hourMs;
    for (const [key, slots] of this.#told) {
      for (const from of slots.keys()) if (from < oldest) slots.delete(from);
      if (slots.size === 0) this.#told.delete(key);
    }
  }
}
