/**
 * The smallest agent: it answers every turn with what it heard.
 *
 *     NATS_URL=nats://127.0.0.1:4222 node docs/examples/echo-agent.ts
 *
 * Start as many as you like: the sessions are spread over them, each session's turns stay in order. Where NATS wants to know who
 * asks, NATS_USER and NATS_PASSWORD say it.
 */
import { consume } from '@trunkline/consumer-sdk';

const { NATS_URL: servers, NATS_USER: user, NATS_PASSWORD: password } = process.env;

const consumer = await consume({ group: 'echo', servers, user, password }, async (turn) => {
  await turn.reply(`You said: ${turn.text}`);
});

process.once('SIGTERM', stop).once('SIGINT', stop);
// Under `npm start` the pipe to the supervisor closes when it dies, and NATS goes with it: there is nobody to hand over to.
if (process.env['TRUNKLINE_PARENT_WATCH']) process.stdin.on('end', () => process.exit(0)).resume();

function stop(): void {
  void consumer.drain().then(() => process.exit(0));
}
