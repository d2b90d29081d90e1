import type { Bus, StoredMessage } from '@trunkline/bus';
import { readDelivery, type Delivery } from '@trunkline/events';
import type { ProgressRecord } from './progress-record.ts';

const skewMs = 60_000;

/**
 * What a delivery was made with, while its message is kept (7 days). Walks the target's own messages from where this one was handled, or
 * from when it was made.
 */
export async function findDelivery(
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
