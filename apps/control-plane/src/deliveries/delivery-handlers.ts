import type { Bus } from '@trunkline/bus';
import type { deliveryRoutes } from '@trunkline/control-api';
import {
  cancelDelivery,
  DeliveryNotFoundError,
  findDelivery,
  getDelivery,
  listDeliveries,
  replayDelivery,
  resetTarget,
  resolveDelivery,
  type ByHand,
  type DeliveryState,
  type TargetRecord,
} from '@trunkline/deliveries';
import { refuse, type HandlersOf, type Refusal } from '../operation.ts';
import { correctDelivery } from './correct-delivery.ts';
import { deliverySummary, deliveryView } from './delivery-view.ts';
import { replayBulk } from './replay-bulk.ts';

interface Deps {
  bus: Bus;
  now: () => number;
}

/** Operations on deliveries and their targets. */
export function deliveryHandlers({ bus, now }: Deps): HandlersOf<typeof deliveryRoutes> {
  return { ...reads(bus), ...changes({ bus, now }) };
}

type Reads = 'listDeliveries' | 'getDelivery';

function reads(bus: Bus): Pick<HandlersOf<typeof deliveryRoutes>, Reads> {
  return {
    async listDeliveries({ query }) {
      const { kind, name, state: states, ...filter } = query;
      const page = await listDeliveries(bus, { ...filter, states, connector: { kind, name } });
      return { answer: { items: page.deliveries.map(deliverySummary), next: page.next } };
    },
    getDelivery: ({ params }) =>
      orNotFound(async () => {
        const record = await getDelivery(bus, params.delivery_id);
        const [target, made] = await Promise.all([
          bus.bucket<TargetRecord>('targets').get(record.target_id),
          findDelivery(record, bus),
        ]);
        return { answer: deliveryView(record, { target: target?.value, output: made?.delivery.output }) };
      }),
  };
}

function changes({ bus, now }: Deps): Omit<HandlersOf<typeof deliveryRoutes>, Reads> {
  return {
    replayDelivery: ({ params, query: { fresh } }) =>
      orNotFound(async () => {
        const replayed = await replayDelivery(bus, params.delivery_id, { now: now(), fresh });
        if (replayed.status === 'refused') return underWay(replayed.state);
        const { replay } = replayed;
        const noted = { target: params, changes: [{ field: fresh ? 'fresh_replay' : 'replay', to: replay }] };
        return { answer: { ...params, replay }, audit: noted };
      }),
    resolveDelivery: ({ params, body: { reason } }) =>
      orNotFound(async () => {
        const done = await resolveDelivery(bus, params.delivery_id, { now: now(), reason });
        return byHand(
          done,
          { field: 'resolution', to: reason },
          'Only one that is dead, expired or unknown can be resolved',
        );
      }),
    correctDelivery: ({ params, body, caller }) =>
      orNotFound(async () => {
        const { delivery_id } = params;
        const corrected = await correctDelivery({ delivery_id, ...body, by: caller.name }, { bus, now });
        if ('problem' in corrected) return corrected;
        const { correction, isNew } = corrected;
        const audit = { target: params, changes: [{ field: 'correction', to: correction.delivery_id }] };
        return { answer: correction, audit: isNew ? audit : ('nothing_changed' as const) };
      }),
    cancelDelivery: ({ params, caller }) =>
      orNotFound(async () => {
        const reason = `Cancelled by ${caller.name}.`;
        const done = await cancelDelivery(bus, params.delivery_id, { now: now(), reason });
        const to = done.status === 'done' ? done.record.state : undefined;
        return byHand(done, { field: 'state', to }, 'Only one that waits or is parked can be cancelled');
      }),
    async replayDeliveries({ body }) {
      const answer = await replayBulk(body, { bus, now });
      const queued = answer.items.filter(({ outcome }) => outcome === 'queued');
      if (queued.length === 0) return { answer, audit: 'nothing_changed' };
      const { kind, name } = body;
      const target = { ...(kind && { kind }), ...(name && { name }) };
      const to = queued.map(({ delivery_id }) => delivery_id);
      return { answer, audit: { target, changes: [{ field: body.fresh ? 'fresh_replay' : 'replay', to }] } };
    },
    async resetTarget({ params }) {
      const known = await bus.bucket<TargetRecord>('targets').get(params.target_id);
      await resetTarget(bus, params.target_id);
      const answer = { ...params, was_blocked: known !== undefined };
      if (!known) return { answer, audit: 'nothing_changed' };
      const { connector, disabled, breaker } = known.value;
      return {
        answer,
        audit: { target: { ...params, ...connector }, changes: [{ field: 'blocked', from: { disabled, breaker } }] },
      };
    },
  };
}

function byHand(done: ByHand, change: { field: string; to: unknown }, rule: string) {
  if (done.status === 'refused')
    return refuse('delivery_state_conflict', `${rule}; this one is ${done.state}.`, { state: done.state });
  const { delivery_id } = done.record;
  return { answer: deliverySummary(done.record), audit: { target: { delivery_id }, changes: [change] } };
}

function underWay(state: DeliveryState): Refusal {
  const detail = `It is ${state}, so still under way. Wait until it is settled, or cancel it first.`;
  return refuse('delivery_state_conflict', detail, { state });
}

async function orNotFound<T>(work: () => Promise<T>): Promise<T | Refusal> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DeliveryNotFoundError)) throw error;
    return refuse('delivery_not_found', `${error.message} ${error.fix ?? ''}`);
  }
}
