import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrateStreams, openBus, type Bus } from '@trunkline/bus';
import { enqueueDelivery, getDelivery, type StepOutcome } from '@trunkline/deliveries';
import { canonicalTarget, type Delivery } from '@trunkline/events';
import { startNats, waitFor, type NatsServer } from '@trunkline/testing';
import { runDeliveries } from './run-deliveries.ts';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
let nats: NatsServer;
let bus: Bus;

beforeAll(async () => {
  nats = await startNats();
  bus = await openBus({ servers: nats.url, name: 'spec' }, quiet);
  await migrateStreams({ nc: bus.connection, names: bus.names });
});
afterAll(async () => {
  await bus.close();
  await nats[Symbol.asyncDispose]();
});

function deliveryOf(id: string): Delivery {
  return {
    v: 1,
    delivery_id: id,
    output_id: id,
    session_id: 's',
    target: canonicalTarget({ type: 'http', url: 'https://example.com/hook', connector: 'crm' }),
    output: { output_id: id, session_id: 's', content: 'hello' },
    created_at: new Date().toISOString(),
    expires_at: new Date(Date.now() + 60_000).toISOString(),
  };
}

it('delivers what is queued for its kind, in order, and hands over when told to drain', async () => {
  const delivered: string[] = [];
  const running = await runDeliveries(
    {
      kind: 'http',
      worker: 'w1',
      deliverer: {
        plan: () => [{ index: 0 }],
        deliverStep: async (_step, { delivery }): Promise<StepOutcome> => {
          delivered.push(delivery.delivery_id);
          return { outcome: 'delivered' };
        },
      },
      connectors: { state: () => ({ state: 'ready', onUnknown: 'resend' }), onChange: () => () => {} },
      allowed: () => ({ allowed: true }),
      log: quiet,
    },
    { bus },
  );
  for (const id of ['d1', 'd2', 'd3']) await enqueueDelivery(deliveryOf(id), { bus });
  await waitFor(async () => (await getDelivery(bus, 'd3')).state === 'delivered', { what: 'the last delivery' });
  expect(delivered).toEqual(['d1', 'd2', 'd3']);
  expect(running.owned()).toHaveLength(64);
  const { target } = deliveryOf('d1');
  expect(running.owns(target)).toBe(true);
  expect(running.owns(canonicalTarget({ type: 'slack', connector: 'crm', channel_id: 'C1' }))).toBe(false);
  await running.drain();
  expect(running.owned()).toHaveLength(0);
  expect(running.owns(target)).toBe(false);
});
