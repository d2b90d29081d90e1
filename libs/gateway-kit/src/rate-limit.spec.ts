import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BusUnavailableError } from '@trunkline/bus';
import { createRateLimit, type RateLimit } from './rate-limit.ts';
import { createTokenBank, type AccountState } from './token-bank.ts';

const key = 'http/crm';

/** The compare-and-set of a bucket, in memory. That the real one keeps the same promises is the int spec's matter. */
function memoryBucket() {
  const entries = new Map<string, { value: AccountState; revision: number }>();
  let calls = 0;
  let broken = false;
  async function call<T>(act: () => T): Promise<T> {
    calls++;
    await Promise.resolve();
    if (broken) throw new BusUnavailableError('Storing', undefined);
    return act();
  }
  const write = (name: string, value: AccountState, expected: number) => {
    if ((entries.get(name)?.revision ?? 0) !== expected) return undefined;
    entries.set(name, { value, revision: expected + 1 });
    return expected + 1;
  };
  return {
    get: (name: string) =>
      call(() => {
        const entry = entries.get(name);
        return entry && { key: name, createdAt: new Date(0), ...entry };
      }),
    create: (name: string, value: AccountState) => call(() => write(name, value, 0)),
    update: (name: string, value: AccountState, revision: number) => call(() => write(name, value, revision)),
    calls: () => calls,
    break: (on: boolean) => void (broken = on),
  };
}

/** Replicas with one clock, apart by `skewsMs`, that share a bucket. */
function world(skewsMs: readonly number[]) {
  let at = 1_000_000;
  const bucket = memoryBucket();
  const replicas = skewsMs.map((skew) => {
    const now = () => at + skew;
    return createRateLimit({ bank: createTokenBank(bucket, { now, random: () => 0 }), now });
  });
  const admitted: number[] = [];
  return {
    bucket,
    replicas,
    /** When each event was admitted. */
    admitted,
    pass: (ms: number) => void (at += ms),
    async offer(replica: RateLimit, rate: number, count: number) {
      const takes = await Promise.all(Array.from({ length: count }, () => replica.take(key, rate)));
      const passed = takes.filter((take) => take.ok).length;
      for (let n = 0; n < passed; n++) admitted.push(at);
      return passed;
    },
  };
}

/** The most events that any 10 s held. */
function busiestTenSeconds(admitted: readonly number[]): number {
  let most = 0;
  let from = 0;
  admitted.forEach((at, to) => {
    while ((admitted[from] ?? at) <= at - 10_000) from++;
    most = Math.max(most, to - from + 1);
  });
  return most;
}

const stepMs = 20;

describe('a rate limit shared by replicas', () => {
  it.each([1, 2, 5])('never admits more than 1.2 times the rate in any 10 s, with %i replicas', async (count) => {
    const phase = fc.record({
      steps: fc.integer({ min: 1, max: 400 }),
      loads: fc.array(fc.constantFrom(0, 0, 1, 3, 40), { minLength: count, maxLength: count }),
    });
    const skews = fc.array(fc.integer({ min: -200, max: 200 }), { minLength: count, maxLength: count });
    const rates = fc.constantFrom(1, 7, 60, 500);
    const property = fc.asyncProperty(
      rates,
      skews,
      fc.array(phase, { minLength: 2, maxLength: 6 }),
      async (rate, skewsMs, phases) => {
        const { replicas, admitted, pass, offer } = world(skewsMs);
        for (const { steps, loads } of phases) {
          for (let step = 0; step < steps; step++) {
            await Promise.all(replicas.map((replica, n) => offer(replica, rate, loads[n] ?? 0)));
            pass(stepMs);
          }
        }
        expect(busiestTenSeconds(admitted)).toBeLessThanOrEqual(12 * rate);
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });

  it.each([1, 2, 5])('admits what the rate allows under a flood, with %i replicas', async (count) => {
    const rate = 60;
    const { replicas, admitted, pass, offer } = world(Array.from({ length: count }, () => 0));
    for (let step = 0; step < 10_000 / stepMs; step++) {
      await Promise.all(replicas.map((replica) => offer(replica, rate, 5)));
      pass(stepMs);
    }
    expect(admitted.length).toBeGreaterThanOrEqual(10 * rate);
  });

  it('admits a burst of the capacity once, however many replicas it meets', async () => {
    const { replicas, offer } = world([0, 0]);
    const passed = await Promise.all(replicas.map((replica) => offer(replica, 60, 60)));
    expect(passed[0]! + passed[1]!).toBe(60);
  });

  it('leaves a busy replica what an idle one does not need', async () => {
    const { replicas, admitted, pass, offer } = world([0, 0]);
    for (let step = 0; step < 10_000 / stepMs; step++) {
      await offer(replicas[0]!, 60, 5);
      if (step % 10 === 0) await offer(replicas[1]!, 60, 1);
      pass(stepMs);
    }
    expect(admitted.length).toBeGreaterThan(10 * 60);
  });

  it('asks the bus a few times a second, not for each event', async () => {
    const rate = 100_000;
    const { bucket, replicas, admitted, pass, offer } = world([0]);
    for (let step = 0; step < 100; step++) {
      await offer(replicas[0]!, rate, 1000);
      pass(10);
    }
    expect(admitted).toHaveLength(rate);
    expect(bucket.calls()).toBeLessThan(20);
  });

  it('does not ask the bus at all while it knows that the bucket is empty', async () => {
    const { bucket, replicas, offer } = world([0]);
    await offer(replicas[0]!, 60, 100);
    const before = bucket.calls();
    await offer(replicas[0]!, 60, 1000);
    expect(bucket.calls()).toBe(before);
    expect(await replicas[0]!.take(key, 60)).toMatchObject({ ok: false, reason: 'empty', retryAfterMs: 100 });
  });

  it.each([
    { demand: 12, lastMs: 500, because: 'nobody hoards for a burst what a busy moment drew' },
    { demand: 1, lastMs: 10_000, because: 'the smallest draw costs a quiet key no round trip an event' },
  ])('lets what $demand at once drew become void after $lastMs ms: $because', async ({ demand, lastMs }) => {
    const { bucket, replicas, pass, offer } = world([0]);
    await offer(replicas[0]!, 500, demand);
    const drawn = bucket.calls();
    pass(lastMs - 10);
    await offer(replicas[0]!, 500, 1);
    expect(bucket.calls()).toBe(drawn);
    pass(20);
    await offer(replicas[0]!, 500, 1);
    expect(bucket.calls()).toBe(drawn + 1);
  });

  it('takes the token of a duplicate back', async () => {
    const { replicas, offer } = world([0]);
    const [replica] = replicas;
    expect(await offer(replica!, 1, 1)).toBe(1);
    expect(await offer(replica!, 1, 1)).toBe(0);
    replica!.refund(key);
    expect(await offer(replica!, 1, 1)).toBe(1);
  });

  it('admits a tenth of the rate on trust while the bus is away, and pays it back', async () => {
    const { bucket, replicas, admitted, pass, offer } = world([0]);
    const [replica] = replicas;
    await offer(replica!, 60, 60);
    bucket.break(true);
    for (let step = 0; step < 500; step++) {
      pass(stepMs);
      await offer(replica!, 60, 5);
    }
    const onTrust = admitted.length - 60;
    expect(onTrust).toBeGreaterThan(50);
    expect(onTrust).toBeLessThanOrEqual(60 + 6);
    expect(await replica!.take(key, 60)).toMatchObject({ ok: false, reason: 'bus_slow' });
    bucket.break(false);
    pass(1000);
    // The bucket would be full again, but for the debt: only what trust still allows passes.
    expect(await offer(replica!, 60, 60)).toBeLessThanOrEqual(6);
    pass(1000);
    expect(await offer(replica!, 60, 60)).toBeGreaterThan(40);
  });

  it('follows a rate that was configured anew', async () => {
    const { replicas, pass, offer } = world([0]);
    await offer(replicas[0]!, 60, 60);
    pass(10_000);
    expect(await offer(replicas[0]!, 5, 60)).toBe(5);
    pass(10_000);
    expect(await offer(replicas[0]!, 60, 100)).toBe(60);
  });

  it('goes on at once when a replica whose clock was ahead is gone', async () => {
    const { replicas, pass, offer } = world([3_600_000, 0]);
    await offer(replicas[0]!, 60, 60);
    for (let step = 0; step < 300; step++) {
      pass(stepMs);
      await offer(replicas[1]!, 60, 1);
    }
    expect(await offer(replicas[1]!, 60, 1)).toBe(1);
  });
});
