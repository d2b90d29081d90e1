import type { Bucket, StoredMessage } from '@trunkline/bus';

/** How often routing of an event began without coming to an end. */
export interface AttemptCount {
  /** Counts one more attempt, on the bus, before it is made: a process that dies of it counts too. */
  begin(event: StoredMessage): Promise<'go' | 'exhausted'>;
  /** Takes the newest attempt back: it failed for a reason that is not the event's. */
  forgive(event: StoredMessage): Promise<void>;
}

const mostAttempts = 5;
const dayMs = 86_400_000;

/** Counts only events that are announced again, so what goes well costs nothing. */
export function openAttemptCount(deps: {
  bucket: Pick<Bucket<{ count: number }>, 'get' | 'put'>;
  incarnation(): string;
}): AttemptCount {
  const keyOf = (event: StoredMessage) => `routing.${Date.parse(deps.incarnation())}.${event.seq}`;
  const countOf = async (event: StoredMessage) => (await deps.bucket.get(keyOf(event)))?.value.count ?? 0;
  return {
    async begin(event) {
      const count = await countOf(event);
      if (count >= mostAttempts) return 'exhausted';
      await deps.bucket.put(keyOf(event), { count: count + 1 }, { ttlMs: dayMs });
      return 'go';
    },
    async forgive(event) {
      const count = await countOf(event).catch(() => 0);
      if (count > 0) await deps.bucket.put(keyOf(event), { count: count - 1 }, { ttlMs: dayMs }).catch(() => 0);
    },
  };
}
