import { encodeJson, type Bus, type StoredMessage } from '@trunkline/bus';
import { readDelivery, type Delivery } from '@trunkline/events';
import { DeliveryNotFoundError } from './errors.ts';
import { getDelivery } from './list-deliveries.ts';
import { isSettled, type DeliveryState, type ProgressRecord } from './progress-record.ts';

const livesForMs = 24 * 3_600_000;
const skewMs = 60_000;

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
  const found = await findMessage(record, bus);
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

/** Walks the target's own messages from where this one was handled, or from when it was made. */
async function findMessage(
  { delivery_id, subject, seq, created_at }: ProgressRecord,
  bus: Pick<Bus, 'read'>,
): Promise<{ delivery: Delivery; message: StoredMessage } | undefined> {
  const fromTime = new Date(Date.parse(created_at) - skewMs);
  let message = await bus.read(
    'DELIVERIES',
    seq === undefined ? { firstOf: subject, fromTime } : { firstOf: subject, fromSeq: seq },
  );
  while (message) {
    const read = readDelivery(message.json());
    if (read.ok && read.value.delivery_id === delivery_id) return { delivery: read.value, message };
    message = await bus.read('DELIVERIES', { firstOf: subject, fromSeq: message.seq + 1 });
  }
  return undefined;
}
