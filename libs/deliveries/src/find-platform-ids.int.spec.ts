import type { Bus } from '@trunkline/bus';
import { startNats, type NatsServer } from '@trunkline/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findPlatformIds } from './find-platform-ids.ts';
import { newProgressRecord, progressKey, type ProgressRecord } from './progress-record.ts';
import { deliveryTo } from './testing/deliveries.ts';
import { freshBus } from './testing/gateway.ts';

let nats: NatsServer;
let bus: Bus;

beforeAll(async () => {
  nats = await startNats();
  bus = await freshBus(nats.url);
});
afterAll(async () => {
  await bus.close();
  await nats[Symbol.asyncDispose]();
});

const steps = {
  10: { done: true, platform_message_id: 'third' },
  2: { done: true, platform_message_id: 'second' },
  0: { done: true, platform_message_id: 'first' },
  1: { done: true },
} as const;

it.each<{ record: Partial<ProgressRecord>; found: unknown; because: string }>([
  {
    record: { state: 'delivered', steps },
    found: { state: 'delivered', ids: ['first', 'second', 'third'] },
    because: 'chunks are in the order of their steps, and a step without an id has none',
  },
  {
    record: { state: 'parked', steps: { 0: steps[0] } },
    found: { state: 'open', ids: ['first'] },
    because: 'a parked delivery goes on one day',
  },
  { record: { state: 'dead' }, found: { state: 'dead', ids: [] }, because: 'it never arrived' },
])('finds $found.state: $because', async ({ record, found }) => {
  const delivery = deliveryTo('https://example.com/hook', `out-${record.state}`);
  const kept = { ...newProgressRecord(delivery, 'subject'), ...record };
  await bus.bucket('progress').put(progressKey(delivery.delivery_id), kept);
  const { session_id: sessionId, output_id: outputId, target } = delivery;
  expect(await findPlatformIds({ sessionId, outputId, target }, bus)).toEqual(found);
});

it('knows nothing of an output that went to another target only', async () => {
  const { target } = deliveryTo('https://example.com/elsewhere');
  const found = await findPlatformIds({ sessionId: 'ses-1', outputId: 'out-delivered', target }, bus);
  expect(found).toEqual({ state: 'unknown_output', ids: [] });
});
