import type { Bus } from '@trunkline/bus';
import type { ProgressRecord } from './progress-record.ts';

/** How many deliveries are where. Of those that ended badly, only what nobody has resolved. */
export interface DeliveryCounts {
  /** Queued or being delivered. */
  waiting: number;
  /** When the oldest of them was made, as an ISO time. */
  oldest_waiting_since?: string;
  /** They wait for their connector to be enabled or repaired. */
  parked: number;
  dead: number;
  expired: number;
  unknown: number;
}

/** Counts the deliveries under way or settled in the last 48 h. Reads every record once (about 50,000 a second). */
export async function countDeliveries(bus: Pick<Bus, 'bucket'>): Promise<DeliveryCounts> {
  const counts = { waiting: 0, parked: 0, dead: 0, expired: 0, unknown: 0 };
  let oldestMs = Infinity;
  for await (const { value: record } of bus.bucket<ProgressRecord>('progress').entries('delivery.*')) {
    const counted = placeOf(record);
    if (counted === undefined) continue;
    counts[counted] += 1;
    if (counted === 'waiting') oldestMs = Math.min(oldestMs, Date.parse(record.created_at));
  }
  const oldest = Number.isFinite(oldestMs) ? { oldest_waiting_since: new Date(oldestMs).toISOString() } : {};
  return { ...counts, ...oldest };
}

function placeOf({
  state,
  resolution,
}: ProgressRecord): Exclude<keyof DeliveryCounts, 'oldest_waiting_since'> | undefined {
  switch (state) {
    case 'pending':
    case 'delivering':
      return 'waiting';
    case 'parked':
      return 'parked';
    case 'dead':
    case 'expired':
    case 'unknown':
      return resolution === undefined ? state : undefined;
    case 'delivered':
    case 'cancelled':
      return undefined;
  }
}
