import type { Bucket } from '@trunkline/bus';
import { noteActive, type SessionRecord } from '@trunkline/sessions';
import { LRUCache } from 'lru-cache';

/** Notes that something is said in a session, by its key; the bus is not asked again for one that was noted of late. */
export function noteOutputs(deps: {
  sessions: Pick<Bucket<SessionRecord>, 'get' | 'update'>;
  now(): number;
  noteEveryMs: number;
}): (sessionKey: string) => Promise<void> {
  const noted = new LRUCache<string, true>({ max: 20_000, ttl: deps.noteEveryMs, perf: { now: deps.now } });
  return async (key) => {
    if (noted.has(key)) return;
    await noteActive(key, deps);
    noted.set(key, true);
  };
}
