import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from '@trunkline/bus';
import { progressKey } from '@trunkline/deliveries';

const keptMs = 26 * 3_600_000;
const looks = 25;
const lookAgainMs = 200;

/** What shows a delivery before it is one: bucket `progress`, key `live.<delivery_id>`, kept 26 h. */
export interface PresentedRecord {
  v: 1;
  /** `opening` is written before the first call to the platform; `none`: nothing is shown (any more). */
  state: 'opening' | 'shown' | 'none';
  /** Platform id of what is shown. */
  id?: string;
}

type PresentedBus = Pick<Bus, 'bucket'>;

const keyOf = (deliveryId: string) => `live.${deliveryId}`;
const recordsOf = (bus: PresentedBus) => bus.bucket<PresentedRecord>('progress');

/**
 * Says who shows a delivery, once for the whole installation: `ours` to show it anew, an id to go on with what an earlier owner showed,
 * `no` when somebody is about to, nothing can be shown, or the durable output is there already.
 */
export async function claimPresented(deliveryId: string, bus: PresentedBus): Promise<'ours' | { id: string } | 'no'> {
  if (await bus.bucket('progress').get(progressKey(deliveryId))) return 'no';
  const records = recordsOf(bus);
  const created = await records.create(keyOf(deliveryId), { v: 1, state: 'opening' }, { ttlMs: keptMs });
  if (created !== undefined) return 'ours';
  const found = (await records.get(keyOf(deliveryId)))?.value;
  return found?.state === 'shown' && found.id !== undefined ? { id: found.id } : 'no';
}

/** Notes what is shown now; without an id, that nothing is. */
export async function notePresented(deliveryId: string, id: string | undefined, bus: PresentedBus): Promise<void> {
  const record: PresentedRecord = id === undefined ? { v: 1, state: 'none' } : { v: 1, state: 'shown', id };
  await recordsOf(bus).put(keyOf(deliveryId), record, { ttlMs: keptMs });
}

/**
 * The platform id of what shows a delivery already, whichever process showed it: the durable output edits that instead of posting anew.
 * Waits for up to 5 s for another process that is about to know it.
 */
export async function findPresented(deliveryId: string, bus: PresentedBus): Promise<string | undefined> {
  for (let look = 1; ; look++) {
    const found = (await recordsOf(bus).get(keyOf(deliveryId)))?.value;
    if (found?.state !== 'opening' || look >= looks) return found?.id;
    await sleep(lookAgainMs);
  }
}
