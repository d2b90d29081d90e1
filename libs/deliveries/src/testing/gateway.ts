import { migrateStreams, openBus, type Bus, type StoredMessage } from '@trunkline/bus';
import type { ConnectorRef, Delivery } from '@trunkline/events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Deliverer } from '../deliverer.ts';
import { createDeliveryHandler, type DeliveryHandler, type DeliveryHandlerDeps } from '../delivery-handler.ts';
import { enqueueDelivery } from '../enqueue-delivery.ts';
import { getDelivery } from '../list-deliveries.ts';
import type { Lane } from '../delivery-job.ts';
import type { DeliveryState, ProgressRecord } from '../progress-record.ts';
import type { ConnectorState } from '../readiness.ts';
import { fakeClock, type FakeClock } from './fake-clock.ts';

const quiet = { info() {}, warn() {}, error() {} };
let prefixes = 0;

/** A bus with a name space of its own on this server. */
export async function freshBus(url: string): Promise<Bus> {
  const bus = await openBus({ servers: url, name: 'spec', prefix: `t${prefixes++}`, ackTimeoutMs: 1_000 }, quiet);
  await migrateStreams({ nc: bus.connection, names: bus.names });
  return bus;
}

/** Puts a delivery in its queue and returns its message. */
export async function queued(delivery: Delivery, bus: Bus): Promise<StoredMessage> {
  await enqueueDelivery(delivery, { bus });
  return newest(delivery, bus);
}

export async function newest(delivery: Delivery, bus: Bus): Promise<StoredMessage> {
  const { subject } = await getDelivery(bus, delivery.delivery_id);
  const message = await bus.read('DELIVERIES', { newestOf: subject });
  if (!message) throw new Error('There is no message.');
  return message;
}

export interface Gateway extends DeliveryHandler {
  clock: FakeClock;
  connector(state: ConnectorState): void;
  lane: Lane;
  drain(): void;
  /** Lets time pass in small steps until this has happened. */
  passing<T>(what: Promise<T>): Promise<T>;
  /** Lets time pass in small steps until the delivery is in a state. */
  until(delivery: Delivery, state: DeliveryState, check?: (record: ProgressRecord) => boolean): Promise<ProgressRecord>;
}

/** One process of a gateway, with its own time. */
export function gateway(
  deliverer: Deliverer,
  bus: Bus,
  more: Partial<Pick<DeliveryHandlerDeps<never>, 'allowed' | 'budget'>> = {},
): Gateway {
  const clock = fakeClock(Date.now());
  const listeners = new Set<(ref: ConnectorRef) => void>();
  let state: ConnectorState = { state: 'ready', onUnknown: 'resend' };
  const lost = new AbortController();
  const draining = new AbortController();
  const handler = createDeliveryHandler({
    deliverer,
    bus,
    connectors: {
      state: () => state,
      onChange(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    allowed: () => ({ allowed: true }),
    clock,
    log: quiet,
    ...more,
  });
  return {
    ...handler,
    clock,
    connector(next) {
      state = next;
      for (const listener of listeners) listener({ kind: 'http', name: 'hook' });
    },
    lane: { signal: lost.signal, draining: draining.signal, stillOwner: () => true },
    drain: () => draining.abort(),
    async passing(what) {
      let over = false;
      const settled = what.finally(() => (over = true));
      settled.catch(() => {});
      for (; !over; await sleep(2)) await clock.advance(250);
      return settled;
    },
    async until(delivery, wanted, check = () => true) {
      const deadline = performance.now() + 10_000;
      for (;;) {
        const record = await getDelivery(bus, delivery.delivery_id);
        if (record.state === wanted && check(record)) return record;
        if (performance.now() > deadline)
          throw new Error(`It is ${record.state}, not ${wanted}: ${JSON.stringify(record)}`);
        await clock.advance(250);
        await sleep(2);
      }
    },
  };
}
