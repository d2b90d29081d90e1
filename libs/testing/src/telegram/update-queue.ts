import { keptUntil, webhookLine, type TelegramUpdate, type UpdateKinds } from './update.ts';

export interface QueuedUpdate {
  update: TelegramUpdate;
  line: string;
  keptUntil: number;
}

/** What waits for one bot, oldest first; expired updates are gone whenever somebody looks. `now` is in ms. */
export class UpdateQueue {
  readonly #now: () => number;
  #entries: QueuedUpdate[] = [];
  #nextId: number;
  #listeners: (() => void)[] = [];

  constructor(options: { now: () => number; firstId: number }) {
    this.#now = options.now;
    this.#nextId = options.firstId;
  }

  add(payload: Partial<UpdateKinds>): TelegramUpdate {
    const update: TelegramUpdate = { update_id: this.#nextId++, ...payload };
    this.#entries.push({ update, line: webhookLine(update), keptUntil: keptUntil(update, this.#now() / 1000) });
    for (const listener of this.#listeners) listener();
    return update;
  }

  /** Called after each new update. */
  onAdded(listener: () => void): void {
    this.#listeners.push(listener);
  }

  pending(): readonly QueuedUpdate[] {
    const nowSeconds = this.#now() / 1000;
    this.#entries = this.#entries.filter((entry) => entry.keptUntil > nowSeconds);
    return this.#entries;
  }

  /** The id of the oldest that waits, or of the next to come. */
  get head(): number {
    return this.pending()[0]?.update.update_id ?? this.#nextId;
  }

  /** The id of the next to come. */
  get tail(): number {
    return this.#nextId;
  }

  /** Forgets all before this id. */
  forgetBelow(id: number): void {
    this.#entries = this.#entries.filter((entry) => entry.update.update_id >= id);
  }

  remove(entry: QueuedUpdate): void {
    this.#entries = this.#entries.filter((each) => each !== entry);
  }

  clear(): void {
    this.#entries = [];
  }

  /** Starts over at this id, as Telegram does after a week without updates; what still waits is dropped, as it is by then. */
  resetIds(nextId: number): void {
    this.#entries = [];
    this.#nextId = nextId;
  }
}
