import { startNats, type NatsServer } from '@trunkline/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openBus, type Bus } from './bus.ts';
import { migrateStreams } from './migrate.ts';
import { storeEvent, type EventToStore } from './store-event.ts';

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
