import { openBus, migrateStreams, type Bus } from '@trunkline/bus';
import type { SlackConnector } from '@trunkline/config';
import { enqueueDelivery, getDelivery, type ProgressRecord } from '@trunkline/deliveries';
import type { ConnectorRef, Delivery, ReplyHandle } from '@trunkline/events';
import { deliveryConnectors, runDeliveries } from '@trunkline/gateway-kit';
import type { InventoryChange, ReadyEntry } from '@trunkline/inventory';
import { waitFor } from '@trunkline/testing';
import type { DeliverDeps } from '../deliver.ts';
import { slackBudget } from '../start-deliveries.ts';
import { delivererFor } from './slack-delivery.ts';

export const quiet = { info() {}, warn() {}, error() {} };
let prefixes = 0;

/** A bus with a name space of its own on this server. */
export async function freshBus(url: string): Promise<Bus> {
  const bus = await openBus({ servers: url, name: 'spec', prefix: `s${prefixes++}` }, quiet);
  await migrateStreams({ nc: bus.connection, names: bus.names });
  return bus;
}

export interface RunningGateway {
  /** What was logged as an error, by message. */
  alarms: { message: string; fields: object }[];
  /** The connector changed, its tokens for example. */
  changed(entry: ReadyEntry<SlackConnector>): void;
  owns(target: ReplyHandle): boolean;
  drain(): Promise<void>;
}

let workers = 0;

/** The delivering half of a gateway as it runs, for one connector, on a real bus. */
export async function startGateway(
  entry: ReadyEntry<SlackConnector>,
  bus: Bus,
  more: Partial<DeliverDeps> = {},
): Promise<RunningGateway> {
  const alarms: RunningGateway['alarms'] = [];
  const log = { ...quiet, error: (fields: object, message: string) => void alarms.push({ fields, message }) };
  let current = entry;
  const listeners = new Set<(change: InventoryChange) => void>();
  const inventory = {
    get: (_kind: ConnectorRef['kind'], name: string) => (name === current.name ? (current as never) : undefined),
    onChange(listener: (change: InventoryChange) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const connectors = { get: (name: string) => (name === current.name ? current : undefined) };
  const running = await runDeliveries(
    {
      kind: 'slack',
      worker: `w${(workers += 1)}`,
      deliverer: delivererFor(entry, { bus, connectors, ...more }),
      budget: slackBudget(),
      allowed: () => ({ allowed: true }),
      connectors: deliveryConnectors('slack', inventory),
      log,
    },
    { bus },
  );
  return {
    alarms,
    changed(next) {
      const old = current;
      current = next;
      for (const listener of listeners) listener({ type: 'changed', old, new: next });
    },
    owns: (target) => running.owns(target),
    drain: () => running.drain(),
  };
}

/** Queues deliveries, in this order. */
export async function enqueue(deliveries: readonly Delivery[], bus: Bus): Promise<void> {
  for (const delivery of deliveries) await enqueueDelivery(delivery, { bus });
}

/** Waits until a delivery is as wanted. */
export function until(
  delivery: Delivery,
  bus: Bus,
  wanted: (record: ProgressRecord) => boolean,
): Promise<ProgressRecord> {
  const look = async () => {
    const record = await getDelivery(bus, delivery.delivery_id);
    if (wanted(record)) return record;
    throw new Error(JSON.stringify(record));
  };
  return waitFor(look, { what: 'the delivery', timeoutMs: 60_000 });
}
