import { runLanes, type Bus } from '@trunkline/bus';
import { startNats, waitFor, type NatsServer } from '@trunkline/testing';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createConcurrencyBudget } from './budget.ts';
import { systemClock } from './clock.ts';
import type { Deliverer, StepOutcome } from './deliverer.ts';
import { createDeliveryHandler } from './delivery-handler.ts';
import { deliveryLanes } from './delivery-lanes.ts';
import { listDeliveries } from './list-deliveries.ts';
import { deliveryTo, scriptedDeliverer } from './testing/deliveries.ts';
import { freshBus, queued } from './testing/gateway.ts';

const quiet = { info() {}, warn() {}, error() {} };
const delivered: StepOutcome = { outcome: 'delivered' };
const failed: StepOutcome = { outcome: 'retry', code: 'http_503', reason: 'Answered 503.', status: 503 };

let nats: NatsServer;
let bus: Bus;
beforeAll(async () => {
  nats = await startNats();
});
afterAll(async () => {
  await bus?.close();
  await nats?.[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await bus?.close();
  bus = await freshBus(nats.url);
});

/** A replica of a gateway: real lanes, real time. */
async function replica(worker: string, deliverer: Deliverer) {
  const handler = createDeliveryHandler({
    deliverer,
    bus,
    connectors: { state: () => ({ state: 'ready', onUnknown: 'resend' }), onChange: () => () => {} },
    budget: createConcurrencyBudget({ perScope: 2, scopeOf: () => 'one host' }),
    allowed: () => ({ allowed: true }),
    clock: systemClock,
    log: quiet,
  });
  return runLanes({ ...deliveryLanes('http', bus), worker, handle: handler.handle }, bus);
}

const countOf = async (state: 'delivered' | 'pending') =>
  (await listDeliveries(bus, { states: [state] })).deliveries.length;

it('keeps the order of a target through retries, and lets targets that fail or hang delay no other one', async () => {
  const hanging = Promise.withResolvers<StepOutcome>();
  const failures = new Map([
    ['ordered-0', 1],
    ['ordered-2', 1],
  ]);
  const deliverer = scriptedDeliverer({
    onCall({ delivery: { output_id, target } }) {
      if (target.type === 'http' && target.url.endsWith('/hangs')) return hanging.promise;
      if (target.type === 'http' && target.url.endsWith('/dead')) return failed;
      const left = failures.get(output_id) ?? 0;
      failures.set(output_id, left - 1);
      return left > 0 ? failed : delivered;
    },
  });
  // All on one host, so in one lane and under one budget: the dead and the hanging one stand before the others.
  await queued(deliveryTo('https://a.example/hangs', 'h'), bus);
  await queued(deliveryTo('https://a.example/dead', 'd'), bus);
  for (let n = 0; n < 4; n++) await queued(deliveryTo('https://a.example/ordered', `ordered-${n}`), bus);
  for (let n = 0; n < 20; n++) await queued(deliveryTo(`https://a.example/fine/${n}`, `fine-${n}`), bus);

  const lanes = await replica('a', deliverer);
  await waitFor(async () => (await countOf('delivered')) === 24, {
    what: 'all that can be delivered',
    timeoutMs: 15_000,
  });
  const calls = deliverer.calls.map(({ delivery }) => delivery.output_id);
  const ordered = calls.filter((id) => id.startsWith('ordered'));
  expect(ordered).toEqual(['ordered-0', 'ordered-0', 'ordered-1', 'ordered-2', 'ordered-2', 'ordered-3']);
  expect(calls.filter((id) => id.startsWith('fine'))).toHaveLength(20);
  // The first wait is a second: whatever came before it did not wait for anybody's retry.
  expect(
    calls.slice(0, calls.indexOf('ordered-0', calls.indexOf('ordered-0') + 1)).filter((id) => id.startsWith('fine')),
  ).toHaveLength(20);

  hanging.resolve(delivered);
  await lanes.drain();
  expect(await countOf('delivered')).toBe(25);
  expect(await countOf('pending')).toBe(1);
});

it('hands what waits to another replica at a planned stop, while the call under way ends first', async () => {
  const answer = Promise.withResolvers<StepOutcome>();
  const first = scriptedDeliverer({
    onCall: ({ delivery }) => (delivery.output_id === 'slow' ? answer.promise : failed),
  });
  await queued(deliveryTo('https://a.example/slow', 'slow'), bus);
  await queued(deliveryTo('https://b.example/waits', 'waits'), bus);
  const leaving = await replica('a', first);
  await waitFor(() => first.calls.length >= 2, { what: 'both calls' });
  const drained = leaving.drain();
  setTimeout(() => answer.resolve(delivered), 300);
  await drained;

  const second = scriptedDeliverer({ onCall: () => delivered });
  const staying = await replica('b', second);
  await waitFor(async () => (await countOf('delivered')) === 2, { what: 'both deliveries', timeoutMs: 15_000 });
  await staying.drain();
  expect(second.calls.map(({ delivery }) => delivery.output_id)).toEqual(['waits']);
  expect(first.calls.filter(({ delivery }) => delivery.output_id === 'slow')).toHaveLength(1);
});
