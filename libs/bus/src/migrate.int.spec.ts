import { freePort, startNats, type NatsServer } from '@trunkline/testing';
import { expect, it } from 'vitest';
import { openBus, type Bus } from './bus.ts';
import { inspectStreams, migrateStreams } from './migrate.ts';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };

async function startCluster(): Promise<NatsServer[]> {
  const ports = [await freePort(), await freePort(), await freePort()];
  const routes = ports.map((port) => `"nats://127.0.0.1:${port}"`).join(', ');
  return Promise.all(
    ports.map((port, index) =>
      startNats({
        config: `server_name: n${index}\ncluster { name: spec, listen: "127.0.0.1:${port}", routes: [${routes}] }`,
      }),
    ),
  );
}

it('copies that were chosen stay chosen: a later migration without a choice changes nothing', async () => {
  const servers = await startCluster();
  const bus: Bus = await openBus({ servers: servers.map(({ url }) => url), name: 'spec', ackTimeoutMs: 10_000 }, quiet);
  const at = { nc: bus.connection, names: bus.names };
  try {
    // Until a leader is elected the servers answer that there is no JetStream.
    await migrateStreams({ ...at, choices: { replicas: 3 }, patienceMs: 20_000 });
    const differing = async () => (await inspectStreams(at)).filter(({ state }) => state !== 'ok');
    expect(await differing()).toEqual([]);
    expect(await migrateStreams(at)).toEqual([]);

    const one = await migrateStreams({ ...at, choices: { replicas: 1 } });
    expect(one.map(({ differences }) => differences)).toEqual(one.map(() => ['num_replicas: 3 instead of 1']));
    expect(await differing()).toEqual([]);
  } finally {
    await bus.close();
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  }
}, 60_000);
