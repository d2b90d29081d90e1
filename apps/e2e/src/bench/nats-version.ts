import { openBus } from '@trunkline/bus';
import { startNats } from '@trunkline/testing';

/** The version of the nats-server that the measurements ran on. */
export async function natsVersion(): Promise<string> {
  await using nats = await startNats();
  const bus = await openBus({ servers: nats.url, name: 'bench' }, { info: () => {}, warn: () => {}, error: () => {} });
  const version = bus.connection.info?.version ?? 'unknown';
  await bus.close();
  return version;
}
