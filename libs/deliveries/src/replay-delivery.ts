import { encodeJson, type Bus } from '@trunkline/bus';
import type { Delivery } from '@trunkline/events';
import { DeliveryNotFoundError } from './errors.ts';
import { findDelivery } from './find-delivery.ts';
import { getDelivery } from './list-deliveries.ts';
import { isSettled, type DeliveryState } from './progress-record.ts';

const livesForMs = 24 * 3_600_000;

/** `refused`: it is still under way, so there is nothing to repeat. */
export type Replayed = { status: 'queued'; replay: number } | { status: 'refused'; state: DeliveryState };

/**
 * Puts a settled delivery at the end of its target's queue again, with another 24 h to arrive.
 *
 * Ids and finished steps are kept, so a platform that honours them shows nothing twice; `fresh` starts over with new ids. Asking
 * twice before it ran replays once. Throws DeliveryNotFoundError where its record or message is no longer kept.
 */
export async function replayDelivery(
  bus: Pick<Bus, 'append' | 'bucket' | 'read'>,
  deliveryId: string,
  options: { now: number; fresh?: boolean },
): Promise<Replayed> {
  const record = await getDelivery(bus, deliveryId);
  if (!isSettled(record.state)) return { status: 'refused', state: record.state };
  const found = await findDelivery(record, bus);
  if (!found) throw new DeliveryNotFoundError(deliveryId);
  const replay = record.replays + 1;
  const delivery: Delivery = {
    ...found.delivery,
    expires_at: new Date(options.now + livesForMs).toISOString(),
    replay: options.fresh ? { n: replay, fresh: true } : { n: replay },
  };
  const traceparent = found.message.headers['traceparent'];
  await bus.append(record.subject, encodeJson(delivery), traceparent ? { headers: { traceparent } } : {});
  return { status: 'queued', replay };
}
