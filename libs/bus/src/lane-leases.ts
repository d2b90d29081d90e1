import type { Bucket } from './bucket.ts';
import type { BusLog } from './log.ts';
import { laneCount, token } from './token.ts';
import type { Change, Watch } from './watch-fan.ts';

const renewEveryMs = 3_000;
/** An owner stops by itself this long after its last renewal, two seconds before anybody may take its lanes. */
const selfFenceMs = 8_000;
const expiredAfterMs = 10_000;
const tickMs = 1_000;
const forgottenAfterMs = 60_000;

/** Who holds a lane (`null`: released), or, under a worker's key, that the worker lives. */
export interface LeaseRecord {
  worker: string | null;
}

export interface LaneLeaseOptions {
  group: string;
  /** Unique per process, also over restarts. */
  worker: string;
  /** The lane is ours: `epoch` only ever grows, whoever holds the lane. */
  onGain(lane: number, epoch: number): void;
  /** The lane is lost: stop at once, somebody else may have it. */
  onLose(lane: number): void;
  /** Give the lane up: resolves when what runs in it has ended and its progress is kept. */
  onRelease(lane: number): Promise<void>;
  /** A lane where something runs is given up last. */
  isBusy(lane: number): boolean;
}

export interface LaneLeaseDeps {
  bucket: Pick<Bucket<LeaseRecord>, 'create' | 'update' | 'put' | 'delete' | 'watch'>;
  connected(): boolean;
  /** Milliseconds that never jump back and go on while the process is stopped. */
  monotonic(): number;
  random(): number;
  log: BusLog;
}

/**
 * Spreads the lanes of a group evenly over its workers.
 *
 * A worker shows that it lives by renewing one key; the lanes it holds are keys of their own, taken by compare-and-set. Liveness is
 * judged by when *we* last saw a renewal, on our own monotonic clock, so clocks need not agree. After our own pause or
 * disconnection every other worker is given the full time again: a sleeper must not take lanes from those who were awake.
 */
export class LaneLeases {
  readonly #options: LaneLeaseOptions;
  readonly #deps: LaneLeaseDeps;
  readonly #prefix: string;
  readonly #lastSeen = new Map<string, number>();
  readonly #lanes = new Map<number, { worker: string | null; revision: number }>();
  readonly #held = new Map<number, 'held' | 'releasing'>();
  #renewedAt = -Infinity;
  #tickedAt = 0;
  #busy = false;
  #leaving = false;
  #timer: NodeJS.Timeout | undefined;
  #watch: Watch | undefined;

  constructor(options: LaneLeaseOptions, deps: LaneLeaseDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#prefix = token(options.group);
  }

  /** Joins the group; lanes come by `onGain` from then on. */
  async join(): Promise<void> {
    this.#tickedAt = this.#deps.monotonic();
    await this.#renew();
    this.#watch = await this.#deps.bucket.watch(`${this.#prefix}.>`, (change) => this.#observe(change));
    this.#schedule(0);
  }

  /** Lanes held now, those being released included. */
  owned(): number[] {
    return [...this.#held.keys()];
  }

  /** Whether the lane is certainly still ours. Ask before each effect that a second owner would repeat. */
  stillOwner(lane: number): boolean {
    return this.#held.has(lane) && this.#fresh();
  }

  /** Lets a lane go that could not be started or turned out to be another's; it may be claimed again at a later tick. */
  forget(lane: number): void {
    if (this.#held.has(lane)) this.#lose(lane);
  }

  /** Releases every lane, waiting for what runs in them, and leaves the group: others take over at once. */
  async leave(): Promise<void> {
    this.#leaving = true;
    clearTimeout(this.#timer);
    const renewing = setInterval(() => void this.#renew().catch(() => {}), renewEveryMs);
    await Promise.all([...this.#held].filter(([, state]) => state === 'held').map(([lane]) => this.#release(lane)));
    clearInterval(renewing);
    this.#watch?.stop();
    await this.#deps.bucket.delete(this.#workerKey()).catch(() => false);
  }

  #workerKey = (worker = this.#options.worker) => `${this.#prefix}.worker.${token(worker)}`;
  #laneKey = (lane: number) => `${this.#prefix}.lane.${lane}`;
  #fresh = () => this.#deps.monotonic() - this.#renewedAt < selfFenceMs;

  #schedule(ms: number): void {
    if (this.#leaving) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#tick(), ms);
  }

  #observe(change: Change<LeaseRecord>): void {
    const [, kind, id = ''] = change.key.split('.');
    if (kind === 'worker') this.#observeWorker(id, change.value !== undefined);
    else this.#observeLane(Number(id), change);
  }

  #observeWorker(id: string, lives: boolean): void {
    const known = this.#lastSeen.has(id);
    if (lives) this.#lastSeen.set(id, this.#deps.monotonic());
    else this.#lastSeen.delete(id);
    if (known !== lives) this.#schedule(50);
  }

  #observeLane(lane: number, change: Change<LeaseRecord>): void {
    const known = this.#lanes.get(lane);
    if (known && known.revision >= change.revision) return;
    const worker = change.value?.worker ?? null;
    this.#lanes.set(lane, { worker, revision: change.revision });
    if (worker !== this.#options.worker && this.#held.has(lane)) this.#lose(lane);
    if (worker === null) this.#schedule(50);
  }

  async #tick(): Promise<void> {
    if (this.#busy || this.#leaving) return;
    this.#busy = true;
    try {
      this.#forgiveOwnPause();
      if (this.#deps.monotonic() - this.#renewedAt >= renewEveryMs) await this.#renew();
      if (this.#fresh()) await this.#balance();
    } catch (error) {
      this.#deps.log.warn({ err: error, group: this.#options.group }, 'lease.tick-failed');
    } finally {
      if (!this.#fresh()) for (const lane of this.owned()) this.#lose(lane);
      this.#busy = false;
      this.#schedule(tickMs);
    }
  }

  #forgiveOwnPause(): void {
    const now = this.#deps.monotonic();
    const paused = now - this.#tickedAt > 2.5 * tickMs || !this.#deps.connected();
    this.#tickedAt = now;
    if (paused) for (const worker of this.#lastSeen.keys()) this.#lastSeen.set(worker, now);
  }

  async #renew(): Promise<void> {
    const asked = this.#deps.monotonic();
    await this.#deps.bucket.put(this.#workerKey(), { worker: this.#options.worker });
    this.#renewedAt = asked;
    this.#lastSeen.set(token(this.#options.worker), asked);
  }

  async #balance(): Promise<void> {
    const live = this.#liveWorkers();
    const share = Math.ceil(laneCount / live.size);
    const held = [...this.#held].filter(([, state]) => state === 'held').map(([lane]) => lane);
    if (held.length > share) this.#giveUp(held, held.length - share);
    if (this.#held.size < share) await this.#claim(live, share - this.#held.size);
  }

  #liveWorkers(): Set<string> {
    const now = this.#deps.monotonic();
    const live = new Set([token(this.#options.worker)]);
    for (const [worker, seen] of this.#lastSeen) {
      if (now - seen < expiredAfterMs) live.add(worker);
      else if (now - seen > forgottenAfterMs)
        void this.#deps.bucket.delete(`${this.#prefix}.worker.${worker}`).catch(() => false);
    }
    return live;
  }

  #giveUp(held: number[], count: number): void {
    const idleFirst = held.toSorted((a, b) => Number(this.#options.isBusy(a)) - Number(this.#options.isBusy(b)));
    for (const lane of idleFirst.slice(0, count)) void this.#release(lane);
  }

  async #claim(live: Set<string>, count: number): Promise<void> {
    const free = Array.from({ length: laneCount }, (_, lane) => lane).filter((lane) => {
      if (this.#held.has(lane)) return false;
      const worker = this.#lanes.get(lane)?.worker;
      return !worker || worker === this.#options.worker || !live.has(token(worker));
    });
    const chosen = free.map((lane) => ({ lane, at: this.#deps.random() })).sort((a, b) => a.at - b.at);
    await Promise.all(chosen.slice(0, count).map(({ lane }) => this.#claimLane(lane)));
  }

  async #claimLane(lane: number): Promise<void> {
    const known = this.#lanes.get(lane);
    const record = { worker: this.#options.worker };
    const key = this.#laneKey(lane);
    const epoch = known
      ? await this.#deps.bucket.update(key, record, known.revision)
      : await this.#deps.bucket.create(key, record);
    if (epoch === undefined || this.#leaving) return;
    this.#lanes.set(lane, { ...record, revision: epoch });
    this.#held.set(lane, 'held');
    this.#options.onGain(lane, epoch);
  }

  #lose(lane: number): void {
    this.#held.delete(lane);
    this.#options.onLose(lane);
  }

  async #release(lane: number): Promise<void> {
    this.#held.set(lane, 'releasing');
    try {
      await this.#options.onRelease(lane);
      const known = this.#lanes.get(lane);
      if (!this.#held.has(lane) || !known) return;
      const revision = await this.#deps.bucket.update(this.#laneKey(lane), { worker: null }, known.revision);
      if (revision !== undefined) this.#lanes.set(lane, { worker: null, revision });
    } catch (error) {
      this.#deps.log.warn({ err: error, group: this.#options.group, lane }, 'lease.release-failed');
    } finally {
      this.#held.delete(lane);
    }
  }
}
