import { BusUnavailableError, type Bucket, type BusLog } from '@trunkline/bus';
import { canonicalJson } from '@trunkline/events';
import type { Clock } from './clock.ts';
import { isSettled, progressKey, type ProgressRecord } from './progress-record.ts';

const keptAfterSettlingMs = 48 * 3_600_000;
const beyondExpiryMs = 3_600_000;
const stubbornForMs = 60_000;
const looks = 4;
const lookAgainMs = 50;

/** A record with the revision that its next write must name. */
export interface Held {
  record: ProgressRecord;
  revision: number;
}

/** Where progress is kept. A record is written by whoever read it last, by nobody else. */
export interface ProgressStore {
  load(deliveryId: string): Promise<Held | undefined>;
  /** As `load`, for a record that should be there: on a cluster, a replica that lags may not show it yet. */
  find(deliveryId: string): Promise<Held | undefined>;
  /** `undefined`: somebody else wrote in between, and nothing was written now. */
  save(held: Held, next: ProgressRecord): Promise<Held | undefined>;
  /** As `save`, but outlasts a short outage of the bus: for what would be forgotten otherwise. */
  saveStubbornly(held: Held, next: ProgressRecord): Promise<Held | undefined>;
}

/** Settled records go after 48 h, never before the delivery's expiry: until then a repeated append must meet its record. */
export function createProgressStore(deps: {
  bucket: Pick<Bucket<ProgressRecord>, 'get' | 'update'>;
  clock: Clock;
  log: BusLog;
}): ProgressStore {
  const { bucket, clock, log } = deps;

  async function load(deliveryId: string): Promise<Held | undefined> {
    const entry = await bucket.get(progressKey(deliveryId));
    return entry && { record: entry.value, revision: entry.revision };
  }

  async function find(deliveryId: string): Promise<Held | undefined> {
    for (let look = 1; look < looks; look++) {
      const held = await load(deliveryId);
      if (held) return held;
      await pause(look * lookAgainMs);
    }
    return load(deliveryId);
  }

  const pause = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));

  async function save(held: Held, next: ProgressRecord): Promise<Held | undefined> {
    const key = progressKey(next.delivery_id);
    const revision = await bucket.update(key, next, held.revision, settledLifetime(next, clock.now()));
    if (revision !== undefined) return { record: next, revision };
    // An earlier write of ours may have been stored without our hearing of it.
    const newest = await load(next.delivery_id);
    return newest && canonicalJson(newest.record) === canonicalJson(next) ? newest : undefined;
  }

  async function saveStubbornly(held: Held, next: ProgressRecord): Promise<Held | undefined> {
    const giveUpAt = clock.now() + stubbornForMs;
    for (let pauseMs = 100; ; pauseMs = Math.min(5_000, pauseMs * 2)) {
      try {
        return await save(held, next);
      } catch (error) {
        if (!(error instanceof BusUnavailableError) || clock.now() >= giveUpAt) throw error;
        log.warn({ err: error, delivery_id: next.delivery_id }, 'progress.not-kept');
        await pause(pauseMs);
      }
    }
  }

  return { load, find, save, saveStubbornly };
}

/** How long the bus keeps a record: without end while it is under way. */
export function settledLifetime(record: ProgressRecord, now: number): { ttlMs?: number } {
  if (!isSettled(record.state)) return {};
  return { ttlMs: Math.max(keptAfterSettlingMs, Date.parse(record.expires_at) - now + beyondExpiryMs) };
}
