import { encodeJson, type Bus } from '@trunkline/bus';
import { budgetScope, targetConnector, type Delivery, type ReplyHandle } from '@trunkline/events';
import { isSettled, newProgressRecord, progressKey, type ProgressRecord } from './progress-record.ts';
import { targetPlace } from './target-place.ts';

/** The subject of all deliveries to a target: its lane follows the budget's scope, its queue is the target's place. */
export function deliverySubject(target: ReplyHandle, names: Bus['names']): string {
  return names.delivery(targetConnector(target), { scope: budgetScope(target), target: targetPlace(target) });
}

/**
 * Puts a delivery into its target's queue; doing so again after a crash at any point is harmless.
 *
 * The record comes first: a message whose record is settled is passed over, so a repeated append sends nothing twice.
 */
export async function enqueueDelivery(
  delivery: Delivery,
  { bus, headers }: { bus: Pick<Bus, 'append' | 'bucket' | 'names'>; headers?: Record<string, string> },
): Promise<'queued' | 'settled'> {
  const subject = deliverySubject(delivery.target, bus.names);
  const progress = bus.bucket<ProgressRecord>('progress');
  const key = progressKey(delivery.delivery_id);
  const created = await progress.create(key, newProgressRecord(delivery, subject));
  const found = created === undefined ? await progress.get(key) : undefined;
  if (found && isSettled(found.value.state)) return 'settled';
  await bus.append(subject, encodeJson(delivery), headers ? { headers } : {});
  return 'queued';
}
