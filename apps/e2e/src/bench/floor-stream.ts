import { jetstream, jetstreamManager, type JetStreamClient } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';

/** A stream configured as EVENTS is, for what is compared with it. */
export const floorStream = 'bench_floor';
export const floorSubject = 'bench.floor';

/** Makes the stream, at the server that the environment names, and returns what publishes to it. */
export async function openFloorStream(): Promise<JetStreamClient> {
  const nc = await connect({ servers: process.env['NATS_URL'] });
  const manager = await jetstreamManager(nc);
  const { config } = await manager.streams.info('tl_EVENTS');
  await manager.streams.add({ ...config, name: floorStream, subjects: [floorSubject] });
  return jetstream(nc);
}
