import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  decodeJson,
  listenForReceipts,
  migrateStreams,
  openBus,
  writeReceipt,
  type Bus,
  type ReceiptListener,
} from '@trunkline/bus';
import type { Receipt, TrunklineEvent } from '@trunkline/events';
import { startNats, waitFor, type NatsServer } from '@trunkline/testing';
import { createEmitter, type EmitRequest, type Emitter } from './emitter.ts';
import { findReceipt } from './find-receipt.ts';
import { createRateLimit } from './rate-limit.ts';
import { createTokenBank } from './token-bank.ts';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const connector = { kind: 'http' as const, name: 'crm' };

let nats: NatsServer;
let bus: Bus;
let receipts: ReceiptListener;
let emitter: Emitter;
let prefixes = 0;

beforeAll(async () => {
  nats = await startNats();
});
afterAll(() => nats[Symbol.asyncDispose]());
beforeEach(async () => {
  bus = await openBus({ servers: nats.url, name: 'spec', prefix: `e${prefixes++}`, ackTimeoutMs: 500 }, quiet);
  await migrateStreams({ nc: bus.connection, names: bus.names });
  receipts = listenForReceipts({ kind: 'http', instance: randomUUID() }, bus);
  const bank = createTokenBank(bus.bucket('targets'), { now: Date.now, random: Math.random });
  emitter = createEmitter({ bus, receipts, rateLimit: createRateLimit({ bank, now: Date.now }), now: Date.now });
});
afterEach(async () => {
  for (const stop of routers.splice(0)) await stop();
  await bus.close();
});

function eventOf(id: string, conversation = 'c'): TrunklineEvent {
  return {
    specversion: '1.0',
    id,
    source: '/connectors/http/crm',
    type: 'trunkline.message.created',
    subject: conversation,
    time: '2026-01-01T00:00:00Z',
    datacontenttype: 'application/json',
    dataschema: 'urn:trunkline:event:1.0',
    connector: 'http/crm',
    platform: 'http',
    partitionkey: conversation,
    data: {
      connector,
      platform: 'http',
      actor: { id: 'ana' },
      conversation: { key: conversation, kind: 'none', path: [] },
      content: { text: 'hello' },
      binding_keys: [],
      reply_targets: [],
      session: { policy: { create_if_missing: true, capability_scope: {}, credential_scope: {} } },
      metadata: {},
    },
  };
}

const requestOf = (id: string, more: Partial<EmitRequest> = {}): EmitRequest => ({
  event: eventOf(id),
  fingerprint: 'f1',
  idempotent: true,
  waitMs: 0,
  ...more,
});

/** Ends what `route` began: nothing is written to a bus that closes. */
const routers: (() => Promise<void>)[] = [];

/** A router that answers at once, for events that name who waits. */
async function route(answer: (event: TrunklineEvent, seq: number) => Receipt): Promise<void> {
  const reader = await bus.follow('EVENTS', bus.names.allEvents, { from: { seq: 1 } });
  const routing = (async () => {
    for await (const message of reader.messages) {
      const event = decodeJson(message.payload) as TrunklineEvent;
      const replyInstance = message.headers['Tl-Reply-Instance'];
      const receipt = answer(event, message.seq);
      await writeReceipt({ connector, eventId: event.id, receipt, ...(replyInstance && { replyInstance }) }, bus);
    }
  })();
  routers.push(async () => {
    await reader.stop();
    await routing;
  });
}

const acceptAll = (event: TrunklineEvent, seq: number): Receipt => ({
  event_id: event.id,
  status: 'accepted',
  session_id: 's',
  turn_id: `trn_${event.id}`,
  seq,
});

describe('emit', () => {
  it('waits for the routing receipt, and does not when told so', async () => {
    await route(acceptAll);
    expect(await emitter.emit(requestOf('1', { waitMs: 5000 }))).toMatchObject({
      outcome: 'routed',
      receipt: { turn_id: 'trn_1' },
    });
    expect(await emitter.emit(requestOf('2'))).toEqual({ outcome: 'stored' });
  });

  it('says stored when no receipt comes in time', async () => {
    expect(await emitter.emit(requestOf('1', { waitMs: 50 }))).toEqual({ outcome: 'stored' });
  });

  it('measures how long storing took, without the time that it waited for a receipt', async () => {
    await route(acceptAll);
    let time = 0;
    const seen: { outcome: string; ms: number }[] = [];
    const slow: ReceiptListener = {
      ...receipts,
      expect(of) {
        const expected = receipts.expect(of);
        return {
          ...expected,
          async within(ms) {
            const receipt = await expected.within(ms);
            time += 1_000;
            return receipt;
          },
        };
      },
    };
    const observe = ({ outcome, ms }: { outcome: { outcome: string }; ms: number }) =>
      void seen.push({ outcome: outcome.outcome, ms });
    const measured = createEmitter({ bus, receipts: slow, now: () => time, observe });
    await measured.emit(requestOf('1', { waitMs: 5_000 }));
    await measured.emitAll([requestOf('2', { waitMs: 5_000, event: eventOf('2', 'd') })]);
    expect(time).toBe(2_000);
    expect(seen).toEqual([
      { outcome: 'routed', ms: 0 },
      { outcome: 'routed', ms: 0 },
    ]);
  });

  it('gives a repeat the original ids, and a different event under the same id a conflict', async () => {
    await route(acceptAll);
    await emitter.emit(requestOf('1', { waitMs: 5000 }));
    expect(await emitter.emit(requestOf('1'))).toMatchObject({ outcome: 'duplicate', receipt: { turn_id: 'trn_1' } });
    expect(await emitter.emit(requestOf('1', { fingerprint: 'f2' }))).toMatchObject({
      outcome: 'conflict',
      receipt: { session_id: 's' },
    });
    const elsewhere = requestOf('1', { event: eventOf('1', 'another conversation'), fingerprint: 'f2' });
    expect(await emitter.emit(elsewhere)).toMatchObject({ outcome: 'conflict' });
  });

  it('says why an event was rejected, also to whoever sends it again', async () => {
    await route((event, seq) => ({
      event_id: event.id,
      status: 'rejected',
      code: 'session_missing',
      reason: 'No such session.',
      seq,
    }));
    expect(await emitter.emit(requestOf('1', { waitMs: 5000 }))).toMatchObject({
      outcome: 'rejected',
      repeated: false,
    });
    expect(await emitter.emit(requestOf('1', { waitMs: 5000 }))).toMatchObject({ outcome: 'rejected', repeated: true });
  });

  it('stores one event of 50 concurrent equal ones', async () => {
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => emitter.emit(requestOf('1'))));
    expect(outcomes.filter(({ outcome }) => outcome === 'stored')).toHaveLength(1);
    expect(outcomes.filter(({ outcome }) => outcome === 'duplicate')).toHaveLength(49);
  });

  it('says that the bus is unavailable while it is, and works again afterwards', async () => {
    await nats.pause();
    expect(await emitter.emit(requestOf('1', { waitMs: 5000 }))).toMatchObject({ outcome: 'bus_unavailable' });
    nats.resume();
    const again = await waitFor(
      async () => {
        const outcome = await emitter.emit(requestOf('1'));
        return outcome.outcome === 'bus_unavailable' ? undefined : outcome;
      },
      { what: 'the bus to answer again' },
    );
    // Whether the first try arrived is not known to anybody; that it is stored once is.
    expect(['stored', 'duplicate']).toContain(again.outcome);
  });
});

describe('emit with a rate limit', () => {
  const limited = (id: string, more: Partial<EmitRequest> = {}) =>
    requestOf(id, { limit: { key: 'http/crm', rate: 2 }, ...more });

  it('lets repeats pass an empty bucket, and turns new events away', async () => {
    expect(await emitter.emit(limited('1'))).toEqual({ outcome: 'stored' });
    expect(await emitter.emit(limited('2'))).toEqual({ outcome: 'stored' });
    expect(await emitter.emit(limited('3'))).toMatchObject({ outcome: 'rate_limited' });
    expect(await emitter.emit(limited('1'))).toMatchObject({ outcome: 'duplicate' });
    expect(await emitter.emit(limited('2', { fingerprint: 'f2' }))).toMatchObject({ outcome: 'conflict' });
    expect(await findReceipt({ connector, eventId: '3' }, bus)).toBeUndefined();
  });

  it('takes no token for a repeat', async () => {
    await emitter.emit(limited('1'));
    for (let n = 0; n < 5; n++) await emitter.emit(limited('1'));
    expect(await emitter.emit(limited('2'))).toEqual({ outcome: 'stored' });
  });
});

describe('emit many at once', () => {
  const limit = { key: 'http/crm', rate: 3 };
  const of = (id: string, more: Partial<EmitRequest> = {}): EmitRequest => ({
    ...requestOf(id, { limit, ...more }),
    event: eventOf(id, `c${id}`),
  });

  it('gives each what it would get by itself, in their order', async () => {
    await emitter.emit(of('1'));
    const some = [of('1'), of('2'), of('1', { fingerprint: 'f2' }), of('3')];
    expect((await emitter.emitAll(some)).map(({ outcome }) => outcome)).toEqual([
      ...['duplicate', 'stored', 'conflict'],
      'rate_limited',
    ]);
    expect(await findReceipt({ connector, eventId: '3' }, bus)).toBeUndefined();
  });

  it('takes no token for repeats', async () => {
    await emitter.emitAll([of('1')]);
    for (let n = 0; n < 5; n++) await emitter.emitAll([of('1')]);
    expect(await emitter.emitAll([of('2'), of('3')])).toEqual([{ outcome: 'stored' }, { outcome: 'stored' }]);
  });

  it('waits for the receipts of all of them, and for none that does not come', async () => {
    await route((event, seq) =>
      event.id === '2'
        ? { event_id: '2', status: 'rejected', code: 'session_missing', reason: 'none', seq }
        : acceptAll(event, seq),
    );
    const waiting = ['1', '2'].map((id) => of(id, { waitMs: 5000 }));
    expect(await emitter.emitAll([...waiting, of('3')])).toMatchObject([
      { outcome: 'routed', receipt: { turn_id: 'trn_1' } },
      { outcome: 'rejected', repeated: false },
      { outcome: 'stored' },
    ]);
  });

  it('says of each that it may come again when the bus does not answer', async () => {
    await nats.pause();
    const lost = await emitter.emitAll([requestOf('1'), requestOf('2')]);
    nats.resume();
    expect(lost).toMatchObject([{ outcome: 'bus_unavailable' }, { outcome: 'bus_unavailable' }]);
    const isThere = ({ outcome }: { outcome: string }) => outcome === 'stored' || outcome === 'duplicate';
    const again = async () => (await emitter.emitAll([requestOf('1'), requestOf('2')])).every(isThere);
    await waitFor(again, { what: 'the bus to answer again' });
  });
});

it('finds a receipt, or that the event waits for one, or nothing', async () => {
  await emitter.emit(requestOf('e.1 *'));
  const of = { connector, eventId: 'e.1 *' };
  expect(await findReceipt(of, bus)).toBe('not_routed_yet');
  expect(await findReceipt({ ...of, eventId: 'other' }, bus)).toBeUndefined();
  expect(await findReceipt({ ...of, connector: { kind: 'http', name: 'other' } }, bus)).toBeUndefined();
  await writeReceipt({ ...of, receipt: acceptAll(eventOf('e.1 *'), 1) }, bus);
  expect(await findReceipt(of, bus)).toMatchObject({ status: 'accepted' });
});
