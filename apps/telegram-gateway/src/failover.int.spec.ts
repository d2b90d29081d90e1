import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrateStreams, openBus, type Bus } from '@trunkline/bus';
import { startFakeTelegram, startNats, tempDir, waitFor, type FakeTelegram } from '@trunkline/testing';
import { expect, it } from 'vitest';
import { startGateway, type GatewayProcess } from './testing/gateway-process.ts';
import { storedEvents } from './testing/stored-events.ts';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const long = { timeoutMs: 90_000 };

function connectorsFile(folder: string, telegram: FakeTelegram): string {
  const path = join(folder, 'connectors.toml');
  const toml = `
[[telegram_connectors]]
name = "bot"
bot_token = "${telegram.token}"
api_base_url = "${telegram.url}"
ingress_mode = "polling"
polling_timeout_seconds = 20
ingress_events_per_second = 100000
`;
  writeFileSync(path, toml);
  return path;
}

/** People in twenty chats, who number what they say. */
function crowd(telegram: FakeTelegram) {
  let said = 0;
  return {
    says(count: number) {
      for (let index = 0; index < count; index++) telegram.say({ text: String(said++), chat: 1000 + (said % 20) });
    },
    total: () => said,
  };
}

/** What is on the bus: everything once, and what was said in a chat in its order. */
async function expectAll(bus: Bus, total: number): Promise<void> {
  const events = await storedEvents(bus);
  const numbers = events.map(({ data }) => Number(data.content?.text));
  expect(new Set(numbers).size).toBe(total);
  expect(numbers.length).toBe(total);
  for (const chat of Map.groupBy(events, ({ subject }) => subject).values()) {
    const inChat = chat.map(({ data }) => Number(data.content?.text));
    expect(inChat).toEqual(inChat.toSorted((a, b) => a - b));
  }
}

const owner = (gateways: readonly GatewayProcess[], not?: GatewayProcess) =>
  waitFor(() => gateways.find((gateway) => gateway !== not && gateway.owns('4242')), { what: 'an owner', ...long });

it('G12: a poller that was frozen loses, doubles and confirms nothing, and stands down', async () => {
  await using nats = await startNats();
  await using telegram = await startFakeTelegram();
  await using dir = await tempDir();
  await using bus = await openedBus(nats.url);
  const connectors = connectorsFile(dir.path, telegram);
  const options = { natsUrl: nats.url, connectors };
  await using first = await startGateway(options);
  await using second = await startGateway(options);
  await using third = await startGateway(options);
  const gateways = [first, second, third];
  const people = crowd(telegram);
  const drained = () => waitFor(() => telegram.unconfirmed().length === 0, { what: 'the queue', ...long });

  // Frozen with a batch in its hands.
  const busy = await owner(gateways);
  people.says(4_000);
  await waitFor(() => telegram.unconfirmed().length < 3_800, { what: 'some progress', ...long });
  busy.pause();
  expect(telegram.unconfirmed().length).toBeGreaterThan(0);
  const second_ = await owner(gateways, busy);
  people.says(2_000);
  busy.resume();
  await drained();
  expect(telegram.pollConflicts).toBeLessThanOrEqual(2);
  await waitFor(() => !busy.owns('4242'), { what: 'the first to stand down', ...long });

  // Frozen while its question waits.
  const before = telegram.pollConflicts;
  const idle = second_;
  idle.pause();
  await owner(gateways, idle);
  people.says(2_000);
  idle.resume();
  people.says(2_000);
  await drained();
  await waitFor(() => !idle.owns('4242'), { what: 'the second to stand down', ...long });
  expect(telegram.pollConflicts - before).toBeLessThanOrEqual(2);

  expect(people.total()).toBe(10_000);
  await expectAll(bus.bus, 10_000);
}, 240_000);

it('G13: killed at any moment, a poller leaves its work to the next', async () => {
  await using nats = await startNats();
  await using telegram = await startFakeTelegram();
  await using dir = await tempDir();
  await using bus = await openedBus(nats.url);
  const options = { natsUrl: nats.url, connectors: connectorsFile(dir.path, telegram) };
  const people = crowd(telegram);
  await using survivor = await startGateway(options);
  await using other = await startGateway(options);
  const victim = await owner([survivor, other]);
  const started = victim.lines.find(({ message }) => message === 'service.started');
  const readiness: unknown = await (await fetch(`${String(started?.['ops_url'])}/readyz`)).json();
  expect(readiness).toMatchObject({ ready: true, checks: { bots: { ready: true } } });
  people.says(3_000);
  await waitFor(() => telegram.unconfirmed().length < 2_800, { what: 'some progress', ...long });
  await victim.kill();
  expect(telegram.unconfirmed().length).toBeGreaterThan(0);
  await owner([survivor, other], victim);
  await waitFor(() => telegram.unconfirmed().length === 0, { what: 'the queue', ...long });
  await expectAll(bus.bus, 3_000);
}, 180_000);

async function openedBus(url: string) {
  const bus = await openBus({ servers: url, name: 'spec' }, quiet);
  await migrateStreams({ nc: bus.connection, names: bus.names });
  return { bus, [Symbol.asyncDispose]: () => bus.close() };
}
