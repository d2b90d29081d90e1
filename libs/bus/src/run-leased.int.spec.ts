import { startNats, waitFor, type NatsServer } from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBus, type Bus } from './bus.ts';
import { leasedRecord } from './leased-record.ts';
import { migrateStreams } from './migrate.ts';
import { runLeased, type LeasedOptions, type PlatformLease } from './run-leased.ts';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const nine = Array.from({ length: 9 }, (_, n) => `bot-${n}`);
let nats: NatsServer;
let prefixes = 0;

beforeAll(async () => {
  nats = await startNats();
});
afterAll(() => nats[Symbol.asyncDispose]());

/** An installation of its own, with what happened in it: "a+bot-1" began, "a-bot-1" ended. */
async function installation() {
  const prefix = `l${prefixes++}`;
  const buses: Bus[] = [];
  const open = async () => {
    const bus = await openBus({ servers: nats.url, name: 'spec', prefix, ackTimeoutMs: 1_000 }, quiet);
    buses.push(bus);
    return bus;
  };
  const first = await open();
  await migrateStreams({ nc: first.connection, names: first.names });
  const log: string[] = [];
  const leases: Record<string, PlatformLease[]> = {};

  /** Runs until told to end, as a poller does. */
  async function replica(worker: string, options: { bus?: Bus; run?: LeasedOptions['run'] } = {}) {
    async function run(name: string, lease: PlatformLease): Promise<void> {
      log.push(`${worker}+${name}`);
      (leases[name] ??= []).push(lease);
      await (options.run?.(name, lease) ?? over(lease));
      log.push(`${worker}-${name}`);
    }
    return runLeased({ group: 'polls', worker, run }, options.bus ?? (await open()));
  }
  async function close(): Promise<void> {
    await Promise.all(buses.map((bus) => bus.close()));
  }
  return { log, leases, open, replica, [Symbol.asyncDispose]: close };
}

async function over({ lost, draining }: PlatformLease): Promise<void> {
  const either = AbortSignal.any([lost, draining]);
  if (!either.aborted) await new Promise((resolve) => either.addEventListener('abort', resolve));
}

/** The bus of a process that cannot renew: its writes of leases hang, everything else works. */
function pausable(bus: Bus) {
  let blocked = false;
  const hang = new Promise<never>(() => {});
  const paused: Bus = {
    ...bus,
    bucket<T>(name: Parameters<Bus['bucket']>[0]) {
      const bucket = bus.bucket<T>(name);
      if (name !== 'platform_leases') return bucket;
      return { ...bucket, put: (key: string, value: T) => (blocked ? hang : bucket.put(key, value)) };
    },
  };
  return { bus: paused, block: () => void (blocked = true) };
}

const sizes = (replicas: { owned(): string[] }[]) =>
  replicas
    .map((each) => each.owned().length)
    .toSorted((a, b) => a - b)
    .join();

describe.concurrent('runLeased', () => {
  it(
    'spreads nine names over three replicas, and hands them over at once when one stops',
    { timeout: 30_000 },
    async () => {
      await using place = await installation();
      const replicas = [await place.replica('a')];
      replicas[0]?.want(nine);
      await waitFor(() => sizes(replicas) === '9', { what: 'all with one', timeoutMs: 8_000 });
      replicas.push(await place.replica('b'), await place.replica('c'));
      for (const each of replicas) each.want(nine);
      await waitFor(() => sizes(replicas) === '3,3,3', { what: 'three each', timeoutMs: 10_000 });
      await replicas.pop()?.drain();
      await waitFor(() => sizes(replicas) === '4,5', { what: 'the rest taken over', timeoutMs: 5_000 });
      const running = new Set<string>();
      for (const entry of place.log) {
        const name = entry.slice(2);
        expect(running.has(name), `${entry} in ${place.log.join(' ')}`).toBe(entry[1] === '-');
        if (entry[1] === '+') running.add(name);
        else running.delete(name);
      }
      await Promise.all(replicas.map((each) => each.drain()));
    },
  );

  it('hands a name over while other work of the stopping replica still ends', { timeout: 30_000 }, async () => {
    await using place = await installation();
    const slow = Promise.withResolvers<void>();
    const run: LeasedOptions['run'] = (name, lease) => (name === 'slow' ? slow.promise : over(lease));
    const a = await place.replica('a', { run });
    a.want(['slow', 'quick']);
    await waitFor(() => a.owned().length === 2, { what: 'both', timeoutMs: 8_000 });
    const b = await place.replica('b');
    const stopping = a.drain();
    b.want(['slow', 'quick']);
    await waitFor(() => b.owned().includes('quick'), { what: 'the quick one', timeoutMs: 8_000 });
    expect(a.owned()).toEqual(['slow']);
    slow.resolve();
    await stopping;
    await waitFor(() => b.owned().includes('slow'), { what: 'the slow one', timeoutMs: 5_000 });
    await b.drain();
  });

  it('follows names that come and go, also one that only one of two replicas knows', { timeout: 30_000 }, async () => {
    await using place = await installation();
    const a = await place.replica('a');
    const b = await place.replica('b');
    a.want(['1', '2']);
    b.want(['1', '2']);
    await waitFor(() => sizes([a, b]) === '1,1', { what: 'one each', timeoutMs: 8_000 });
    a.want(['2', '3', '4']);
    b.want(['2']);
    const all = () => [...a.owned(), ...b.owned()].toSorted().join();
    await waitFor(() => all() === '2,3,4', { what: 'the new names run, the old one does not', timeoutMs: 15_000 });
    b.want(['2', '3', '4']);
    await waitFor(() => sizes([a, b]) === '1,2' && all() === '2,3,4', { what: 'an even spread', timeoutMs: 8_000 });
    await Promise.all([a.drain(), b.drain()]);
  });

  it(
    'lets an owner that cannot renew stop before another begins, and refuses what it writes late',
    { timeout: 40_000 },
    async () => {
      await using place = await installation();
      const { bus, block } = pausable(await place.open());
      const a = await place.replica('a', { bus });
      a.want(['bot']);
      const [old] = await waitFor(() => place.leases['bot'], { what: 'the first owner', timeoutMs: 8_000 });
      const mine = leasedRecord<number>({ kind: 'polls', name: 'bot' }, old ?? { epoch: 0 }, bus);
      expect(await mine.load()).toEqual({ value: undefined });
      expect(await mine.save(41)).toBe(true);

      const b = await place.replica('b');
      b.want(['bot']);
      block();
      const left: number[] = [];
      const looking = setInterval(() => {
        left.push(old?.remainingMs() ?? -1);
        if (left.at(-1) === 0) expect(old?.stillOwner()).toBe(false);
      }, 20);
      await waitFor(() => place.log.includes('b+bot'), { what: 'the takeover', timeoutMs: 20_000 });
      clearInterval(looking);
      expect(place.log).toEqual(['a+bot', 'a-bot', 'b+bot']);
      expect(Math.max(...left)).toBeLessThanOrEqual(8_000);
      expect(Math.max(...left)).toBeGreaterThan(4_000);
      expect(left.at(-1)).toBe(0);
      expect(old?.stillOwner()).toBe(false);
      const [, heir] = place.leases['bot'] ?? [];
      expect(heir?.epoch).toBeGreaterThan(old?.epoch ?? Infinity);
      const theirs = leasedRecord<number>({ kind: 'polls', name: 'bot' }, heir ?? { epoch: 0 }, bus);
      expect(await theirs.load()).toEqual({ value: 41 });
      expect(await mine.save(42)).toBe(false);
      expect(await mine.load()).toBeUndefined();
      expect(await theirs.save(43)).toBe(true);
      expect(await leasedRecord({ kind: 'polls', name: 'bot' }, heir ?? { epoch: 0 }, bus).load()).toEqual({
        value: 43,
      });
      await b.drain();
    },
  );

  it('takes over from a replica that died', { timeout: 40_000 }, async () => {
    await using place = await installation();
    const mortal = await place.open();
    const a = await place.replica('a', { bus: mortal });
    a.want(['1', '2']);
    await waitFor(() => a.owned().length === 2, { what: 'both', timeoutMs: 8_000 });
    await mortal.connection.close();
    const b = await place.replica('b');
    b.want(['1', '2']);
    await waitFor(() => b.owned().length === 2, { what: 'the takeover', timeoutMs: 20_000 });
    for (const [first, second] of Object.values(place.leases)) {
      expect(second?.epoch).toBeGreaterThan(first?.epoch ?? Infinity);
    }
    await b.drain();
    await a.drain();
  });

  it('starts work again that throws or returns, under the same lease', { timeout: 30_000 }, async () => {
    await using place = await installation();
    const a = await place.replica('a', { run: async () => Promise.reject(new Error('the platform hung up')) });
    a.want(['bot']);
    await waitFor(() => place.log.length >= 2, { what: 'a second try', timeoutMs: 10_000 });
    expect(new Set(place.leases['bot']).size).toBe(1);
    await a.drain();
    expect(a.owned()).toEqual([]);
  });
});

describe('leasedRecord', () => {
  it('adopts a write of its own whose acknowledgement was lost', async () => {
    await using place = await installation();
    const bus = await place.open();
    const record = leasedRecord<string>({ kind: 'k', name: 'k' }, { epoch: 7 }, bus);
    await record.save('one');
    // What a lost acknowledgement looks like: the bus has moved on, this object has not.
    await leasedRecord<string>({ kind: 'k', name: 'k' }, { epoch: 7 }, bus).save('two');
    expect(await record.save('three')).toBe(true);
    expect(await leasedRecord({ kind: 'k', name: 'k' }, { epoch: 8 }, bus).load()).toEqual({ value: 'three' });
    expect(await record.save('four')).toBe(false);
  });
});
