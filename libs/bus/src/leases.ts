import type { Bucket } from './bucket.ts';
import { LiveWorkers, type LeaseRecord } from './live-workers.ts';
import type { BusLog } from './log.ts';
import { token } from './token.ts';
import { untilAnswered } from './until-answered.ts';
import type { Change, Watch } from './watch-fan.ts';

const renewEveryMs = 3_000;
/** An owner stops by itself this long after its last renewal, two seconds before anybody may take its leases. */
const selfFenceMs = 8_000;
const tickMs = 1_000;
/** After a change everybody takes its even share; what is still free after this long is known to too few, who take it beyond theirs. */
const spreadForMs = 5_000;

export interface LeasesOptions {
  group: string;
  /** Unique per process, also over restarts. */
  worker: string;
  /** Second token of the keys of leases. Part of the wire. */
  noun: 'lane' | 'name';
  /** The names that exist at first; `want` tells of others. */
  names: Iterable<string>;
  /** The lease is ours: `epoch` only ever grows, whoever holds it. */
  onGain(name: string, epoch: number): void;
  /** The lease is lost: stop at once, somebody else may have it. */
  onLose(name: string): void;
  /** Give the lease up: resolves when what runs under it has ended and its progress is kept. */
  onRelease(name: string): Promise<void>;
  /** A lease under which something runs is given up last. */
  isBusy(name: string): boolean;
  /** Left out: always. False while what ran under an earlier lease of the name has not ended. */
  mayTake?(name: string): boolean;
}

export interface LeasesDeps {
  bucket: Pick<Bucket<LeaseRecord>, 'create' | 'update' | 'put' | 'delete' | 'watch'>;
  connected(): boolean;
  closed(): boolean;
  /** Milliseconds that never jump back and go on while the process is stopped. */
  monotonic(): number;
  random(): number;
  log: BusLog;
}

/**
 * Spreads names (lanes, bots) evenly over the workers of a group.
 *
 * A worker shows that it lives by renewing one key; the leases it holds are keys of their own, taken by compare-and-set. Liveness is
 * judged by when *we* last saw a renewal, on our own monotonic clock, so clocks need not agree. After our own pause or
 * disconnection every other worker is given the full time again: a sleeper must not take leases from those who were awake.
 */
export class Leases {
  readonly #options: LeasesOptions;
  readonly #deps: LeasesDeps;
  readonly #prefix: string;
  readonly #workers: LiveWorkers;
  #wanted: Set<string>;
  /** By token of the name. */
  readonly #known = new Map<string, { worker: string | null; revision: number }>();
  readonly #held = new Map<string, 'held' | 'releasing'>();
  readonly #releases = new Set<Promise<void>>();
  readonly #freeSince = new Map<string, number>();
  #spread = { roster: '', since: 0 };
  #renewedAt = -Infinity;
  #news = false;
  #tickedAt = 0;
  #busy = false;
  #leaving = false;
  #timer: NodeJS.Timeout | undefined;
  #fence: NodeJS.Timeout | undefined;
  #watch: Watch | undefined;

  constructor(options: LeasesOptions, deps: LeasesDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#prefix = token(options.group);
    this.#workers = new LiveWorkers(options.worker);
    this.#wanted = new Set(options.names);
  }

  /** Joins the group; leases come by `onGain` from then on. */
  async join(): Promise<void> {
    this.#tickedAt = this.#deps.monotonic();
    const { log, closed } = this.#deps;
    await untilAnswered(() => this.#renew(), { log, closed: () => closed() || this.#leaving });
    this.#watch = await this.#deps.bucket.watch(`${this.#prefix}.>`, (change) => this.#observe(change));
    this.#schedule(0);
  }

  /** The names that exist now. Those that are held and not among them are given up. */
  want(names: Iterable<string>): void {
    this.#wanted = new Set(names);
    for (const name of this.#freeSince.keys()) if (!this.#wanted.has(name)) this.#freeSince.delete(name);
    this.#news = true;
    this.#schedule(0);
  }

  /** Names held now, those being released included. */
  owned(): string[] {
    return [...this.#held.keys()];
  }

  /** Whether the lease is certainly still ours. Ask before each effect that a second owner would repeat. */
  stillOwner(name: string): boolean {
    return this.#held.has(name) && this.#fresh();
  }

  /** For how long the lease is certainly still ours if it is never renewed again; 0 when it is not. */
  remainingMs(name: string): number {
    if (!this.#held.has(name)) return 0;
    return Math.max(0, this.#renewedAt + selfFenceMs - this.#deps.monotonic());
  }

  /** Lets a lease go whose work could not be started or turned out to be another's; it may be claimed again at a later tick. */
  forget(name: string): void {
    if (this.#held.has(name)) this.#lose(name);
  }

  /** Releases everything, waiting for what runs, and leaves the group: others take over each as soon as it is released. */
  async leave(): Promise<void> {
    this.#leaving = true;
    clearTimeout(this.#timer);
    let renewal = Promise.resolve();
    const renew = () => void (renewal = this.#renew().catch(() => {}));
    renew();
    const renewing = setInterval(renew, renewEveryMs);
    for (const name of this.#held.keys()) this.#release(name);
    await Promise.all(this.#releases);
    clearInterval(renewing);
    await renewal;
    clearTimeout(this.#fence);
    this.#watch?.stop();
    await this.#deps.bucket.delete(this.#workerKey()).catch(() => false);
  }

  #workerKey = () => `${this.#prefix}.worker.${token(this.#options.worker)}`;
  #leaseKey = (name: string) => `${this.#prefix}.${this.#options.noun}.${token(name)}`;
  #fresh = () => this.#deps.monotonic() - this.#renewedAt < selfFenceMs;

  #schedule(ms: number): void {
    if (this.#leaving) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#tick(), ms);
  }

  #observe(change: Change<LeaseRecord>): void {
    const [, kind, id = ''] = change.key.split('.');
    if (kind !== 'worker') return this.#observeLease(id, change);
    if (this.#workers.saw(id, change.value, this.#deps.monotonic())) this.#schedule(50);
  }

  #observeLease(id: string, change: Change<LeaseRecord>): void {
    const known = this.#known.get(id);
    if (known && known.revision >= change.revision) return;
    const worker = change.value?.worker ?? null;
    this.#known.set(id, { worker, revision: change.revision });
    if (worker !== this.#options.worker) {
      for (const name of this.owned()) if (token(name) === id) this.#lose(name);
    }
    if (worker === null) this.#schedule(50);
  }

  async #tick(): Promise<void> {
    if (this.#busy || this.#leaving) return;
    this.#busy = true;
    try {
      this.#forgiveOwnPause();
      if (this.#news || this.#deps.monotonic() - this.#renewedAt >= renewEveryMs) await this.#renew();
      if (this.#fresh()) await this.#balance();
    } catch (error) {
      this.#deps.log.warn({ err: error, group: this.#options.group }, 'lease.tick-failed');
    } finally {
      this.#loseIfStale();
      this.#busy = false;
      this.#schedule(tickMs);
    }
  }

  #forgiveOwnPause(): void {
    const now = this.#deps.monotonic();
    const paused = now - this.#tickedAt > 2.5 * tickMs || !this.#deps.connected();
    this.#tickedAt = now;
    if (paused) this.#workers.forgive(now);
  }

  async #renew(): Promise<void> {
    const asked = this.#deps.monotonic();
    const { worker } = this.#options;
    this.#news = false;
    const record = { worker, wants: this.#wanted.size, ...(this.#leaving && { leaving: true as const }) };
    await this.#deps.bucket.put(this.#workerKey(), record);
    this.#renewedAt = asked;
    clearTimeout(this.#fence);
    // A tick may hang on a request for longer than a lease lasts. (Timers may be a millisecond early.)
    this.#fence = setTimeout(() => this.#loseIfStale(), selfFenceMs + 2 - (this.#deps.monotonic() - asked));
  }

  #loseIfStale(): void {
    if (!this.#fresh()) for (const name of this.owned()) this.#lose(name);
  }

  async #balance(): Promise<void> {
    const now = this.#deps.monotonic();
    for (const id of this.#workers.forgotten(now)) {
      void this.#deps.bucket.delete(`${this.#prefix}.worker.${id}`).catch(() => false);
    }
    const { count, roster } = this.#workers.sharing(now);
    if (this.#spread.roster !== `${roster} ${this.#wanted.size}`) {
      this.#spread = { roster: `${roster} ${this.#wanted.size}`, since: now };
    }
    const share = Math.ceil(this.#wanted.size / count);
    this.#giveUp(share, now);
    await this.#claim(share, now);
  }

  #giveUp(share: number, now: number): void {
    const held = [...this.#held].filter(([, state]) => state === 'held').map(([name]) => name);
    const wanted = held.filter((name) => this.#wanted.has(name));
    for (const name of held) if (!this.#wanted.has(name)) this.#release(name);
    if (wanted.length <= share || now - this.#spread.since >= spreadForMs) return;
    const { isBusy } = this.#options;
    const idleFirst = wanted.toSorted((a, b) => Number(isBusy(a)) - Number(isBusy(b)));
    for (const name of idleFirst.slice(0, wanted.length - share)) this.#release(name);
  }

  async #claim(share: number, now: number): Promise<void> {
    const free = [...this.#wanted].filter((name) => this.#isFree(name, now));
    const mine = this.owned().filter((name) => this.#wanted.has(name)).length;
    const chosen = free.map((name) => ({ name, at: this.#deps.random() })).sort((a, b) => a.at - b.at);
    const due = chosen.splice(0, Math.max(0, share - mine));
    const orphans = chosen.filter(({ name }) => now - (this.#freeSince.get(name) ?? now) >= spreadForMs);
    await Promise.all([...due, ...orphans].map(({ name }) => this.#claimOne(name)));
  }

  #isFree(name: string, now: number): boolean {
    const worker = this.#known.get(token(name))?.worker;
    const free = !this.#held.has(name) && (!worker || worker === this.#options.worker || !this.#isLive(worker, now));
    if (!free) this.#freeSince.delete(name);
    else if (!this.#freeSince.has(name)) this.#freeSince.set(name, now);
    return free && this.#options.mayTake?.(name) !== false;
  }

  #isLive = (worker: string, now: number) => this.#workers.isLive(token(worker), now);

  async #claimOne(name: string): Promise<void> {
    const known = this.#known.get(token(name));
    const record = { worker: this.#options.worker };
    const key = this.#leaseKey(name);
    const epoch = known
      ? await this.#deps.bucket.update(key, record, known.revision)
      : await this.#deps.bucket.create(key, record);
    if (epoch === undefined || this.#leaving) return;
    this.#known.set(token(name), { ...record, revision: epoch });
    this.#held.set(name, 'held');
    this.#options.onGain(name, epoch);
  }

  #lose(name: string): void {
    this.#held.delete(name);
    this.#options.onLose(name);
  }

  #release(name: string): void {
    if (this.#held.get(name) !== 'held') return;
    const release = this.#giveBack(name).finally(() => this.#releases.delete(release));
    this.#releases.add(release);
  }

  async #giveBack(name: string): Promise<void> {
    const before = this.#known.get(token(name));
    this.#held.set(name, 'releasing');
    // It may be lost meanwhile, and even be ours once more under another epoch.
    const isSame = () => this.#held.get(name) === 'releasing' && this.#known.get(token(name)) === before;
    try {
      await this.#options.onRelease(name);
      if (!before || !isSame()) return;
      const revision = await this.#deps.bucket.update(this.#leaseKey(name), { worker: null }, before.revision);
      if (revision !== undefined) this.#known.set(token(name), { worker: null, revision });
    } catch (error) {
      this.#deps.log.warn({ err: error, group: this.#options.group, lease: name }, 'lease.release-failed');
    } finally {
      if (this.#held.get(name) === 'releasing') this.#held.delete(name);
    }
  }
}
