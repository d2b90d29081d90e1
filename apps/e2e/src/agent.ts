/** The consumer of the specs of the platforms, a process of its own: it does what the first word of a turn's text says. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { consume, type ConsumedTurn } from '@trunkline/consumer-sdk';
import { longText } from './long-text.ts';
import { streamedText } from './streamed-text.ts';

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const acts: Record<string, (turn: ConsumedTurn) => Promise<unknown>> = {
  quiet: async () => {},
  async slow(turn) {
    await sleep(50);
    await turn.reply(`echo ${turn.text}`);
  },
  /** `long <n>`: about so many characters, 40,000 unless said. */
  long: (turn) => turn.reply(longText(Number(turn.text.split(' ')[1] ?? 40_000))),
  ask: (turn) =>
    turn.reply([
      { type: 'text', text: 'Shall I?' },
      { type: 'buttons', rows: [[{ label: 'Yes', value: 'go ahead' }]] },
    ]),
  give: (turn) =>
    turn.reply([{ type: 'attachment', content_base64: png, file_name: 'dot.png', media_type: 'image/png' }]),
  async take(turn) {
    const [file] = turn.event.data.content?.attachments ?? [];
    const response = await fetch(String(file?.url));
    const hash = createHash('sha256').update(Buffer.from(await response.arrayBuffer()));
    await turn.reply(`took ${file?.file_name} ${response.status} ${hash.digest('hex')}`);
  },
  /** `stream <n>`: n words, one each 100 ms. */
  async stream(turn) {
    const answer = turn.stream();
    for (const word of streamedText(Number(turn.text.split(' ')[1])).split(' ')) {
      answer.write(`${word} `);
      await sleep(100);
    }
    await answer.close();
  },
  /** Writes and writes until somebody stops it. */
  async forever(turn) {
    const answer = turn.stream();
    while (!turn.signal.aborted) {
      answer.write('more ');
      await sleep(100, undefined, { signal: turn.signal }).catch(() => {});
    }
    await turn.reply('stopped');
  },
  async hang(turn) {
    if (!turn.signal.aborted) await once(turn.signal, 'abort');
    await turn.reply('stopped');
  },
};

/** Beside these, the types of events that the command line names. */
const heard = ['trunkline.message.created', 'trunkline.command.invoked', ...process.argv.slice(2)];

async function act(turn: ConsumedTurn): Promise<unknown> {
  const { type } = turn.event;
  if (type === 'trunkline.interaction.received')
    return turn.reply(`pressed ${turn.event.data.content?.buttons?.[0]?.value}`);
  if (!heard.includes(type)) return undefined;
  const [verb = ''] = turn.text.split(' ');
  return (acts[verb] ?? (() => turn.reply(`echo ${turn.text}`)))(turn);
}

const log = (fields: object, message: string) => console.log(JSON.stringify({ message, ...fields }));
const { NATS_URL: servers, NATS_USER: user, NATS_PASSWORD: password } = process.env;
const options = { group: 'agent', servers, user, password, log: { info: () => {}, warn: log, error: log } };
const consumer = await consume(options, act);
process.once('SIGTERM', () => void consumer.drain().then(() => process.exit(0)));
process.send?.('ready');
