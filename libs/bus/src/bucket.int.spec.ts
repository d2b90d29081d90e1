import { startNats, waitFor, type NatsServer } from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bucket } from './bucket.ts';
import { openBus, type Bus } from './bus.ts';
import { BusNotReadyError } from './errors.ts';
import { incarnationOf } from './run-lanes.ts';
import { inspectStreams, migrateStreams, requireStreams } from './migrate.ts';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
let nats: NatsServer;
let bus: Bus;
let bucket: Bucket<{ n: number }>;

beforeAll(async () => {
  nats = await startNats();
  bus = await openBus({ servers: nats.url, name: 'spec' }, quiet);
  await migrateStreams({ nc: bus.connection, names: bus.names });
  bucket = bus.bucket('state');
});
afterAll(async () => {
  await bus.close();
  await nats[Symbol.asyncDispose]();
});

describe('bucket', () => {
  it('lets exactly one of many creators win, also on a key that was deleted before', async () => {
    for (const round of [1, 2]) {
      const wins = await Promise.all(Array.from({ length: 30 }, (_, n) => bucket.create('race', { n })));
      expect(
        wins.filter((revision) => revision !== undefined),
        `round ${round}`,
      ).toHaveLength(1);
      expect(await bucket.delete('race')).toBe(true);
    }
  });

  it('refuses a write that is based on a stale read', async () => {
    const first = (await bucket.create('stale', { n: 1 })) ?? 0;
    expect(await bucket.update('stale', { n: 2 }, first)).toBeGreaterThan(first);
    expect(await bucket.update('stale', { n: 3 }, first)).toBeUndefined();
    expect(await bucket.delete('stale', first)).toBe(false);
    expect((await bucket.get('stale'))?.value).toEqual({ n: 2 });
  });

  it('forgets a value after its time', async () => {
    await bucket.put('brief', { n: 1 }, { ttlMs: 1_000 });
    expect((await bucket.get('brief'))?.value).toEqual({ n: 1 });
    await waitFor(async () => (await bucket.get('brief')) === undefined, { what: 'the value to go', timeoutMs: 5_000 });
  });

  it('shows a watcher what is there and then each change, through a restart of the server', async () => {
    await bucket.put('w.one', { n: 1 });
    const seen = new Map<string, number | undefined>();
    const watch = await bucket.watch('w.*', ({ key, value }) => seen.set(key, value?.n));
    expect(seen).toEqual(new Map([['w.one', 1]]));
    await bucket.put('w.two', { n: 2 });
    await bucket.put('x.other', { n: 9 });
    await waitFor(() => seen.get('w.two') === 2, { what: 'the change' });
    await nats.kill();
    await nats.restart();
    await bucket.put('w.three', { n: 3 });
    await bucket.delete('w.one');
    await waitFor(() => seen.get('w.three') === 3 && seen.get('w.one') === undefined, {
      what: 'changes after the restart',
      timeoutMs: 10_000,
    });
    expect(seen.has('x.other')).toBe(false);
    watch.stop();
  });

  it('answers what was asked while the server restarts: a new watch, a reader and the age of a stream', async () => {
    await nats.kill();
    const asked = Promise.all([
      bus.bucket('grants').watch('>', () => {}),
      bus.follow('EVENTS', bus.names.allEvents, { from: 'new' }),
      incarnationOf('TURNS', bus),
    ]);
    await nats.restart();
    const [watch, reader, created] = await asked;
    expect(Date.parse(created)).toBeGreaterThan(0);
    watch.stop();
    await reader.stop();
  });

  it('lists the values that match', async () => {
    for (let n = 0; n < 300; n++) await bucket.put(`list.${n}`, { n });
    await bucket.delete('list.7');
    const found: number[] = [];
    for await (const { value } of bucket.entries('list.*')) found.push(value.n);
    expect(found).toHaveLength(299);
    for await (const entry of bucket.entries('nothing.*')) expect(entry).toBeUndefined();
  });

  it('reads few values that match at once, and many too', async () => {
    expect(await bucket.few('few.*')).toEqual([]);
    for (const n of [1, 2, 3]) await bucket.put(`few.${n}`, { n });
    await bucket.delete('few.2');
    const found = await bucket.few('few.*');
    expect(found.map(({ key, value }) => [key, value.n]).toSorted()).toEqual([
      ['few.1', 1],
      ['few.3', 3],
    ]);
    expect(
      await bucket.update('few.3', { n: 4 }, found.find(({ key }) => key === 'few.3')?.revision ?? 0),
    ).toBeDefined();
    await Promise.all(Array.from({ length: 1_500 }, (_, n) => bucket.put(`many.${n}`, { n })));
    expect(await bucket.few('many.*')).toHaveLength(1_500);
  });

  it('forgets the marker of a deleted key after its time', async () => {
    await bucket.put('gone', { n: 1 });
    await bucket.delete('gone', undefined, { ttlMs: 1_000 });
    const marker = () => bus.read('state', { newestOf: bus.names.keys('state', 'gone') });
    expect(await marker()).toBeDefined();
    await waitFor(async () => (await marker()) === undefined, { what: 'the marker to go', timeoutMs: 5_000 });
    expect(await bucket.create('gone', { n: 2 })).toBeDefined();
  });
});

describe('migrateStreams', () => {
  it('changes nothing the second time, and mends what was changed or deleted', async () => {
    expect(await migrateStreams({ nc: bus.connection, names: bus.names })).toEqual([]);
    await bus.connection.request(`$JS.API.STREAM.DELETE.${bus.names.stream('LEDGER')}`);
    await expect(requireStreams({ nc: bus.connection, names: bus.names })).rejects.toThrow(BusNotReadyError);
    expect(await migrateStreams({ nc: bus.connection, names: bus.names })).toMatchObject([
      { stream: bus.names.stream('LEDGER'), state: 'missing' },
    ]);
    const findings = await inspectStreams({ nc: bus.connection, names: bus.names });
    expect(findings.filter(({ state }) => state !== 'ok')).toEqual([]);
    await requireStreams({ nc: bus.connection, names: bus.names });
  });
});
