import { startNats, waitFor } from '@trunkline/testing';
import { expect, it } from 'vitest';
import { openBus } from './bus.ts';
import { consumeDoorbells } from './consume.ts';
import { followWorkers } from './follow-workers.ts';
import { migrateStreams } from './migrate.ts';
import { runLanes } from './run-lanes.ts';
import { routerGroup } from './roles.ts';
import { routingBacklog, streamSizes } from './stream-sizes.ts';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };

async function openTestBus() {
  const nats = await startNats();
  const bus = await openBus({ servers: nats.url, name: 'spec' }, quiet);
  await migrateStreams({ nc: bus.connection, names: bus.names });
  return {
    bus,
    async [Symbol.asyncDispose]() {
      await bus.close();
      await nats[Symbol.asyncDispose]();
    },
  };
}

it('counts what each log holds, and the events that no router has judged, those in its hands included', async () => {
  await using it = await openTestBus();
  const { bus } = it;
  const connector = { kind: 'http', name: 'hook' };
  for (const eventId of ['1', '2', '3'])
    await bus.append(bus.names.event({ connector, conversation: 'c', eventId }), '{}');
  const sizes = await streamSizes(bus);
  expect(sizes.map(({ stream }) => stream)).toEqual(['EVENTS', 'TURNS', 'OUTPUTS', 'DELIVERIES', 'LEDGER']);
  expect(sizes[0]).toMatchObject({ messages: 3, bytes: expect.any(Number) });
  expect(await routingBacklog(bus)).toBe(3);

  const judged = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  let count = 0;
  const consuming = consumeDoorbells(
    {
      concurrency: 1,
      async handle() {
        if (++count === 3) {
          judged.resolve();
          await held.promise;
        }
        return { do: 'ack' };
      },
    },
    bus,
  );
  await judged.promise;
  await waitFor(async () => (await routingBacklog(bus)) === 1, { what: 'two acknowledgements' });
  held.resolve();
  await consuming.drain();
  await waitFor(async () => (await routingBacklog(bus)) === 0, { what: 'the last one' });
});

it('knows how many workers of a group live: those that left and those that fell silent do not', async () => {
  await using it = await openTestBus();
  const { bus } = it;
  const clock = { at: 0 };
  const workers = await followWorkers(routerGroup, bus, () => clock.at);
  expect(workers.live()).toBe(0);
  const lanes = { group: routerGroup, stream: 'OUTPUTS', keyOf: (subject: string) => subject } as const;
  const work = { ...lanes, filter: bus.names.outputsOfLane, handle: async () => 'done' as const };
  const one = await runLanes({ ...work, worker: 'one' }, bus);
  const other = await runLanes({ ...work, group: 'turns.echo', worker: 'other' }, bus);
  const late = await followWorkers(routerGroup, bus, () => clock.at);
  expect([workers.live(), late.live()]).toEqual([1, 1]);
  clock.at += 60_000;
  expect(late.live()).toBe(0);
  await one.drain();
  await other.drain();
  const after = await followWorkers(routerGroup, bus);
  expect(after.live()).toBe(0);
  for (const followed of [workers, late, after]) followed.stop();
});
