/** What one key of a lane is at: `seq` runs now, or is the first that may be next; `seen` is the newest that was read. */
interface Head {
  seq: number;
  seen: number;
}

/**
 * The bookkeeping of one lane, free of effects: which message may run, what is finished, how far the cursor may move.
 *
 * Of a key whose head runs, followers are only noted; so a head that takes hours holds back its own key and a few bytes.
 */
export class LaneProgress {
  readonly #heads = new Map<string, Head>();
  readonly #finished: Map<string, number>;
  #position: number;

  constructor(floor: number, done: Record<string, number>) {
    this.#position = floor;
    this.#finished = new Map(Object.entries(done));
  }

  /** Highest sequence that was read: where reading goes on. */
  get position(): number {
    return this.#position;
  }

  get running(): number {
    return this.#heads.size;
  }

  /** Keys that stand in the cursor one by one because something before them is unfinished. */
  get ahead(): number {
    return this.#finished.size;
  }

  /** Notes that a message was read. `run`: it is its key's head now; `later`: its key is busy; `finished`: it was handled before. */
  read(key: string, seq: number): 'run' | 'later' | 'finished' {
    this.#position = Math.max(this.#position, seq);
    if (seq <= (this.#finished.get(key) ?? 0)) return 'finished';
    const head = this.#heads.get(key);
    if (!head) {
      this.#heads.set(key, { seq, seen: seq });
      return 'run';
    }
    if (seq <= head.seq) return 'finished';
    head.seen = Math.max(head.seen, seq);
    return 'later';
  }

  /** Notes that a key's head is finished. True when later ones were seen: fetch the next after `seq` and call `next`. */
  finish(key: string, seq: number): boolean {
    this.#finished.set(key, seq);
    const head = this.#heads.get(key);
    if (!head) return false;
    head.seq = seq + 1;
    if (head.seen > seq) return true;
    this.#heads.delete(key);
    return false;
  }

  /** The next message of a key that `finish` asked for, or `undefined` when the stream holds none. */
  next(key: string, seq: number | undefined): void {
    const head = this.#heads.get(key);
    if (seq === undefined) this.#heads.delete(key);
    else if (head) head.seq = seq;
  }

  /** What the cursor may say now. Forgets what the floor has passed. */
  snapshot(): { floor: number; done: Record<string, number> } {
    let floor = this.#position;
    for (const { seq } of this.#heads.values()) floor = Math.min(floor, seq - 1);
    for (const [key, seq] of this.#finished) if (seq <= floor) this.#finished.delete(key);
    return { floor, done: Object.fromEntries(this.#finished) };
  }
}
