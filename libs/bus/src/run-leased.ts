import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from './bus.ts';
import { Leases } from './leases.ts';
import type { LeaseRecord } from './live-workers.ts';

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;
/** Work that lasted this long was well: the pauses after it begin anew. */
const wellAfterMs = 60_000;

/** What the owner of a name may know of its lease. */
export interface PlatformLease {
  /** Only ever grows, whoever holds it: fence what you write with it. */
  readonly epoch: number;
  /** Aborted when the lease is lost: stop at once, somebody else may have it. */
  readonly lost: AbortSignal;
  /** Aborted when it is to be given up in good order (also: the name is no longer wanted): finish and return. */
  readonly draining: AbortSignal;
  /** Whether it is certainly still ours (8 s rule). Ask before each call to the platform. */
  stillOwner(): boolean;
  /** For how long it is certainly ours if it is never renewed again; 0 when it is lost. Nothing that it covers may outlive that. */
  remainingMs(): number;
}

export interface LeasedOptions {
  /** Replicas of one group share the names. A gateway's is its kind: that is where its user may write. */
  group: string;
  /** Unique per process, also over restarts. */
  worker: string;
  /** Ends when the lease does; what throws or returns early is started again after a pause that grows (1 s to 30 s) while it is kept. */
  run(name: string, lease: PlatformLease): Promise<void>;
}

/** What must be single over replicas, while this one runs. */
export interface LeasedWork {
  /** The names that exist now; replicas with another opinion only cost a claim. */
  want(names: Iterable<string>): void;
  /** Names held now, those being given up included. */
  owned(): string[];
  /** Gives everything up in good order, each name as soon as its work has ended, and leaves the group. */
  drain(): Promise<void>;
}

/** The work of one name under one lease. */
interface Tenure {
  lost: AbortController;
  draining: AbortController;
  ended: Promise<void>;
}

/**
 * Runs `run` for each name on one replica at a time, the names spread evenly over the replicas.
 *
 * A name is not taken again by a replica on which its earlier work has not ended, so `run` must heed both signals.
 */
export async function runLeased(options: LeasedOptions, bus: Bus): Promise<LeasedWork> {
  const { group, worker } = options;
  const tenures = new Map<string, Tenure>();
  const leases = new Leases(
    {
      group,
      worker,
      noun: 'name',
      names: [],
      onGain: begin,
      onLose: (name) => tenures.get(name)?.lost.abort(),
      async onRelease(name) {
        tenures.get(name)?.draining.abort();
        await tenures.get(name)?.ended;
      },
      isBusy: () => false,
      mayTake: (name) => !tenures.has(name),
    },
    {
      bucket: bus.bucket<LeaseRecord>('platform_leases'),
      connected: () => bus.state() === 'connected',
      closed: () => bus.state() === 'closed',
      monotonic: () => performance.now(),
      random: Math.random,
      log: bus.log,
    },
  );

  function begin(name: string, epoch: number): void {
    const [lost, draining] = [new AbortController(), new AbortController()];
    const isCurrent = () => !lost.signal.aborted && tenures.get(name) === tenure;
    const lease: PlatformLease = {
      epoch,
      lost: lost.signal,
      draining: draining.signal,
      stillOwner: () => isCurrent() && leases.stillOwner(name),
      remainingMs: () => (isCurrent() ? leases.remainingMs(name) : 0),
    };
    const tenure: Tenure = { lost, draining, ended: Promise.resolve() };
    tenures.set(name, tenure);
    bus.log.info({ group, lease: name, epoch }, 'lease.gained');
    tenure.ended = keepRunning(name, lease, { ...options, log: bus.log }).finally(() => {
      tenures.delete(name);
      bus.log.info({ group, lease: name, epoch, lost: lost.signal.aborted }, 'lease.ended');
    });
  }

  await leases.join();
  return { want: (names) => leases.want(names), owned: () => leases.owned(), drain: () => leases.leave() };
}

async function keepRunning(
  name: string,
  lease: PlatformLease,
  { group, run, log }: Pick<LeasedOptions, 'group' | 'run'> & Pick<Bus, 'log'>,
): Promise<void> {
  const over = AbortSignal.any([lease.lost, lease.draining]);
  for (let failures = 0; !over.aborted; failures++) {
    const startedAt = performance.now();
    let cause: unknown;
    try {
      await run(name, lease);
    } catch (error) {
      cause = error;
    }
    if (over.aborted) return;
    if (performance.now() - startedAt >= wellAfterMs) failures = 0;
    log.warn({ err: cause, group, lease: name, epoch: lease.epoch, failures }, 'lease.work-ended-early');
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** failures);
    await sleep(pauseMs, undefined, { signal: over }).catch(() => {});
  }
}
