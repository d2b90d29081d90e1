import type { Bus } from '@trunkline/bus';
import type { AnswerOf, BodyOf, deliveryRoutes } from '@trunkline/control-api';
import { DeliveryNotFoundError, listDeliveries, replayDelivery, type ProgressRecord } from '@trunkline/deliveries';

type BulkRoute = (typeof deliveryRoutes)['replayDeliveries'];
type BulkItem = AnswerOf<BulkRoute>['items'][number];

/** Replays what matches, one after the other and oldest first: a target gets them in their old order. */
export async function replayBulk(
  wanted: BodyOf<BulkRoute>,
  deps: { bus: Bus; now: () => number },
): Promise<AnswerOf<BulkRoute>> {
  const { kind, name, state: states, fresh, dry_run, ...filter } = wanted;
  const found = await listDeliveries(deps.bus, {
    ...filter,
    states,
    connector: { kind, name },
    unresolved: true,
    order: 'oldest_first',
  });
  const items: BulkItem[] = [];
  for (const record of found.deliveries) {
    const { delivery_id, state, connector } = record;
    const outcome = dry_run ? 'would_queue' : await replayOne(record, { ...deps, fresh });
    items.push({ delivery_id, state, connector, outcome });
  }
  return { items, more: found.next !== undefined, dry_run };
}

async function replayOne(
  { delivery_id }: ProgressRecord,
  { bus, now, fresh }: { bus: Bus; now: () => number; fresh: boolean },
): Promise<BulkItem['outcome']> {
  try {
    const replayed = await replayDelivery(bus, delivery_id, { now: now(), fresh });
    return replayed.status === 'queued' ? 'queued' : 'changed_meanwhile';
  } catch (error) {
    if (error instanceof DeliveryNotFoundError) return 'no_longer_kept';
    throw error;
  }
}
