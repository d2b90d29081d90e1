import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrateStreams, openBus, type Bus } from '@trunkline/bus';
import { startNats, type NatsServer } from '@trunkline/testing';
import { createRateLimit, type RateLimit } from './rate-limit.ts';
import { createTokenBank } from './token-bank.ts';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
let nats: NatsServer;
const replicas: { bus: Bus; limit: RateLimit }[] = [];

beforeAll(async () => {
  nats = await startNats();
  for (let n = 0; n < 3; n++) {
    const bus = await openBus({ servers: nats.url, name: `replica-${n}` }, quiet);
    if (n === 0) await migrateStreams({ nc: bus.connection, names: bus.names });
    const bank = createTokenBank(bus.bucket('targets'), { now: Date.now, random: Math.random });
    replicas.push({ bus, limit: createRateLimit({ bank, now: Date.now }) });
  }
});
afterAll(async () => {
  await Promise.all(replicas.map(({ bus }) => bus.close()));
  await nats[Symbol.asyncDispose]();
});

/** Offers as much as fits, for so long; returns what was admitted. */
async function flood(
  limit: RateLimit,
  load: { key: string; rate: number; perTurn: number; ms: number },
): Promise<number> {
  const until = Date.now() + load.ms;
  let admitted = 0;
  while (Date.now() < until) {
    const takes = await Promise.all(Array.from({ length: load.perTurn }, () => limit.take(load.key, load.rate)));
    admitted += takes.filter(({ ok }) => ok).length;
    await sleep(1);
  }
  return admitted;
}

it('keeps three flooded replicas to the rate together', async () => {
  const load = { key: 'http/shared', rate: 300, perTurn: 5, ms: 4000 };
  const admitted = await Promise.all(replicas.map(({ limit }) => flood(limit, load)));
  const total = admitted.reduce((sum, each) => sum + each, 0);
  // Four seconds of rate and one of capacity.
  expect(total).toBeLessThanOrEqual(300 * 5.5);
  expect(total).toBeGreaterThanOrEqual(300 * 4.5);
});

it('lets one replica have a high rate in full, with few calls', async () => {
  const [first] = replicas;
  const admitted = await flood(first!.limit, { key: 'http/fast', rate: 20_000, perTurn: 100, ms: 2000 });
  expect(admitted).toBeGreaterThanOrEqual(20_000 * 2);
});

it('takes any text as a key, the same for all replicas', async () => {
  const [first, second] = replicas;
  const key = 'slack/main/T1:C1 *.>';
  expect(await first!.limit.take(key, 1)).toEqual({ ok: true });
  expect(await second!.limit.take(key, 1)).toMatchObject({ ok: false, reason: 'empty' });
});
