/**
 * An agent without any library of ours: a plain NATS client and JSON are enough.
 *
 *     NATS_URL=nats://127.0.0.1:4222 node docs/examples/plain-nats-agent.mjs
 *
 * It takes turns one at a time. `libs/consumer-sdk` runs sessions beside each other and keeps each one's order over many workers.
 */
import { AckPolicy, connect, headers } from 'nats';

const nc = await connect({ servers: process.env.NATS_URL ?? 'nats://127.0.0.1:4222' });
const manager = await nc.jetstreamManager();
await manager.consumers.add('tl_TURNS', {
  durable_name: 'plain-agent',
  filter_subject: 'tl.turns.>',
  ack_policy: AckPolicy.Explicit,
  // One at a time: a turn that has to come again must not be overtaken by the next one.
  max_ack_pending: 1,
});

const js = nc.jetstream();
const consumer = await js.consumers.get('tl_TURNS', 'plain-agent');
for await (const message of await consumer.consume()) {
  const turn = message.json();
  const output = {
    // The same turn gives the same id: when it comes again, nothing is said twice.
    output_id: `plain-${turn.turn_id}`,
    session_id: turn.session.session_id,
    turn_id: turn.turn_id,
    // It says where the answer goes.
    reply_handle: turn.reply_handle,
    content: `Plainly: ${turn.event.data.content?.text ?? ''}`,
  };
  await js.publish(turn.output_subject, JSON.stringify(output), { headers: traceOf(message) });
  message.ack();
}

/** Passing the trace on is optional: it shows the webhook, this answer and its delivery as one. */
function traceOf(message) {
  const passed = headers();
  const traceparent = message.headers?.get('traceparent');
  if (traceparent) passed.set('traceparent', traceparent);
  return passed;
}
