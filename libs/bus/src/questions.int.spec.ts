import { startNats, type NatsServer } from '@trunkline/testing';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openBus, type Bus } from './bus.ts';
import { BusUnavailableError } from './errors.ts';

const logged: string[] = [];
const log = { info: () => {}, warn: () => {}, error: (_: object, message: string) => void logged.push(message) };
const open: Bus[] = [];
let nats: NatsServer;
let prefixes = 0;

beforeAll(async () => {
  nats = await startNats();
});
afterEach(async () => {
  for (const bus of open.splice(0)) await bus.close();
});
afterAll(() => nats[Symbol.asyncDispose]());

async function connect(prefix = `q${prefixes++}`): Promise<Bus> {
  const bus = await openBus({ servers: nats.url, name: 'spec', prefix, ackTimeoutMs: 300 }, log);
  open.push(bus);
  return bus;
}

it('one of those who share a queue answers each question', async () => {
  const asker = await connect('shared');
  const heard: string[] = [];
  for (const name of ['a', 'b']) {
    const bus = await connect('shared');
    bus.answer(bus.names.ask('slack'), { queue: 'slack' }, async (question) => {
      heard.push(name);
      return { by: name, question };
    });
    await bus.flush();
  }
  for (let n = 0; n < 20; n++) {
    const asked = await asker.ask(asker.names.ask('slack'), { n }, { timeoutMs: 2_000 });
    expect(asked).toMatchObject({ outcome: 'answered', answer: { question: { n } } });
  }
  expect(heard).toHaveLength(20);
});

it('tells nobody listens from no answer in time', async () => {
  const bus = await connect();
  const ask = () => bus.ask(bus.names.ask('slack'), {}, { timeoutMs: 300 });
  expect(await ask()).toEqual({ outcome: 'nobody' });
  const hanging = bus.answer(bus.names.ask('slack'), {}, () => new Promise(() => {}));
  expect(await ask()).toEqual({ outcome: 'timeout' });
  hanging.stop();
  expect(await ask()).toEqual({ outcome: 'nobody' });
});

it('logs a handler that throws, and goes on answering', async () => {
  const bus = await connect();
  let calls = 0;
  bus.answer(bus.names.ask('http', 'one'), {}, async () => {
    if (++calls === 1) throw new Error('first');
    return 'second';
  });
  const ask = () => bus.ask(bus.names.ask('http', 'one'), {}, { timeoutMs: 300 });
  expect(await ask()).toEqual({ outcome: 'timeout' });
  expect(logged).toEqual(['question.not-answered']);
  expect(await ask()).toEqual({ outcome: 'answered', answer: 'second' });
});

it('says that the bus is away', async () => {
  await using own = await startNats();
  const bus = await openBus({ servers: own.url, name: 'spec', ackTimeoutMs: 200 }, log);
  open.push(bus);
  await own.kill();
  await expect(bus.ask('tl.ask.http', {}, { timeoutMs: 5_000 })).rejects.toThrow(BusUnavailableError);
});
