import { setTimeout as delay } from 'node:timers/promises';
import type { Bucket, Entry } from '@trunkline/bus';
import { secretPlace, type SecretPlace } from './reference.ts';
import { SecretBusyError } from './secret-errors.ts';

/** What a change of one record works with. */
export interface ChangeDeps {
  bucket: Pick<Bucket<unknown>, 'get' | 'create' | 'update'>;
  random: () => number;
}

/** One try at a change, from what is there now. `undefined`: somebody else wrote meanwhile. */
export type Attempt<T> = (place: SecretPlace, before: Entry<unknown> | undefined) => Promise<T | undefined>;

const mostAttempts = 20;
const collisionMs = 40;

/** Changes a record by compare-and-set: `attempt` is made again until nobody came between. */
export async function changeRecord<T>(
  reference: string,
  attempt: Attempt<T>,
  { bucket, random }: ChangeDeps,
): Promise<T> {
  const place = secretPlace(reference);
  for (let tries = 0; tries < mostAttempts; tries += 1) {
    const done = await attempt(place, await bucket.get(place.key));
    if (done !== undefined) return done;
    await delay(random() * collisionMs);
  }
  throw new SecretBusyError(reference);
}

/** The revision written, or `undefined` when somebody else wrote since `before` was read. */
export async function writeOver(
  before: Entry<unknown> | undefined,
  { key, value }: { key: string; value: unknown },
  bucket: ChangeDeps['bucket'],
): Promise<number | undefined> {
  return before === undefined ? bucket.create(key, value) : bucket.update(key, value, before.revision);
}
