import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from './bus.ts';
import type { LaneCursor } from './lane-cursor.ts';
import { LaneFollowers } from './lane-followers.ts';
import { LaneProgress } from './lane-progress.ts';
import type { StreamName } from './names.ts';
import type { OrderedReader } from './ordered-reader.ts';
import type { StoredMessage } from './stored-message.ts';

const flushAfterMs = 100;
/** Beyond this many keys that are finished above an unfinished one, reading waits: the cursor has to stay one small message. */
const maxAhead = 4_000;

/** What a handler may know of its lane. */
export interface LaneContext {
  /** Aborted when the lane is lost: whatever goes on from here may be repeated by another worker. */
  signal: AbortSignal;
  /** Aborted when the lane is given up in an orderly way: finish what is under way, begin no wait. */
  draining: AbortSignal;
  /** Whether the lane is certainly still ours. Ask before each effect that a second owner would repeat. */
  stillOwner(): boolean;
  /** An owner before us may have begun this message and died of it: it was waiting, first of its key, when the lane became ours. */
  mayRepeat: boolean;
}

/** `interrupted`: not finished because of `signal` or `draining`; the next owner handles it again. */
export type Handled = 'done' | 'interrupted';

export interface LaneWork {
  stream: StreamName;
  /** The messages of a lane. */
  filter(lane: number): string;
  /** The filter of the messages that must be handled one after the other with this one; it serves as their key. */
  keyOf(subject: string): string;
  /** Called for one message of a key at a time, in stream order. A handler that throws is called again after a while. */
  handle(message: StoredMessage, context: LaneContext): Promise<Handled>;
  /** Sees each message as it is read, also when its key is busy: for what overtakes the queue. */
  peek?(message: StoredMessage): void;
}

export interface LaneRunnerDeps {
  bus: Bus;
  cursor: LaneCursor;
  stillOwner(): boolean;
  /** The cursor turned out to be another owner's. */
  onDeposed(): void;
}

/** One lane while we own it. */
export class LaneRunner {
  readonly #lane: number;
  readonly #work: LaneWork;
  readonly #deps: LaneRunnerDeps;
  readonly #progress: LaneProgress;
  readonly #followers = new LaneFollowers();
  readonly #lost = new AbortController();
  readonly #draining = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #reader: OrderedReader | undefined;
  #flushing: Promise<void> | undefined;
  #room = Promise.withResolvers<void>();
  /** Messages that waited when the lane became ours and were not read yet. */
  #inherited: number | undefined;
  readonly #keysBegun = new Set<string>();

  constructor(lane: number, work: LaneWork, deps: LaneRunnerDeps) {
    this.#lane = lane;
    this.#work = work;
    this.#deps = deps;
    this.#progress = new LaneProgress(deps.cursor.record.floor, deps.cursor.record.done);
  }

  get busy(): boolean {
    return this.#progress.running > 0;
  }

  /** Reads until the lane is lost or given up. */
  async run(): Promise<void> {
    while (!this.#stopped()) {
      try {
        await this.#read();
      } catch (error) {
        this.#deps.bus.log.warn({ err: error, stream: this.#work.stream, lane: this.#lane }, 'lane.interrupted');
      }
      if (!this.#stopped()) await sleep(500);
    }
  }

  /** The lane is somebody else's: nothing more is recorded. */
  abort(): void {
    this.#lost.abort();
    this.#room.resolve();
    void this.#reader?.stop();
  }

  /** Ends what runs, records it and lets go. */
  async drain(): Promise<void> {
    this.#draining.abort();
    this.#room.resolve();
    await this.#reader?.stop();
    await Promise.all(this.#running);
    await this.#flushing;
    if (!this.#lost.signal.aborted) await this.#deps.cursor.close(this.#progress.snapshot());
  }

  #stopped = () => this.#lost.signal.aborted || this.#draining.signal.aborted;

  async #read(): Promise<void> {
    const { bus } = this.#deps;
    const from = { seq: this.#progress.position + 1 };
    this.#reader = await bus.follow(this.#work.stream, this.#work.filter(this.#lane), { from, buffer: 64 });
    if (this.#stopped()) return this.#reader.stop();
    this.#inherited ??= this.#reader.pending;
    for await (const message of this.#reader.messages) {
      if (this.#stopped()) return;
      this.#work.peek?.(message);
      this.#dispatch(message);
      if (this.#inherited > 0 && --this.#inherited === 0) this.#keysBegun.clear();
      while (this.#progress.ahead >= maxAhead && !this.#stopped()) await this.#room.promise;
    }
  }

  #dispatch(message: StoredMessage): void {
    const key = this.#work.keyOf(message.subject);
    const step = this.#progress.read(key, message.seq);
    if (step === 'run') return this.#start(key, message);
    if (step === 'later') this.#followers.add(key, message);
    this.#flushLater();
  }

  #start(key: string, message: StoredMessage): void {
    const mayRepeat = (this.#inherited ?? 0) > 0 && !this.#keysBegun.has(key);
    if (mayRepeat) this.#keysBegun.add(key);
    const running = this.#runKey(key, { message, mayRepeat }).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #runKey(key: string, first: { message: StoredMessage; mayRepeat: boolean }): Promise<void> {
    let message: StoredMessage | undefined = first.message;
    while (message) {
      const handled = await this.#handle(message, first.mayRepeat && message === first.message);
      if (handled === 'interrupted') return;
      const more = this.#progress.finish(key, message.seq);
      this.#flushLater();
      if (!more) return this.#followers.forget(key);
      if (this.#stopped()) return;
      message = this.#followers.take(key, message.seq) ?? (await this.#fetchNext(key, message.seq + 1));
      this.#progress.next(key, message?.seq);
    }
  }

  async #handle(message: StoredMessage, mayRepeat: boolean): Promise<Handled> {
    const { stillOwner } = this.#deps;
    const context = { signal: this.#lost.signal, draining: this.#draining.signal, stillOwner, mayRepeat };
    for (let failures = 0; ; failures++) {
      if (this.#lost.signal.aborted) return 'interrupted';
      try {
        return await this.#work.handle(message, context);
      } catch (error) {
        if (this.#stopped()) return 'interrupted';
        this.#deps.bus.log.error(
          { err: error, subject: message.subject, seq: message.seq, failures },
          'lane.handler-failed',
        );
        await this.#pause(Math.min(30_000, 500 * 2 ** failures));
        if (this.#stopped()) return 'interrupted';
      }
    }
  }

  /** Later messages of the key were seen, so one is there; a replica that lags may not show it yet. */
  async #fetchNext(key: string, fromSeq: number): Promise<StoredMessage | undefined> {
    const { bus } = this.#deps;
    const { stream } = this.#work;
    for (let attempt = 1; attempt <= 10 && !this.#lost.signal.aborted; attempt++) {
      const [next, ...later] = await bus.readSome(stream, { firstOf: key, fromSeq }, 32).catch(() => []);
      this.#followers.refill(key, later);
      if (next) return next;
      await this.#pause(20 * attempt);
    }
    return undefined;
  }

  async #pause(ms: number): Promise<void> {
    const either = AbortSignal.any([this.#lost.signal, this.#draining.signal]);
    await sleep(ms, undefined, { signal: either }).catch(() => {});
  }

  #flushLater(): void {
    this.#flushing ??= sleep(flushAfterMs).then(() => this.#flush());
  }

  async #flush(): Promise<void> {
    this.#flushing = undefined;
    if (this.#lost.signal.aborted) return;
    try {
      const kept = await this.#deps.cursor.save(this.#progress.snapshot());
      if (!kept) this.#deps.onDeposed();
    } catch (error) {
      this.#deps.bus.log.warn({ err: error, lane: this.#lane }, 'lane.cursor-not-kept');
      if (!this.#stopped()) this.#flushLater();
    }
    this.#room.resolve();
    this.#room = Promise.withResolvers<void>();
  }
}
