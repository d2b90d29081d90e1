import type { Bus } from '@trunkline/bus';
import { startNats, type NatsServer } from '@trunkline/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { countDeliveries } from './count-deliveries.ts';
import type { StepOutcome } from './deliverer.ts';
import { DeliveryNotFoundError } from './errors.ts';
import { getDelivery, listDeliveries } from './list-deliveries.ts';
import { replayDelivery } from './replay-delivery.ts';
import { cancelDelivery, resetTarget, resolveDelivery } from './settle-by-hand.ts';
import { targetIdOf } from './target-place.ts';
import { deliveryTo, scriptedDeliverer } from './testing/deliveries.ts';
import { freshBus, gateway, newest, queued } from './testing/gateway.ts';

const delivered: StepOutcome = { outcome: 'delivered', platformId: 'p' };
const refused: StepOutcome = { outcome: 'refused', code: 'http_400', reason: 'Answered 400.' };
const failed: StepOutcome = { outcome: 'retry', code: 'http_503', reason: 'Answered 503.' };
const now = Date.now();

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

describe('replayDelivery', () => {
  it('keeps ids and finished steps; fresh starts over with new ids', async () => {
    let broken = true;
    const deliverer = scriptedDeliverer({
      steps: 2,
      onCall: ({ step }) => (step === 1 && broken ? refused : delivered),
    });
    const { handle, lane } = gateway(deliverer, bus);
    const delivery = deliveryTo('https://a.example/in');
    await handle(await queued(delivery, bus), lane);
    expect(await getDelivery(bus, delivery.delivery_id)).toMatchObject({ state: 'dead', reason: { code: 'http_400' } });

    broken = false;
    expect(await replayDelivery(bus, delivery.delivery_id, { now })).toEqual({ status: 'queued', replay: 1 });
    expect(await replayDelivery(bus, delivery.delivery_id, { now })).toEqual({ status: 'queued', replay: 1 });
    await handle(await newest(delivery, bus), lane);
    await handle(await newest(delivery, bus), lane);
    expect((await getDelivery(bus, delivery.delivery_id)).state).toBe('delivered');

    expect(await replayDelivery(bus, delivery.delivery_id, { now, fresh: true })).toEqual({
      status: 'queued',
      replay: 2,
    });
    await handle(await newest(delivery, bus), lane);
    const id = delivery.delivery_id;
    const keys = deliverer.calls.map(({ idempotencyKey }) => idempotencyKey);
    expect(keys).toEqual([id, `${id}.1`, `${id}.1`, `${id}.r2`, `${id}.r2.1`]);
  });

  it('lets an old message of the delivery pass, so that the replay keeps its place in the queue', async () => {
    const deliverer = scriptedDeliverer({ onCall: () => delivered });
    const { handle, lane } = gateway(deliverer, bus);
    const delivery = deliveryTo('https://a.example/in');
    const old = await queued(delivery, bus);
    await cancelDelivery(bus, delivery.delivery_id, { now, reason: 'r' });
    await replayDelivery(bus, delivery.delivery_id, { now });
    await handle(await newest(delivery, bus), lane);
    await handle(old, lane);
    expect(deliverer.calls).toHaveLength(1);
  });

  it('refuses what is under way, and says so of what is no longer known', async () => {
    const delivery = deliveryTo('https://a.example/in');
    await queued(delivery, bus);
    expect(await replayDelivery(bus, delivery.delivery_id, { now })).toEqual({ status: 'refused', state: 'pending' });
    await expect(replayDelivery(bus, 'dlv_unheard-of', { now })).rejects.toThrow(DeliveryNotFoundError);
  });
});

describe('cancelDelivery', () => {
  it('ends a delivery that waits, so that its target can have the next', async () => {
    const deliverer = scriptedDeliverer({ onCall: () => failed });
    const { handle, lane, until, passing } = gateway(deliverer, bus);
    const delivery = deliveryTo('https://a.example/in');
    const handling = handle(await queued(delivery, bus), lane);
    await until(delivery, 'pending', ({ attempts }) => attempts.at(-1)?.outcome === 'retry');
    expect(await cancelDelivery(bus, delivery.delivery_id, { now, reason: 'obsolete' })).toMatchObject({
      status: 'done',
    });
    const calls = deliverer.calls.length;
    expect(await passing(handling)).toBe('done');
    expect(deliverer.calls).toHaveLength(calls);
    const record = await getDelivery(bus, delivery.delivery_id);
    expect(record).toMatchObject({ state: 'cancelled', reason: { code: 'cancelled', detail: 'obsolete' } });
  });

  it('refuses while a call is under way', async () => {
    const answer = Promise.withResolvers<StepOutcome>();
    const { handle, lane, until } = gateway(scriptedDeliverer({ onCall: () => answer.promise }), bus);
    const delivery = deliveryTo('https://a.example/in');
    const handling = handle(await queued(delivery, bus), lane);
    await until(delivery, 'delivering');
    expect(await cancelDelivery(bus, delivery.delivery_id, { now, reason: 'r' })).toEqual({
      status: 'refused',
      state: 'delivering',
    });
    answer.resolve(delivered);
    await handling;
    expect(await cancelDelivery(bus, delivery.delivery_id, { now, reason: 'r' })).toEqual({
      status: 'refused',
      state: 'delivered',
    });
  });
});

describe('resolveDelivery and resetTarget', () => {
  it('mark a dead letter as dealt with, and let a disabled target have deliveries again', async () => {
    let gone = true;
    const deliverer = scriptedDeliverer({
      onCall: () => (gone ? { outcome: 'disable_target', code: 'http_410', reason: 'Answered 410.' } : delivered),
    });
    const { handle, lane, until } = gateway(deliverer, bus);
    const first = deliveryTo('https://a.example/in', 'o1');
    const second = deliveryTo('https://a.example/in', 'o2');
    await handle(await queued(first, bus), lane);
    await handle(await queued(second, bus), lane);
    expect(deliverer.calls).toHaveLength(1);
    expect((await getDelivery(bus, second.delivery_id)).reason?.code).toBe('target_disabled');

    await resolveDelivery(bus, first.delivery_id, { now, reason: 'told them' });
    const open = await listDeliveries(bus, { states: ['dead'], unresolved: true });
    expect(open.deliveries.map(({ output_id }) => output_id)).toEqual(['o2']);

    gone = false;
    await resetTarget(bus, targetIdOf(second.target));
    await replayDelivery(bus, second.delivery_id, { now });
    // Another process hears of the reset by its watch.
    const other = gateway(deliverer, bus);
    const handling = other.handle(await newest(second, bus), other.lane);
    await until(second, 'delivered');
    await handling;
  });
});

describe('listDeliveries', () => {
  it('filters, newest first, page by page', async () => {
    for (let n = 1; n <= 7; n++) {
      const created_at = new Date(now - 60_000 + n).toISOString();
      await queued(deliveryTo(`https://${n % 2 ? 'a' : 'b'}.example/in`, `o${n}`, { created_at }), bus);
    }
    const target_id = targetIdOf(deliveryTo('https://a.example/in').target);
    const first = await listDeliveries(bus, { target_id, connector: { kind: 'http' }, limit: 3 });
    expect(first.deliveries.map(({ output_id }) => output_id)).toEqual(['o7', 'o5', 'o3']);
    const rest = await listDeliveries(bus, { target_id, limit: 3, cursor: first.next ?? '' });
    expect(rest).toMatchObject({ deliveries: [{ output_id: 'o1' }] });
    expect(rest.next).toBeUndefined();
    expect((await listDeliveries(bus, { session_id: 'ses-2' })).deliveries).toEqual([]);
  });
});

describe('countDeliveries', () => {
  it('counts what waits, since when, and what ended badly and nobody has resolved', async () => {
    expect(await countDeliveries(bus)).toEqual({ waiting: 0, parked: 0, dead: 0, expired: 0, unknown: 0 });
    const deliverer = scriptedDeliverer({ onCall: () => refused });
    const { handle, lane } = gateway(deliverer, bus);
    const deliveries = ['o1', 'o2', 'o3'].map((output, n) =>
      deliveryTo(`https://a${n}.example/in`, output, { created_at: new Date(now - 60_000 + n).toISOString() }),
    );
    for (const delivery of deliveries) await queued(delivery, bus);
    const oldest_waiting_since = new Date(now - 60_000).toISOString();
    expect(await countDeliveries(bus)).toMatchObject({ waiting: 3, oldest_waiting_since });
    const [first, second] = deliveries;
    for (const delivery of [first!, second!]) await handle(await newest(delivery, bus), lane);
    await resolveDelivery(bus, first!.delivery_id, { now, reason: 'told them' });
    const since = new Date(now - 59_998).toISOString();
    expect(await countDeliveries(bus)).toMatchObject({ waiting: 1, dead: 1, oldest_waiting_since: since });
  });
});
