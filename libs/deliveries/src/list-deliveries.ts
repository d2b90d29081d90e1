import type { Bus } from '@trunkline/bus';
import type { ConnectorRef } from '@trunkline/events';
import { DeliveryNotFoundError } from './errors.ts';
import { progressKey, type DeliveryState, type ProgressRecord } from './progress-record.ts';

/** Every condition that is given must hold. */
export interface DeliveryFilter {
  states?: DeliveryState[];
  connector?: Partial<ConnectorRef>;
  session_id?: string;
  turn_id?: string;
  target_id?: string;
  /** ISO times; of the delivery's creation. */
  since?: string;
  before?: string;
  /** Leaves out what an operator has resolved. */
  unresolved?: boolean;
  /** Default is newest first. */
  order?: 'oldest_first';
  /** Default 50. */
  limit?: number;
  /** `next` of the page before. */
  cursor?: string;
}

export interface DeliveryPage {
  deliveries: ProgressRecord[];
  /** Where the next page begins; missing on the last. */
  next?: string;
}

/**
 * Looks through the deliveries that are under way or were settled in the last 48 h.
 *
 * Reads every record once (about 50,000 a second) and holds two pages in memory.
 */
export async function listDeliveries(bus: Pick<Bus, 'bucket'>, filter: DeliveryFilter = {}): Promise<DeliveryPage> {
  const limit = filter.limit ?? 50;
  let page: ProgressRecord[] = [];
  for await (const { value } of bus.bucket<ProgressRecord>('progress').entries('delivery.*')) {
    if (!matches(value, filter)) continue;
    page.push(value);
    if (page.length > 2 * limit + 1) page = foremost(page, limit + 1, filter);
  }
  page = foremost(page, limit + 1, filter);
  const deliveries = page.slice(0, limit);
  const last = deliveries.at(-1);
  return page.length > limit && last ? { deliveries, next: place(last) } : { deliveries };
}

/** Throws DeliveryNotFoundError where no record is kept. */
export async function getDelivery(bus: Pick<Bus, 'bucket'>, deliveryId: string): Promise<ProgressRecord> {
  const entry = await bus.bucket<ProgressRecord>('progress').get(progressKey(deliveryId));
  if (!entry) throw new DeliveryNotFoundError(deliveryId);
  return entry.value;
}

const place = ({ created_at, delivery_id }: ProgressRecord) => `${created_at}~${delivery_id}`;

function foremost(records: ProgressRecord[], count: number, { order }: DeliveryFilter): ProgressRecord[] {
  const sign = order === 'oldest_first' ? -1 : 1;
  return records.toSorted((a, b) => (place(a) < place(b) ? sign : -sign)).slice(0, count);
}

function isAfter(record: ProgressRecord, { cursor, order }: DeliveryFilter): boolean {
  if (cursor === undefined) return true;
  return order === 'oldest_first' ? place(record) > cursor : place(record) < cursor;
}

function matches(record: ProgressRecord, filter: DeliveryFilter): boolean {
  const conditions = [
    filter.states?.includes(record.state),
    filter.connector?.kind === undefined ? undefined : record.connector.kind === filter.connector.kind,
    filter.connector?.name === undefined ? undefined : record.connector.name === filter.connector.name,
    filter.session_id === undefined ? undefined : record.session_id === filter.session_id,
    filter.turn_id === undefined ? undefined : record.turn_id === filter.turn_id,
    filter.target_id === undefined ? undefined : record.target_id === filter.target_id,
    filter.since === undefined ? undefined : Date.parse(record.created_at) >= Date.parse(filter.since),
    filter.before === undefined ? undefined : Date.parse(record.created_at) < Date.parse(filter.before),
    filter.unresolved ? record.resolution === undefined : undefined,
    isAfter(record, filter),
  ];
  return conditions.every((holds) => holds !== false);
}
