import { startNats, type NatsServer } from '@trunkline/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openBus, type Bus } from './bus.ts';
import { BusUnavailableError } from './errors.ts';
import { migrateStreams } from './migrate.ts';
import { storeEvent, storeEvents, type EventToStore } from './store-event.ts';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
let nats: NatsServer;
let prefixes = 0;
const open: Bus[] = [];

beforeAll(async () => {
  nats = await startNats();
});
afterEach(async () => {
  for (const bus of open.splice(0)) await bus.close();
});
afterAll(() => nats[Symbol.asyncDispose]());

async function connect(prefix: string): Promise<Bus> {
  const bus = await openBus({ servers: nats.url, name: 'spec', prefix }, quiet);
  open.push(bus);
  return bus;
}

async function installation(duplicateWindowSeconds = 3_600): Promise<{ bus: Bus; prefix: string }> {
  const prefix = `e${prefixes++}`;
  const bus = await connect(prefix);
  await migrateStreams({ nc: bus.connection, names: bus.names, choices: { duplicateWindowSeconds } });
  return { bus, prefix };
}

const event = (changes: Partial<EventToStore> = {}): EventToStore => ({
  connector: { kind: 'http', name: 'webhook' },
  conversation: 'c1',
  eventId: 'order-1',
  payload: '{"n":1}',
  fingerprint: 'f1',
  ...changes,
});

const count = async (bus: Bus) => {
  const info = await bus.connection.request(`$JS.API.STREAM.INFO.${bus.names.stream('EVENTS')}`);
  return (info.json() as { state: { messages: number } }).state.messages;
};

describe('storeEvent', () => {
  it('stores one event of 50 concurrent identical posts to two gateways', async () => {
    const { bus, prefix } = await installation();
    const other = await connect(prefix);
    const outcomes = await Promise.all(Array.from({ length: 50 }, (_, n) => storeEvent(event(), n % 2 ? bus : other)));
    const statuses = outcomes.map(({ status }) => status);
    expect(statuses.filter((status) => status === 'stored')).toHaveLength(1);
    expect(statuses.filter((status) => status === 'duplicate')).toHaveLength(49);
    expect(await count(bus)).toBe(1);
  });

  it('tells a repeat from other content under the same id, and hands the original over', async () => {
    const { bus } = await installation();
    await storeEvent(event(), bus);
    expect(await storeEvent(event(), bus)).toMatchObject({ status: 'duplicate', stored: { seq: 1 } });
    const conflict = await storeEvent(event({ payload: '{"n":2}', fingerprint: 'f2' }), bus);
    expect(conflict).toMatchObject({ status: 'conflict', stored: { seq: 1 } });
    expect(await count(bus)).toBe(1);
  });

  it('knows an id outside of the duplicate window and after a restart of the server', async () => {
    const { bus } = await installation(1);
    await storeEvent(event(), bus);
    await sleep(1_500);
    expect(await storeEvent(event(), bus)).toMatchObject({ status: 'duplicate' });
    await nats.kill();
    await nats.restart();
    expect(await storeEvent(event(), bus)).toMatchObject({ status: 'duplicate' });
    expect(await storeEvent(event({ fingerprint: 'f2' }), bus)).toMatchObject({ status: 'conflict' });
  });

  it('catches an id that is sent into another conversation while the server remembers it', async () => {
    const { bus } = await installation();
    await storeEvent(event(), bus);
    expect(await storeEvent(event({ conversation: 'c2', fingerprint: 'f2' }), bus)).toMatchObject({
      status: 'conflict',
      stored: { seq: 1 },
    });
    expect(await count(bus)).toBe(1);
  });

  it('keeps connectors apart: the same id of another connector is another event', async () => {
    const { bus } = await installation();
    await storeEvent(event(), bus);
    expect(await storeEvent(event({ connector: { kind: 'http', name: 'other' } }), bus)).toMatchObject({
      status: 'stored',
    });
    expect(await storeEvent(event({ connector: { kind: 'slack', name: 'webhook' } }), bus)).toMatchObject({
      status: 'stored',
    });
  });
});

describe('many events at once', () => {
  it('are stored each for itself, in their order', async () => {
    const { bus } = await installation();
    const numbered = (n: number) => event({ eventId: `e${n}`, conversation: `c${n}`, fingerprint: `f${n}` });
    await storeEvent(numbered(1), bus);
    await storeEvent({ ...numbered(3), fingerprint: 'other' }, bus);
    const stored = await storeEvents([1, 2, 3, 4].map(numbered), bus);
    expect(stored).toMatchObject([
      { status: 'duplicate', stored: { seq: 1 } },
      { status: 'stored', seq: 3 },
      { status: 'conflict', stored: { seq: 2 } },
      { status: 'stored', seq: 4 },
    ]);
    expect(await storeEvents([], bus)).toEqual([]);
    expect(await count(bus)).toBe(4);
  });

  it('are one event under one id', async () => {
    const { bus } = await installation();
    const all = await storeEvents([event(), event({ conversation: 'c2' }), event({ fingerprint: 'f2' })], bus);
    expect(all.map((one) => ('status' in one ? one.status : one.code)).sort()).toEqual([
      'conflict',
      'duplicate',
      'stored',
    ]);
    expect(await count(bus)).toBe(1);
  });

  it('are each uncertain when the bus does not answer', async () => {
    const { bus } = await installation();
    await nats.kill();
    const lost = await storeEvents([event(), event({ eventId: 'order-2' })], bus);
    await nats.restart();
    expect(lost).toEqual([expect.any(BusUnavailableError), expect.any(BusUnavailableError)]);
    expect(await storeEvents([event()], bus)).toMatchObject([{ status: 'stored' }]);
  });
});
