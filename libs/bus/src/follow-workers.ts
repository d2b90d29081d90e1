import type { Bucket } from './bucket.ts';
import type { Bus } from './bus.ts';
import { expiredAfterMs, type LeaseRecord } from './live-workers.ts';
import { token } from './token.ts';

/** The workers of a group, seen from outside. */
export interface FollowedWorkers {
  /** How many live. After a start or a lost connection those that died a moment ago count for some seconds more. */
  live(): number;
  stop(): void;
}

/** Follows who works in a group that shares leases, such as `reply-routing`, without taking part. */
export async function followWorkers(
  group: string,
  bus: Pick<Bus, 'bucket'>,
  monotonic: () => number = () => performance.now(),
): Promise<FollowedWorkers> {
  const seen = new Map<string, number>();
  const bucket: Pick<Bucket<LeaseRecord>, 'watch'> = bus.bucket<LeaseRecord>('worker_leases');
  const watch = await bucket.watch(`${token(group)}.worker.*`, ({ key, value }) => {
    if (value) seen.set(key, monotonic());
    else seen.delete(key);
  });
  return {
    live: () => [...seen.values()].filter((at) => monotonic() - at < expiredAfterMs).length,
    stop: () => watch.stop(),
  };
}
