import type { Bus, Entry } from '@trunkline/bus';
import { settle } from './attempt.ts';
import { appendSettlement } from './delivery-ledger.ts';
import { DeliveryNotFoundError } from './errors.ts';
import { isSettled, progressKey, type DeliveryState, type ProgressRecord, type Resolution } from './progress-record.ts';
import { settledLifetime } from './progress-store.ts';

/** `refused`: its state does not allow it, or it changed while we looked; `state` is what it is in now. */
export type ByHand = { status: 'done'; record: ProgressRecord } | { status: 'refused'; state: DeliveryState };

type ByHandBus = Pick<Bus, 'append' | 'bucket' | 'names'>;

/**
 * Ends a delivery that waits or is parked; its target's next one goes within 10 s. One whose call is under way is
 * refused: cancelling could not take that back. One whose call may have been taken ends as `unknown`. Throws DeliveryNotFoundError.
 */
export async function cancelDelivery(
  bus: ByHandBus,
  deliveryId: string,
  options: { now: number; reason: string },
): Promise<ByHand> {
  const entry = await entryOf(bus, deliveryId);
  const { value } = entry;
  if (isSettled(value.state) || value.state === 'delivering') return { status: 'refused', state: value.state };
  const state = value.in_doubt === undefined ? 'cancelled' : 'unknown';
  const ended = settle(value, { state, now: options.now, code: 'cancelled', detail: options.reason });
  const result = await write(bus, { entry, next: ended, now: options.now });
  if (result.status === 'done') await appendSettlement(ended, bus);
  return result;
}

/**
 * Notes that a person has dealt with a delivery that is dead, expired or unknown. Its state stays. With a `correction` it is refused once
 * it is resolved otherwise: of two that are asked for at once, one is made. Throws DeliveryNotFoundError.
 */
export async function resolveDelivery(
  bus: ByHandBus,
  deliveryId: string,
  { now, ...what }: { now: number } & Pick<Resolution, 'reason' | 'correction'>,
): Promise<ByHand> {
  const entry = await entryOf(bus, deliveryId);
  const { state, resolution: before } = entry.value;
  if (state !== 'dead' && state !== 'expired' && state !== 'unknown') return { status: 'refused', state };
  if (what.correction && before) {
    const isSame = before.correction?.output_id === what.correction.output_id;
    return isSame ? { status: 'done', record: entry.value } : { status: 'refused', state };
  }
  const resolution: Resolution = { at: new Date(now).toISOString(), ...what };
  return write(bus, { entry, next: { ...entry.value, resolution }, now });
}

/** Forgets that a target is disabled or its breaker open. What was refused meanwhile stays dead until it is replayed. */
export async function resetTarget(bus: Pick<Bus, 'bucket'>, targetId: string): Promise<void> {
  await bus.bucket('targets').delete(targetId);
}

async function entryOf(bus: ByHandBus, deliveryId: string): Promise<Entry<ProgressRecord>> {
  const entry = await bus.bucket<ProgressRecord>('progress').get(progressKey(deliveryId));
  if (!entry) throw new DeliveryNotFoundError(deliveryId);
  return entry;
}

async function write(
  bus: ByHandBus,
  change: { entry: Entry<ProgressRecord>; next: ProgressRecord; now: number },
): Promise<ByHand> {
  const { entry, next, now } = change;
  const progress = bus.bucket<ProgressRecord>('progress');
  const revision = await progress.update(entry.key, next, entry.revision, settledLifetime(next, now));
  if (revision !== undefined) return { status: 'done', record: next };
  const newest = await entryOf(bus, entry.value.delivery_id);
  return { status: 'refused', state: newest.value.state };
}
