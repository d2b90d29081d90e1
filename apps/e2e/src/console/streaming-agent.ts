/** A consumer for the specs of the console: its answers grow word by word, and to `quiet` it says nothing. */
import { setTimeout as sleep } from 'node:timers/promises';
import { consume } from '@trunkline/consumer-sdk';
import { streamedText } from '../streamed-text.ts';

const log = (fields: object, message: string) => console.log(JSON.stringify({ message, ...fields }));
const { NATS_URL: servers, NATS_USER: user, NATS_PASSWORD: password } = process.env;
const options = { group: 'agent', servers, user, password, log: { info: () => {}, warn: log, error: log } };
const consumer = await consume(options, async (turn) => {
  const [verb, count] = turn.text.split(' ');
  if (verb === 'quiet') return;
  if (verb !== 'stream') return void (await turn.reply(`echo ${turn.text}`));
  const answer = turn.stream();
  for (const word of streamedText(Number(count)).split(' ')) {
    answer.write(`${word} `);
    await sleep(100);
  }
  await answer.close();
});
process.once('SIGTERM', () => void consumer.drain().then(() => process.exit(0)));
process.send?.('ready');
