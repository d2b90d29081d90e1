/** Answers each turn once with `echo <text>`; a process of the chaos and of the end-to-end tests. */
import { consume } from '@trunkline/consumer-sdk';

const log = (fields: object, message: string) => console.log(JSON.stringify({ message, ...fields }));
const { NATS_URL: servers, NATS_USER: user, NATS_PASSWORD: password } = process.env;
const consumer = await consume(
  {
    group: 'echo',
    servers,
    user,
    password,
    log: { info: () => {}, warn: log, error: log },
  },
  (turn) => turn.reply(`echo ${turn.text}`),
);
process.once('SIGTERM', () => void consumer.drain().then(() => process.exit(0)));
process.send?.('ready');
