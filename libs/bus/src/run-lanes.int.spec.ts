import { startNats, waitFor, type NatsServer } from '@trunkline/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openBus, type Bus } from './bus.ts';
import { encodeJson } from './json.ts';
import { migrateStreams } from './migrate.ts';
import { runLanes, type RunLanesOptions } from './run-lanes.ts';
import { laneCount } from './token.ts';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
let nats: NatsServer;
let prefixes = 0;
let bus: Bus;

beforeAll(async () => {
  nats = await startNats();
});
afterAll(async () => {
  await bus?.close();
  await nats[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await bus?.close();
  bus = await openBus({ servers: nats.url, name: 'spec', prefix: `t${prefixes++}` }, quiet);
  await migrateStreams({ nc: bus.connection, names: bus.names });
});

const publish = (session: string, n: number) => bus.append(bus.names.output(session), encodeJson({ session, n }));

function worker(name: string, handle: RunLanesOptions['handle'], group = 'g') {
  const options: RunLanesOptions = {
    group,
    worker: name,
    stream: 'OUTPUTS',
    filter: bus.names.outputsOfLane,
    keyOf: (subject) => subject,
    handle,
  };
  return runLanes(options, bus);
}

const sessionOf = (message: { json(): unknown }) => message.json() as { session: string; n: number };

describe('runLanes', () => {
  it('handles each session in order, sessions beside each other, and nothing twice', async () => {
    const seen: Record<string, number[]> = {};
    let together = 0;
    let most = 0;
    const lanes = await worker('a', async (message) => {
      const { session, n } = sessionOf(message);
      most = Math.max(most, ++together);
      await new Promise((resolve) => setTimeout(resolve, 1));
      together--;
      (seen[session] ??= []).push(n);
      return 'done';
    });
    for (let n = 0; n < 20; n++) await Promise.all(Array.from({ length: 30 }, (_, s) => publish(`s${s}`, n)));
    await waitFor(() => Object.values(seen).flat().length >= 600, { what: 'all outputs', timeoutMs: 10_000 });
    await lanes.drain();
    for (const order of Object.values(seen)) expect(order).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect(most).toBeGreaterThan(5);
  });

  it('goes on where it stopped after a clean stop', async () => {
    const seen: number[] = [];
    const first = await worker('a', async (message) => (seen.push(sessionOf(message).n), 'done'));
    for (let n = 0; n < 5; n++) await publish('s', n);
    await waitFor(() => seen.length === 5, { what: 'five', timeoutMs: 5_000 });
    await first.drain();
    for (let n = 5; n < 8; n++) await publish('s', n);
    const second = await worker('b', async (message) => (seen.push(sessionOf(message).n), 'done'));
    await waitFor(() => seen.length >= 8, { what: 'eight', timeoutMs: 5_000 });
    await second.drain();
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('lets one session that takes long delay nobody else in its lane, and repeats only what was unfinished', async () => {
    const slow = Promise.withResolvers<void>();
    const seen: string[] = [];
    const lane = bus.names.output('slow').split('.').at(-2);
    const neighbour =
      Array.from({ length: 1_000 }, (_, i) => `n${i}`).find((s) => bus.names.output(s).split('.').at(-2) === lane) ??
      '';
    const first = await worker('a', async (message, { draining }) => {
      const { session, n } = sessionOf(message);
      if (session === 'slow') {
        draining.addEventListener('abort', () => slow.resolve());
        await slow.promise;
        return 'interrupted';
      }
      seen.push(`${session}:${n}`);
      return 'done';
    });
    await publish('slow', 1);
    for (let n = 0; n < 3; n++) await publish(neighbour, n);
    await waitFor(() => seen.length === 3, { what: 'the neighbour', timeoutMs: 5_000 });
    await first.drain();
    const second = await worker(
      'b',
      async (message) => (seen.push(`${sessionOf(message).session}:${sessionOf(message).n}`), 'done'),
    );
    await waitFor(() => seen.length === 4, { what: 'the slow one', timeoutMs: 5_000 });
    await second.drain();
    expect(seen).toEqual([`${neighbour}:0`, `${neighbour}:1`, `${neighbour}:2`, 'slow:1']);
  });

  it('spreads lanes evenly over workers that come and go', async () => {
    const workers = [await worker('a', async () => 'done')];
    await waitFor(() => workers[0]?.owned().length === laneCount, { what: 'all lanes', timeoutMs: 5_000 });
    workers.push(await worker('b', async () => 'done'), await worker('c', async () => 'done'));
    const counts = () => workers.map((each) => each.owned().length).toSorted((x, y) => x - y);
    await waitFor(() => counts().join() === '20,22,22', { what: 'an even spread', timeoutMs: 8_000 });
    await workers.pop()?.drain();
    await waitFor(() => counts().join() === '32,32', { what: 'the rest taken over', timeoutMs: 5_000 });
    await Promise.all(workers.map((each) => each.drain()));
  });

  it('calls a handler that throws again, and then goes on in order', async () => {
    const seen: number[] = [];
    let failures = 2;
    const lanes = await worker('a', async (message) => {
      if (failures-- > 0) throw new Error('not now');
      seen.push(sessionOf(message).n);
      return 'done';
    });
    await publish('s', 1);
    await publish('s', 2);
    await waitFor(() => seen.length === 2, { what: 'both', timeoutMs: 8_000 });
    await lanes.drain();
    expect(seen).toEqual([1, 2]);
  });

  it('gives groups their own view of the stream', async () => {
    const seen: string[] = [];
    const one = await worker('a', async () => (seen.push('one'), 'done'), 'one');
    const two = await worker('a', async () => (seen.push('two'), 'done'), 'two');
    await publish('s', 1);
    await waitFor(() => seen.length === 2, { what: 'both groups', timeoutMs: 5_000 });
    await Promise.all([one.drain(), two.drain()]);
    expect(seen.toSorted()).toEqual(['one', 'two']);
  });
});
