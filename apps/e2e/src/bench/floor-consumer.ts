import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { Bus } from '@trunkline/bus';
import { floorStream } from './floor-stream.ts';

/** The least that a consumer must do: a JetStream consumer that acknowledges. Tells each message id. */
export async function followFloor(
  nc: Bus['connection'],
  onMessage: (id: string) => void,
): Promise<{ stop(): Promise<void> }> {
  const manager = await jetstreamManager(nc);
  const durable = { durable_name: 'bench', ack_policy: AckPolicy.Explicit, deliver_policy: DeliverPolicy.New };
  await manager.consumers.add(floorStream, durable);
  const consumer = await jetstream(nc).consumers.get(floorStream, durable.durable_name);
  const messages = await consumer.consume({
    callback: (message) => {
      onMessage(message.headers?.get('Nats-Msg-Id') ?? '');
      message.ack();
    },
  });
  return { stop: async () => void (await messages.close()) };
}
