/** How long a slot lasts. */
export const slotMs = 30_000;

/** Numbers to count in, a row of them for each slot of time; the oldest row is emptied for the newest. Counting allocates nothing. */
export class SlotRing {
  readonly #slots: number;
  readonly #width: number;
  readonly #counted: Uint32Array;
  #newest = 0;

  constructor({ slots, width }: { slots: number; width: number }) {
    this.#slots = slots;
    this.#width = width;
    this.#counted = new Uint32Array(slots * width);
  }

  /** Counts one more in a column of the slot of this time; returns the slot. */
  add(column: number, nowMs: number): number {
    const slot = this.advance(nowMs);
    const at = this.#begin(slot) + column;
    this.#counted[at] = (this.#counted[at] ?? 0) + 1;
    return slot;
  }

  /** Keeps the highest value of a column of the slot of this time; returns the slot. */
  raise(column: number, value: number, nowMs: number): number {
    const slot = this.advance(nowMs);
    const at = this.#begin(slot) + column;
    this.#counted[at] = Math.max(this.#counted[at] ?? 0, value);
    return slot;
  }

  /** The newest slot, after emptying those that the time has passed over; a clock that was set back goes on in the newest. */
  advance(nowMs: number): number {
    const slot = Math.floor(nowMs / slotMs);
    const passed = Math.min(this.#slots, slot - this.#newest);
    for (let n = 0; n < passed; n++) {
      const begin = this.#begin(slot - n);
      this.#counted.fill(0, begin, begin + this.#width);
    }
    this.#newest = Math.max(this.#newest, slot);
    return this.#newest;
  }

  /** The numbers of a slot, which is the newest or one of those kept before it. Not a copy. */
  row(slot: number): Uint32Array {
    const begin = this.#begin(slot);
    return this.#counted.subarray(begin, begin + this.#width);
  }

  #begin = (slot: number) => (slot % this.#slots) * this.#width;
}
