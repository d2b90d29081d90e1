import { startNats, waitFor } from '@trunkline/testing';
import { expect, it } from 'vitest';
import { openBus } from './bus.ts';
import { BusNotReadyError } from './errors.ts';
import { migrateStreams } from './migrate.ts';
import { runLanes } from './run-lanes.ts';
import { untilAnswered } from './until-answered.ts';

const log = { info: () => {}, warn: () => {}, error: () => {} };

it('starts to work although the server is away for longer than an answer may take', async () => {
  await using nats = await startNats();
  const bus = await openBus({ servers: nats.url, name: 'spec', ackTimeoutMs: 300 }, log);
  await migrateStreams({ nc: bus.connection, names: bus.names });
  await nats.kill();
  const starting = runLanes(
    {
      group: 'late',
      worker: 'w',
      stream: 'OUTPUTS',
      filter: bus.names.outputsOfLane,
      keyOf: (subject) => subject,
      handle: () => Promise.resolve('done'),
    },
    bus,
  );
  await expect(bus.append('tl.outputs.1.s', '{}')).rejects.toThrow('did not acknowledge');
  await expect(bus.append('tl.outputs.1.s', '{}')).rejects.toThrow('did not acknowledge');
  await nats.restart();
  const lanes = await starting;
  await waitFor(() => lanes.owned().length === 64, { what: 'all lanes', timeoutMs: 20_000 });
  await lanes.drain();
  await bus.close();
});

it('throws what the server says of itself, and ends when the bus was closed', async () => {
  const refusal = new BusNotReadyError(['too old'], 'Update it.');
  await expect(untilAnswered(() => Promise.reject(refusal), { log, closed: () => false })).rejects.toBe(refusal);
  const lost = new Error('lost');
  await expect(untilAnswered(() => Promise.reject(lost), { log, closed: () => true })).rejects.toBe(lost);
});
