import { jetstreamManager } from '@nats-io/jetstream';
import type { Bus } from './bus.ts';
import { streamNames, type StreamName } from './names.ts';
import { doorbellConsumer } from './stream-definitions.ts';

type AskedBus = Pick<Bus, 'connection' | 'names' | 'repeat'>;

/** How much each log holds, for users who may look at it; buckets are left out. */
export async function streamSizes(bus: AskedBus): Promise<{ stream: StreamName; messages: number; bytes: number }[]> {
  const { streams } = await jetstreamManager(bus.connection, { checkAPI: false });
  const sizeOf = async (stream: StreamName) => {
    const { state } = await bus.repeat(() => streams.info(bus.names.stream(stream)));
    return { stream, messages: state.messages, bytes: state.bytes };
  };
  return Promise.all(streamNames.map(sizeOf));
}

/** How many events no router has judged yet. */
export async function routingBacklog(bus: AskedBus): Promise<number> {
  const { consumers } = await jetstreamManager(bus.connection, { checkAPI: false });
  const router = await bus.repeat(() => consumers.info(bus.names.stream('EVENTS'), doorbellConsumer));
  return router.num_pending + router.num_ack_pending;
}
