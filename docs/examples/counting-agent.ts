import { consume } from '@trunkline/consumer-sdk';

const servers = process.env['NATS_URL'] ?? 'nats://127.0.0.1:4222';

const agent = await consume({ group: 'counter', servers, start: 'newest' }, async (turn) => {
  const state = turn.state<number>();
  const count = ((await state.get()) ?? 0) + 1;
  await turn.reply(`**${count}.** You said: ${turn.text}`);
  await state.set(count);
});

process.once('SIGINT', () => void agent.drain()).once('SIGTERM', () => void agent.drain());
