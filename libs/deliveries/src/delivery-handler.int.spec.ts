import { decodeJson, type Bus } from '@trunkline/bus';
import type { ReplyHandle } from '@trunkline/events';
import { startNats, waitFor, type NatsServer } from '@trunkline/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Reconciled, StepOutcome } from './deliverer.ts';
import { getDelivery } from './list-deliveries.ts';
import { deliveryTo, scriptedDeliverer } from './testing/deliveries.ts';
import { freshBus, gateway, queued } from './testing/gateway.ts';

const delivered: StepOutcome = { outcome: 'delivered', platformId: 'p' };
const failed: StepOutcome = { outcome: 'retry', code: 'http_503', reason: 'Answered 503.', status: 503 };
const never = () => new Promise<StepOutcome>(() => {});

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

async function ledger(what: 'settlements' | 'dead'): Promise<Record<string, unknown>[]> {
  const reader = await bus.follow('LEDGER', bus.names.ledger(what, { kind: 'http', name: 'hook' }), {
    from: { seq: 1 },
  });
  const entries: Record<string, unknown>[] = [];
  if (reader.pending > 0) {
    for await (const message of reader.messages) {
      entries.push(decodeJson(message.payload) as Record<string, unknown>);
      if (entries.length === reader.pending) break;
    }
  }
  await reader.stop();
  return entries;
}

describe('a delivery', () => {
  it('is sent once however often its message comes, and its end is in the ledger once', async () => {
    const deliverer = scriptedDeliverer({ onCall: () => delivered });
    const { handle, lane } = gateway(deliverer, bus);
    const delivery = deliveryTo('https://a.example/in');
    const message = await queued(delivery, bus);
    await queued(delivery, bus);
    expect(await handle(message, lane)).toBe('done');
    expect(await handle(message, lane)).toBe('done');
    expect(deliverer.calls).toMatchObject([{ idempotencyKey: delivery.delivery_id, attempt: 1 }]);
    expect(await getDelivery(bus, delivery.delivery_id)).toMatchObject({
      state: 'delivered',
      attempts: [{ n: 1, step: 0, outcome: 'delivered', platform_message_id: 'p' }],
      steps: { 0: { done: true, platform_message_id: 'p' } },
    });
    expect(await ledger('settlements')).toMatchObject([{ delivery_id: delivery.delivery_id, state: 'delivered' }]);
  });

  it('goes on after its last finished step, under the same ids', async () => {
    const deliverer = scriptedDeliverer({
      steps: 3,
      onCall: ({ step, attempt }) => (step === 1 && attempt < 4 ? failed : { ...delivered, platformId: `p${step}` }),
    });
    const delivery = deliveryTo('https://a.example/in');
    const message = await queued(delivery, bus);
    const first = gateway(deliverer, bus);
    const handling = first.handle(message, first.lane);
    await first.until(delivery, 'pending', (record) => record.attempts.at(-1)?.outcome === 'retry');
    first.drain();
    expect(await handling).toBe('interrupted');
    const second = gateway(deliverer, bus);
    const finishing = second.handle(message, second.lane);
    await second.until(delivery, 'delivered');
    await finishing;
    const { calls } = deliverer;
    expect(calls.map(({ step }) => step)).toEqual([0, 1, 1, 1, 2]);
    expect(calls.map(({ idempotencyKey }) => idempotencyKey.slice(delivery.delivery_id.length))).toEqual([
      '',
      '.1',
      '.1',
      '.1',
      '.2',
    ]);
    expect(calls.at(-1)?.platformIds).toEqual(
      new Map([
        [0, 'p0'],
        [1, 'p1'],
      ]),
    );
  });

  it('waits as long as the platform asks, over a restart and a planned stop, without using up an attempt', async () => {
    const outcomes: StepOutcome[] = [{ ...failed, afterMs: 30_000 }, delivered];
    const deliverer = scriptedDeliverer({ onCall: () => outcomes.shift() ?? delivered });
    const delivery = deliveryTo('https://a.example/in');
    const message = await queued(delivery, bus);
    const first = gateway(deliverer, bus);
    const handling = first.handle(message, first.lane);
    const record = await first.until(delivery, 'pending', ({ next_attempt_at }) => next_attempt_at !== undefined);
    expect(record).toMatchObject({ failures: 0, attempt_count: 1 });
    first.drain();
    expect(await handling).toBe('interrupted');

    const second = gateway(deliverer, bus);
    const finishing = second.handle(message, second.lane);
    await second.until(delivery, 'delivered');
    await finishing;
    const after = await getDelivery(bus, delivery.delivery_id);
    const [one, two] = after.attempts.map(({ started_at }) => Date.parse(started_at));
    expect((two ?? 0) - (one ?? 0)).toBeGreaterThanOrEqual(30_000);
    expect(after.attempt_count).toBe(2);
  });

  it('expires when it could not be delivered in time', async () => {
    const deliverer = scriptedDeliverer({ onCall: () => failed });
    const delivery = deliveryTo('https://a.example/in', 'o', {
      expires_at: new Date(Date.now() + 10_000).toISOString(),
    });
    const { handle, lane, until } = gateway(deliverer, bus);
    const handling = handle(await queued(delivery, bus), lane);
    const record = await until(delivery, 'expired');
    await handling;
    expect(record.reason?.code).toBe('expired');
    expect(deliverer.calls.length).toBeGreaterThan(2);
    expect(await ledger('settlements')).toMatchObject([{ state: 'expired' }]);
  });

  it('is not sent when nobody knows what was sent before', async () => {
    const deliverer = scriptedDeliverer({ onCall: () => delivered });
    const delivery = deliveryTo('https://a.example/in');
    const message = await queued(delivery, bus);
    await bus.bucket('progress').delete(`delivery.${delivery.delivery_id}`);
    const { handle, lane, passing } = gateway(deliverer, bus);
    expect(await passing(handle(message, lane))).toBe('done');
    expect(deliverer.calls).toEqual([]);
    expect(await ledger('dead')).toMatchObject([{ reason: { code: 'progress_missing' } }]);
  });
});

describe('a call whose owner died', () => {
  async function died(options: { onUnknown: 'resend' | 'surface'; reconcile?: () => Promise<Reconciled> }) {
    const delivery = deliveryTo('https://a.example/in');
    const message = await queued(delivery, bus);
    const answer = Promise.withResolvers<StepOutcome>();
    const dead = gateway(scriptedDeliverer({ onCall: () => answer.promise }), bus);
    const zombie = dead.handle(message, dead.lane);
    await dead.until(delivery, 'delivering');

    const scripted = scriptedDeliverer({ onCall: () => delivered });
    const deliverer = { ...scripted, ...(options.reconcile && { reconcile: options.reconcile }) };
    const heir = gateway(deliverer, bus);
    heir.connector({ state: 'ready', onUnknown: options.onUnknown });
    expect(await heir.handle(message, heir.lane)).toBe('done');
    const record = await getDelivery(bus, delivery.delivery_id);
    answer.resolve({ outcome: 'refused', code: 'zombie', reason: 'Comes too late.' });
    await zombie;
    expect(await getDelivery(bus, delivery.delivery_id)).toEqual(record);
    return { record, calls: scripted.calls, delivery };
  }

  it('is made again with the same id where targets know repeats', async () => {
    const { record, calls, delivery } = await died({ onUnknown: 'resend' });
    expect(calls).toMatchObject([{ idempotencyKey: delivery.delivery_id, attempt: 2 }]);
    expect(record.attempts).toMatchObject([{ outcome: 'unknown', code: 'owner_died' }, { outcome: 'delivered' }]);
  });

  it('is made again, later, when it lives but cannot tell what became of it', async () => {
    const outcomes: StepOutcome[] = [{ outcome: 'unknown', code: 'connection_lost', reason: 'Lost after sending.' }];
    const deliverer = scriptedDeliverer({ onCall: () => outcomes.shift() ?? delivered });
    const { handle, lane, passing } = gateway(deliverer, bus);
    const delivery = deliveryTo('https://a.example/in');
    await passing(handle(await queued(delivery, bus), lane));
    const { attempts } = await getDelivery(bus, delivery.delivery_id);
    expect(attempts).toMatchObject([{ code: 'connection_lost' }, { outcome: 'delivered' }]);
    const [one, two] = attempts.map(({ started_at }) => Date.parse(started_at));
    expect((two ?? 0) - (one ?? 0)).toBeGreaterThanOrEqual(1_000);
    expect(new Set(deliverer.calls.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
  });

  it('is shown to people where they would see it twice', async () => {
    const { record, calls } = await died({ onUnknown: 'surface' });
    expect(calls).toEqual([]);
    expect(record).toMatchObject({ state: 'unknown', reason: { code: 'owner_died' } });
  });

  it('is finished when the platform says that it has it', async () => {
    const { record, calls } = await died({
      onUnknown: 'surface',
      reconcile: async () => ({ found: 'yes', platformId: 'p9' }),
    });
    expect(calls).toEqual([]);
    expect(record).toMatchObject({ state: 'delivered', steps: { 0: { platform_message_id: 'p9' } } });
  });

  it('is made again when the platform says that it has not', async () => {
    const { record, calls } = await died({ onUnknown: 'surface', reconcile: async () => ({ found: 'no' }) });
    expect(calls).toHaveLength(1);
    expect(record.state).toBe('delivered');
  });
});

describe('a bus that is away while the platform answers', () => {
  it('costs nothing: the answer is kept until it can be written down', async () => {
    await using own = await startNats();
    const shaky = await freshBus(own.url);
    const deliverer = scriptedDeliverer({
      async onCall() {
        await own.kill();
        return delivered;
      },
    });
    const delivery = deliveryTo('https://a.example/in');
    const { handle, lane, clock } = gateway(deliverer, shaky);
    const handling = handle(await queued(delivery, shaky), lane);
    await waitFor(() => clock.pending > 0, { what: 'a write that failed' });
    await own.restart();
    await waitFor(
      async () => (await clock.advance(250), (await getDelivery(shaky, delivery.delivery_id)).state === 'delivered'),
      {
        what: 'the outcome on the bus',
        timeoutMs: 10_000,
      },
    );
    await handling.catch(() => {});
    expect(deliverer.calls).toHaveLength(1);
    await shaky.close();
  });
});

describe('a connector', () => {
  it('whose token is refused parks what waits for it, with one call, until it changes', async () => {
    let token = 'revoked';
    const deliverer = scriptedDeliverer({
      onCall: () => (token === 'revoked' ? { outcome: 'park', code: 'token_revoked', reason: 'r' } : delivered),
    });
    const { handle, lane, connector, until } = gateway(deliverer, bus);
    const one = deliveryTo('https://a.example/in', 'o1');
    const two = deliveryTo('https://b.example/in', 'o2');
    const handlingOne = handle(await queued(one, bus), lane);
    await until(one, 'parked');
    const handlingTwo = handle(await queued(two, bus), lane);
    expect((await until(two, 'parked')).reason?.code).toBe('token_revoked');
    expect(deliverer.calls).toHaveLength(1);
    token = 'new';
    connector({ state: 'ready', onUnknown: 'resend' });
    await Promise.all([handlingOne, handlingTwo]);
    expect((await until(two, 'delivered')).attempt_count).toBe(1);
  });

  it('with several tokens parks only what needs the refused one', async () => {
    const deliverer = {
      ...scriptedDeliverer({
        onCall: ({ delivery }) =>
          delivery.output_id === 'good' ? delivered : { outcome: 'park', code: 'token_revoked', reason: 'r' },
      }),
      credentialScope: (target: ReplyHandle) => (target.type === 'http' ? new URL(target.url).host : ''),
    };
    const { handle, lane, connector, until, drain } = gateway(deliverer, bus);
    const bad = deliveryTo('https://a.example/in', 'bad');
    const alsoBad = deliveryTo('https://a.example/other', 'also-bad');
    const good = deliveryTo('https://b.example/in', 'good');
    const handling = [handle(await queued(bad, bus), lane)];
    await until(bad, 'parked');
    handling.push(handle(await queued(alsoBad, bus), lane), handle(await queued(good, bus), lane));
    await until(alsoBad, 'parked');
    await until(good, 'delivered');
    expect(deliverer.calls).toHaveLength(2);
    connector({ state: 'ready', onUnknown: 'resend' });
    await waitFor(() => deliverer.calls.length === 4, { what: 'a call for each that was parked' });
    expect((await until(bad, 'parked')).attempt_count).toBe(2);
    drain();
    await Promise.all(handling);
  });

  it('that is disabled parks them too, without a call', async () => {
    const deliverer = scriptedDeliverer({ onCall: () => delivered });
    const { handle, lane, connector, until } = gateway(deliverer, bus);
    connector({ state: 'unavailable', code: 'connector_disabled', reason: 'r' });
    const delivery = deliveryTo('https://a.example/in');
    const handling = handle(await queued(delivery, bus), lane);
    await until(delivery, 'parked');
    expect(deliverer.calls).toEqual([]);
    connector({ state: 'ready', onUnknown: 'resend' });
    await handling;
    expect(deliverer.calls).toHaveLength(1);
  });
});

describe('ownership', () => {
  it('is asked for between the note and the call: a lane that is lost there leaves nothing in doubt', async () => {
    const deliverer = scriptedDeliverer({ onCall: never });
    const { handle, lane, drain } = gateway(deliverer, bus);
    const delivery = deliveryTo('https://a.example/in');
    let asked = 0;
    const losing = {
      ...lane,
      stillOwner() {
        asked += 1;
        if (asked === 3) drain();
        return asked < 3;
      },
    };
    expect(await handle(await queued(delivery, bus), losing)).toBe('interrupted');
    expect(deliverer.calls).toEqual([]);
    const record = await getDelivery(bus, delivery.delivery_id);
    expect(record).toMatchObject({ state: 'pending', attempt_count: 0, attempts: [] });
    expect(record.in_doubt).toBeUndefined();
  });
});
