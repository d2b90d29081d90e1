import { runLanes, type Bus } from '@trunkline/bus';
import {
  createDeliveryHandler,
  deliveryLanes,
  systemClock,
  type Clock,
  type DeliveryHandlerDeps,
  type Step,
} from '@trunkline/deliveries';
import type { ConnectorKind } from '@trunkline/events';

/** What a gateway brings for its outgoing side; the rest is the same for all kinds. */
export interface RunDeliveriesOptions<S extends Step> extends Omit<DeliveryHandlerDeps<S>, 'bus' | 'clock'> {
  kind: ConnectorKind;
  /** Unique per process, also over restarts. */
  worker: string;
  clock?: Clock;
}

/** A gateway's outgoing side while it runs. */
export interface RunningDeliveries {
  /** Lanes held now. */
  owned(): number[];
  /** Finishes calls that are under way, hands the lanes over, leaves. */
  drain(): Promise<void>;
}

/** Delivers what is queued for a kind, in this process's share of its lanes. */
export async function runDeliveries<S extends Step>(
  options: RunDeliveriesOptions<S>,
  { bus }: { bus: Bus },
): Promise<RunningDeliveries> {
  const { kind, worker, clock = systemClock, ...parts } = options;
  const handler = createDeliveryHandler({ ...parts, bus, clock });
  const lanes = await runLanes({ ...deliveryLanes(kind, bus), worker, handle: handler.handle }, bus);
  return {
    owned: () => lanes.owned(),
    async drain() {
      await lanes.drain();
      handler.close();
    },
  };
}
