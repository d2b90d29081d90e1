import type { Bus } from '@trunkline/bus';
import type { Inventory } from '@trunkline/inventory';
import type { Service } from '@trunkline/service';
import { startFakeSlack, startNats, type FakeSlack, type NatsServer } from '@trunkline/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSlackDeliveries } from './start-deliveries.ts';
import { deliveryOf, slackEntry } from './testing/slack-delivery.ts';
import { enqueue, freshBus, quiet, until } from './testing/slack-gateway.ts';

let nats: NatsServer;
let bus: Bus;
let slack: FakeSlack;
const stops: (() => unknown)[] = [];

beforeAll(async () => {
  nats = await startNats();
  bus = await freshBus(nats.url);
  slack = await startFakeSlack({ echo: false });
  const fields = { token: slack.install.bot_token, allowed_channel_ids: ['C0GENERAL'] };
  const entry = slackEntry(slack.apiUrl, fields);
  const inventory = { get: () => entry, onChange: () => () => {} } as unknown as Inventory;
  const service = {
    ...{ instanceId: 'w1', log: quiet, keyring: undefined },
    telemetry: { metrics: { count() {}, observe() {}, watch() {}, watchAll() {} } },
    onStop: (stop: () => unknown) => void stops.push(stop),
  } as unknown as Service;
  const assetUrls = { urlOf: () => undefined, allows: () => false };
  const status = { sawDelivery() {}, watchWaiting() {} };
  await startSlackDeliveries(service, { bus, inventory, assetUrls, status });
});
afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
  await bus.close();
  await slack[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
});

it('delivers, refers to earlier outputs by their ids, and keeps to the allowlists', { timeout: 60_000 }, async () => {
  const said = deliveryOf({ output_id: 'said', content: 'First' });
  const edited = deliveryOf({ output_id: 'edited', edit_of: 'said', content: 'Second' });
  const reacted = deliveryOf({ output_id: 'reacted', reaction: { name: 'eyes', on: 'edited' } });
  const answered = deliveryOf({ output_id: 'answered', content: 'Third', reply_to_message: 'said' });
  const elsewhere = deliveryOf({ content: 'Not here' }, { channel_id: 'C0RANDOM' });
  await enqueue([said, edited, reacted, answered, elsewhere], bus);
  await until(answered, bus, ({ state }) => state === 'delivered');
  const [first, second] = slack.messages('C0GENERAL');
  expect(first).toMatchObject({ text: 'Second', reactions: [{ name: 'eyes' }] });
  expect(second).toMatchObject({ text: 'Third', thread_ts: first?.ts });
  expect((await until(elsewhere, bus, ({ state }) => state === 'dead')).reason?.code).toBe('target_not_allowed');
  expect(slack.messages('C0RANDOM')).toEqual([]);
});
