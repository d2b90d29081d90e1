import type { Bucket } from '@trunkline/bus';
import { z } from 'zod';
import type { SecretPlace } from './reference.ts';

const useSchema = z.looseObject({ v: z.literal(1), reference: z.string(), used: z.record(z.string(), z.string()) });

/** ISO time of the last use, by version. */
export type UseTimes = Readonly<Record<string, string>>;

/** Notes which versions are in use. Best effort: a note that gets lost is made again a minute later. */
export interface SecretUse {
  /** Returns at once; writes at most once a minute for each version and process. */
  note(place: SecretPlace, version: number): void;
  /** Waits for the notes that are being written. */
  flush(): Promise<void>;
}

/** Notes have keys of their own: writing one neither wakes who watches secrets nor needs the permission to write secrets. */
export const useKey = (place: Pick<SecretPlace, 'key'>) => `${usePrefix}${place.key}`;

/** What the keys of notes begin with. */
export const usePrefix = 'used.';

/** The times in a value of the bucket; none if it is no note. */
export function readUse(value: unknown): UseTimes {
  const parsed = useSchema.safeParse(value);
  return parsed.success ? parsed.data.used : {};
}

const coalesceMs = 60_000;
const mostVersions = 10;

/** Keeps notes in the same bucket as the secrets. */
export function createSecretUse(
  bucket: Pick<Bucket<unknown>, 'get' | 'create' | 'update'>,
  now: () => number,
): SecretUse {
  const notedAt = new Map<string, number>();
  const writing = new Set<Promise<void>>();

  async function write(place: SecretPlace, version: number): Promise<void> {
    const key = useKey(place);
    const entry = await bucket.get(key);
    const used = { ...readUse(entry?.value), [version]: new Date(now()).toISOString() };
    const newest = Object.entries(used)
      .sort(([a], [b]) => Number(b) - Number(a))
      .slice(0, mostVersions);
    const note = { v: 1, reference: place.reference, used: Object.fromEntries(newest) };
    // Losing to another replica is fine: it noted the same minute.
    await (entry === undefined ? bucket.create(key, note) : bucket.update(key, note, entry.revision));
  }

  return {
    note(place, version) {
      const name = `${place.key}@${version}`;
      if (now() - (notedAt.get(name) ?? -Infinity) < coalesceMs) return;
      notedAt.set(name, now());
      const written = write(place, version)
        .catch(() => undefined)
        .finally(() => writing.delete(written));
      writing.add(written);
    },
    async flush() {
      await Promise.all(writing);
    },
  };
}
