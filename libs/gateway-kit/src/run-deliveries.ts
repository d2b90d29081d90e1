import { laneOf, runLanes, type Bus } from '@trunkline/bus';
import {
  createDeliveryHandler,
  deliveryLanes,
  systemClock,
  type Clock,
  type DeliveryHandlerDeps,
  type Step,
} from '@trunkline/deliveries';
import { budgetScope, targetConnector, type ConnectorKind, type ReplyHandle } from '@trunkline/events';

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
  /** Whether this process may call the platform for a target at once: its lane is ours, its connector is ready and allows it. */
  owns(target: ReplyHandle): boolean;
  /** When the oldest delivery that waits in our lanes was queued, by connector, as an ISO time. */
  oldestWaiting(): Map<string, string>;
  /** By connector, how many deliveries in our lanes wait for an operator. */
  parked(): Map<string, number>;
  /** How many of our targets are given a rest. */
  openBreakers(): number;
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
    owns(target) {
      if (target.type !== kind || !lanes.owned().includes(laneOf(budgetScope(target)))) return false;
      return parts.connectors.state(targetConnector(target)).state === 'ready' && parts.allowed(target).allowed;
    },
    oldestWaiting: () => handler.oldestWaiting(),
    parked: () => handler.parked(),
    openBreakers: () => handler.openBreakers(),
    async drain() {
      await lanes.drain();
      handler.close();
    },
  };
}
