import { startNats, waitFor, type NatsServer } from '@trunkline/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Bucket } from './bucket.ts';
import { openBus, type Bus } from './bus.ts';
import { migrateStreams } from './migrate.ts';
import { rememberReads } from './remember-reads.ts';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
let nats: NatsServer;
let bus: Bus;
let other: Bus;
let prefixes = 0;

beforeAll(async () => {
  nats = await startNats();
});
afterAll(() => nats[Symbol.asyncDispose]());
beforeEach(async () => {
  const options = { servers: nats.url, name: 'spec', prefix: `m${prefixes++}` };
  bus = await openBus(options, quiet);
  other = await openBus(options, quiet);
  await migrateStreams({ nc: bus.connection, names: bus.names });
  return async () => {
    await bus.close();
    await other.close();
  };
});

/** The bucket with its reads counted. */
function counted(bucket: Bucket<number>) {
  const reads: string[] = [];
  const get = (key: string) => {
    reads.push(key);
    return bucket.get(key);
  };
  return { reads, bucket: { ...bucket, get } };
}

/** Resolves when reads are remembered: until its tail is open they are not. */
async function warm(get: () => Promise<unknown>, reads: string[]): Promise<void> {
  await waitFor(
    async () => {
      const before = reads.length;
      await get();
      await get();
      return reads.length - before < 2;
    },
    { what: 'reads to be remembered' },
  );
}

describe('rememberReads', () => {
  it('asks the bus once, until somebody else writes the key', async () => {
    const { reads, bucket } = counted(bus.bucket<number>('sessions'));
    const remembered = rememberReads(bucket, { max: 10 });
    await other.bucket<number>('sessions').put('k', 1);
    await warm(() => remembered.get('k'), reads);
    const before = reads.length;
    expect((await remembered.get('k'))?.value).toBe(1);
    expect(reads.length).toBe(before);

    await other.bucket<number>('sessions').put('k', 2);
    await waitFor(async () => (await remembered.get('k'))?.value === 2, { what: 'the new value' });
    await other.bucket<number>('sessions').delete('k');
    await waitFor(async () => (await remembered.get('k')) === undefined, { what: 'the deletion' });
    remembered.stop();
  });

  it('remembers what it wrote itself, and refuses a write on what is no longer so', async () => {
    const { reads, bucket } = counted(bus.bucket<number>('sessions'));
    const remembered = rememberReads(bucket, { max: 10 });
    await other.bucket<number>('sessions').put('warm', 0);
    await warm(() => remembered.get('warm'), reads);
    const revision = await remembered.create('k', 1);
    const before = reads.length;
    expect(await remembered.get('k')).toMatchObject({ value: 1, revision });
    expect(reads.length).toBe(before);

    const foreign = await other.bucket<number>('sessions').put('k', 2);
    expect(await remembered.update('k', 3, revision ?? 0)).toBeUndefined();
    expect(await remembered.get('k')).toMatchObject({ value: 2, revision: foreign });
    remembered.stop();
  });

  it('does not keep an answer that is older than a write it has heard of', async () => {
    const plain = bus.bucket<number>('sessions');
    const { reads, bucket } = counted(plain);
    const held = Promise.withResolvers<void>();
    const slow = async (key: string) => {
      const entry = await bucket.get(key);
      if (key === 'slow') await held.promise;
      return entry;
    };
    const remembered = rememberReads({ ...bucket, get: slow }, { max: 10 });
    await plain.put('k', 1);
    await warm(() => remembered.get('k'), reads);

    await plain.put('slow', 1);
    const late = remembered.get('slow');
    await waitFor(() => reads.includes('slow'), { what: 'the read to begin' });
    await plain.put('slow', 2);
    await plain.put('k', 2);
    // Writes are heard of in their order: when this one was, so was the one before.
    await waitFor(async () => (await remembered.get('k'))?.value === 2, { what: 'the write to be heard of' });
    held.resolve();
    await late;
    expect((await remembered.get('slow'))?.value).toBe(2);
    remembered.stop();
  });

  it('forgets everything with the connection, and remembers again after it', async () => {
    await using own = await startNats();
    const on = await openBus({ servers: own.url, name: 'spec' }, quiet);
    await migrateStreams({ nc: on.connection, names: on.names });
    const { reads, bucket } = counted(on.bucket<number>('sessions'));
    const remembered = rememberReads(bucket, { max: 10 });
    await on.bucket<number>('sessions').put('k', 1);
    await warm(() => remembered.get('k'), reads);
    await own.kill();
    await waitFor(() => on.state() === 'reconnecting', { what: 'the loss to be noticed' });
    await own.restart();
    const before = reads.length;
    await waitFor(async () => (await remembered.get('k').catch(() => undefined))?.value === 1, {
      what: 'the bus',
      timeoutMs: 15_000,
    });
    expect(reads.length).toBeGreaterThan(before);
    await warm(() => remembered.get('k'), reads);
    remembered.stop();
    await on.close();
  });
});
