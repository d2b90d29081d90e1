import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { roleOf } from '@trunkline/bus';
import { readTurn, type Turn } from '@trunkline/events';
import { createSecretStore, followKeyring, generateKey, parseKeyring, type SecretStore } from '@trunkline/secrets';
import {
  findLeaksInFolder,
  startFakeSlack,
  startFakeTelegram,
  waitFor,
  type FakeSlack,
  type FakeTelegram,
} from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCallRecorder, type CallRecorder } from './call-recorder.ts';
import { everything } from './chaos/read-history.ts';
import { startDoorTraffic, type DoorTraffic } from './door-traffic.ts';
import { startInstallation, type Installation } from './installation.ts';
import { credentialsOf } from './nats-users.ts';
import { patient } from './platforms.ts';
import { doorConnectors, egressValue, outboundSecrets, secretDoors, type SecretDoor } from './secret-doors.ts';

const graceMs = 15_000;
/** Old secrets are presented until this long before they end: a post may wait for a busy processor. */
const marginMs = 5_000;

const telegramTokens = ['4242:AAold-hidden-telegram-token', '4242:AAnew-hidden-telegram-token'] as const;
const pollerTokens = ['5151:AAold-hidden-poller-token', '5151:AAnew-hidden-poller-token'] as const;
const appTokens = ['xapp-old-hidden-app-token', 'xapp-new-hidden-app-token'] as const;
const slackTokens = ['xoxb-old-hidden-slack-token', 'xoxb-new-hidden-slack-token'] as const;

const stack = new AsyncDisposableStack();
let slack: FakeSlack;
let telegram: FakeTelegram;
let recorder: CallRecorder;
let installation: Installation;
let store: SecretStore;
let traffic: DoorTraffic;
/** How often each door's secret was rotated. */
const rotations = new Map<SecretDoor, number>();
const hidden: string[] = [];

beforeAll(async () => {
  slack = stack.use(await startFakeSlack({ apps: [{ id: 'A0FAKE' }, { id: 'A0SOCKET', app_token: appTokens[0] }] }));
  slack.install.bot_token = slackTokens[0];
  const bots = [
    { token: telegramTokens[0], username: 'old_bot' },
    { token: telegramTokens[1], username: 'new_bot' },
    { token: pollerTokens[0], username: 'old_poller' },
    { token: pollerTokens[1], username: 'new_poller' },
  ];
  telegram = stack.use(await startFakeTelegram({ bots }));
  recorder = stack.use(await openCallRecorder());
  const at = { slack: slack.apiUrl, telegram: telegram.url, sidecar: recorder.url, target: `${recorder.url}/target` };
  installation = stack.use(
    await startInstallation({
      connectors: doorConnectors(at),
      ...{ gateways: 2, slackGateways: 1, telegramGateways: 1, externalGateways: 1 },
      extra: [{ name: 'agent', main: new URL('agent.ts', import.meta.url).pathname }],
      ...{ logLevel: 'debug', traces: true },
    }),
  );
  store = await openStore();
  for (const { reference, first } of secretDoors) await keep(reference, first);
  await keep(outboundSecrets.slackToken, slackTokens[0]);
  await keep(outboundSecrets.telegramToken, telegramTokens[0]);
  await keep(outboundSecrets.egressSigning, egressValue(0));
  await keep(outboundSecrets.appToken, appTokens[0]);
  await keep(outboundSecrets.pollerToken, pollerTokens[0]);
  traffic = startDoorTraffic(secretDoors, { installation, everyMs: 25 });
  stack.defer(() => traffic.stop());
  for (const door of secretDoors) {
    await isLive(door, door.first);
    traffic.present(door, [door.first]);
  }
}, 240_000);
afterAll(() => stack.disposeAsync());

/** A store of the test's own, whose keyring follows the file as those of the processes do. */
async function openStore(): Promise<SecretStore> {
  const { keyFile, bus } = installation;
  const keyring = parseKeyring(await readFile(keyFile, 'utf8'));
  const followed = followKeyring(keyring, { file: keyFile, onProblem: () => {} });
  stack.defer(() => followed.stop());
  return createSecretStore({ bucket: bus.bucket('secrets'), keyring, now: Date.now, random: Math.random });
}

/** Stores a value and watches that it comes out nowhere. */
async function keep(reference: string, value: string, grace = graceMs): Promise<void> {
  hidden.push(value);
  installation.leakWatch.hide(value);
  await store.set(reference, value, { graceMs: grace });
}

const replicasOf = (door: SecretDoor) => installation.gatewayUrlsOf(door.kind).map((_, replica) => replica);
const isTaken = (status: number) => status === 200 || status === 202;

async function knockEverywhere(door: SecretDoor, secret: string): Promise<boolean[]> {
  return Promise.all(
    replicasOf(door).map(async (replica) => isTaken(await traffic.knock(door, { secret, replica }).catch(() => 0))),
  );
}

/** Waits until every replica takes a secret; the milliseconds that it took. */
async function isLive(door: SecretDoor, secret: string): Promise<number> {
  const startedAt = performance.now();
  await waitFor(async () => (await knockEverywhere(door, secret)).every(Boolean), {
    what: `${door.name} to know its secret`,
    ...patient,
  });
  return performance.now() - startedAt;
}

/** A new value, first with the old one, then without it. */
async function rotate(door: SecretDoor, before: string, after: string): Promise<number> {
  const graceEnds = Date.now() + graceMs;
  await keep(door.reference, after);
  const liveMs = await isLive(door, after);
  traffic.present(door, [after, before]);
  await sleep(Math.max(0, graceEnds - marginMs - Date.now()));
  traffic.present(door, [after]);
  await sleep(graceEnds + 1_000 - Date.now());
  expect([door.name, await knockEverywhere(door, before)]).toEqual([door.name, replicasOf(door).map(() => false)]);
  expect([door.name, await knockEverywhere(door, after)]).toEqual([door.name, replicasOf(door).map(() => true)]);
  return liveMs;
}

const current = (door: SecretDoor) => door.next(rotations.get(door) ?? 0);

async function rotateAll(doors: readonly SecretDoor[]): Promise<Map<string, number>> {
  const took = doors.map(async (door) => {
    const before = current(door);
    rotations.set(door, (rotations.get(door) ?? 0) + 1);
    return [door.name, await rotate(door, before, current(door))] as const;
  });
  return new Map(await Promise.all(took));
}

/** The turn of a text that was said at a door. */
async function turnOf(text: string): Promise<Turn> {
  return waitFor(
    async () => {
      for await (const message of everything('TURNS', installation.bus)) {
        const read = readTurn(message.json());
        if (read.ok && read.value.event.data.content?.text === text) return read.value;
      }
      return undefined;
    },
    { what: `the turn of ${text}`, ...patient },
  );
}

async function answerTo(turn: Turn, text: string): Promise<void> {
  const { bus } = installation;
  const output = {
    ...{ v: 1, output_id: `spec-${text}`, session_id: turn.session.session_id, turn_id: turn.turn_id },
    ...{ reply_handle: turn.reply_handle, content: text },
  };
  await bus.append(turn.output_subject, Buffer.from(JSON.stringify(output)), {});
}

const keyIdsOf = async () =>
  Promise.all(
    [...installation.opsUrls.values()].map(async (url) => {
      const report = (await (await fetch(`${url}/readyz`)).json()) as { checks: { keyring: { ids: string[] } } };
      return report.checks.keyring.ids.join(' ');
    }),
  );

async function writeKeyFile(text: string, ids: string): Promise<void> {
  await writeFile(`${installation.keyFile}.new`, text, { mode: 0o600 });
  await rename(`${installation.keyFile}.new`, installation.keyFile);
  await waitFor(async () => (await keyIdsOf()).every((known) => known === ids), { what: `keys ${ids}`, ...patient });
}

/** A process beside the others, with a key of its own, until it ends or has said something. */
async function startsWith(
  app: string,
  masterKey: string,
  until?: string,
): Promise<{ code: number | null; said: string }> {
  const main = new URL(`../../${app}/src/main.ts`, import.meta.url).pathname;
  const { NATS_URL, CONNECTORS_CONFIG } = installation.environment;
  const role = roleOf(app);
  const credentials = role ? credentialsOf(role) : {};
  const child = spawn(
    process.execPath,
    [main, '--no-log-pretty', ...(app.endsWith('gateway') ? ['--port', '0'] : [])],
    {
      env: { ...credentials, PATH: process.env['PATH'], NATS_URL, CONNECTORS_CONFIG, TRUNKLINE_MASTER_KEY: masterKey },
    },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()));
  const hasSaid = () => child.exitCode !== null || (until !== undefined && said.includes(until));
  await waitFor(hasSaid, { what: `${app} to end or to say ${until}`, ...patient }).catch(() => {});
  const { exitCode } = child;
  if (exitCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  installation.leakWatch.saw(`${app} with another key`, said);
  return { code: exitCode, said };
}

const said = (path: string, text: string) => recorder.calls(path).find(({ body }) => body.includes(text));

describe('secrets under traffic', () => {
  it('rotate at every door: both count inside the window, the old one is refused after it, nothing is refused or lost', async () => {
    const took = await rotateAll(secretDoors);
    console.info('live after ms:', Object.fromEntries([...took].map(([name, ms]) => [name, Math.round(ms)])));
    expect(traffic.refused).toEqual([]);
    for (const { reference } of secretDoors) {
      const view = await store.view(reference);
      expect([reference, view?.version, view?.versions.length]).toEqual([reference, 2, 1]);
      expect(view?.last_used_at).toBeDefined();
    }
    // Telegram was told the new one while it still could come with the old one.
    const told = telegram.calls('setWebhook').map(({ args }) => args['secret_token']);
    expect(told.at(-1)).toBe(secretDoors.find(({ kind }) => kind === 'telegram')?.next(1));
  }, 120_000);

  it('cut off at once without a grace window', async () => {
    const [door] = secretDoors;
    if (!door) throw new Error('There are no doors.');
    const before = current(door);
    rotations.set(door, 2);
    // Who knows of the change only then has to lose nothing.
    traffic.present(door, []);
    await keep(door.reference, current(door), 0);
    await isLive(door, current(door));
    expect(await knockEverywhere(door, before)).toEqual([false, false]);
    traffic.present(door, [current(door)]);
  }, 60_000);

  /** Something that is answered: by the agent, or, where it answers nothing, by hand. */
  async function speak(name: string, text: string): Promise<void> {
    const door = secretDoors.find((each) => each.name === name);
    if (!door) throw new Error(`There is no door ${name}.`);
    expect(isTaken(await traffic.knock(door, { secret: current(door), replica: 0, text }))).toBe(true);
    if (door.kind === 'http') await answerTo(await turnOf(text), `echo ${text}`);
  }

  it('that we present are the newest from the next call on, in the grace window too; what we sign bears both', async () => {
    for (const name of ['slack', 'telegram', 'external', 'signed']) await speak(name, `hello ${name}`);
    await waitFor(() => slack.calls('chat.postMessage').length > 0, { what: 'an answer in Slack', ...patient });
    await waitFor(() => telegram.calls('sendMessage').length > 0, { what: 'an answer in Telegram', ...patient });
    await waitFor(() => said('/deliver', 'hello external') && said('/target', 'hello signed'), {
      what: 'both',
      ...patient,
    });

    slack.install.bot_token = slackTokens[1];
    await keep(outboundSecrets.slackToken, slackTokens[1]);
    await keep(outboundSecrets.telegramToken, telegramTokens[1]);
    await keep(outboundSecrets.egressSigning, egressValue(1), 3_600_000);
    await waitFor(() => telegram.calls('setWebhook').at(-1)?.bot === 'new_bot', { what: 'the new bot', ...patient });
    for (const name of ['slack', 'telegram', 'external', 'signed']) await speak(name, `again ${name}`);
    await waitFor(() => said('/deliver', 'again external') && said('/target', 'again signed'), {
      what: 'both',
      ...patient,
    });
    const last = await waitFor(
      () => slack.calls('chat.postMessage').find(({ args }) => String(args['text']).includes('again')),
      {
        what: 'the second answer in Slack',
        ...patient,
      },
    );
    expect(last.token).toBe(slackTokens[1]);
    const tokens = slack.calls('chat.postMessage').map(({ token }) => token);
    expect(tokens).toEqual(
      tokens.toSorted((a, b) => slackTokens.indexOf(a as never) - slackTokens.indexOf(b as never)),
    );
    await waitFor(() => telegram.calls('sendMessage').at(-1)?.bot === 'new_bot', { what: 'the new bot', ...patient });

    const deliver = said('/deliver', 'again external');
    expect(deliver?.headers.authorization).toBe(
      `Bearer ${secretDoors.find(({ name }) => name === 'external')?.next(1)}`,
    );
    const { headers = {}, body = '' } = said('/target', 'again signed') ?? {};
    const macs = [egressValue(1), egressValue(0)].map((value) => {
      const key = Buffer.from(value.slice('whsec_'.length), 'base64');
      const text = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
      return `v1,${createHmac('sha256', key).update(text).digest('base64')}`;
    });
    expect(headers['webhook-signature']).toBe(macs.join(' '));
    const { slackToken, telegramToken, egressSigning } = outboundSecrets;
    for (const reference of [slackToken, telegramToken, egressSigning]) {
      const use = async () => (await store.view(reference))?.versions[0]?.last_used_at;
      await waitFor(use, { what: `${reference} to be in use`, ...patient });
    }
  }, 120_000);

  it('that a connection stands on let a new one be opened: Socket Mode and polling go on with the new token', async () => {
    const socketsOf = (token: string) =>
      slack.calls('apps.connections.open').filter((call) => call.token === token).length;
    await waitFor(() => socketsOf(appTokens[0]) > 0 && telegram.isPolled('old_poller'), { what: 'both', ...patient });
    const socketApp = slack.world.apps.get('A0SOCKET');
    if (!socketApp) throw new Error('The fake Slack has no such app.');
    socketApp.app_token = appTokens[1];
    await keep(outboundSecrets.appToken, appTokens[1]);
    await keep(outboundSecrets.pollerToken, pollerTokens[1]);
    await waitFor(() => socketsOf(appTokens[1]) > 0, { what: 'a connection with the new app token', ...patient });
    await waitFor(() => telegram.isPolled('new_poller'), { what: 'the new token to be polled with', ...patient });
    expect(telegram.isPolled('old_poller')).toBe(false);
    for (const reference of [outboundSecrets.appToken, outboundSecrets.pollerToken]) {
      const use = async () => (await store.view(reference))?.versions[0]?.last_used_at;
      await waitFor(use, { what: `${reference} to be in use`, ...patient });
    }
    expect(installation.processes.flatMap(({ crashes }) => crashes)).toEqual([]);
  }, 120_000);

  it('outlive their master key: a new one first, everything re-encrypted, the old one away, and nobody notices', async () => {
    await speak('signed', 'hello before');
    const before = await turnOf('hello before');
    const old = (await readFile(installation.keyFile, 'utf8')).trim();
    const fresh = generateKey('fresh');
    installation.leakWatch.hide(fresh.slice('fresh:'.length));
    await writeKeyFile(`${fresh}\n${old}\n`, 'fresh e2e');
    await answerTo(before, 'with the old key in the file');
    await waitFor(() => said('/target', 'with the old key in the file'), { what: 'the answer', ...patient });

    const report = await store.rekey();
    expect(report.failed).toEqual([]);
    expect(report.rekeyed).toHaveLength(secretDoors.length + Object.keys(outboundSecrets).length);
    await writeKeyFile(`${fresh}\n`, 'fresh');

    for (const door of secretDoors) traffic.present(door, []);
    await sleep(500);
    await installation.process('http-gateway-1').kill();
    await installation.process('http-gateway-1').ready();
    for (const door of secretDoors) {
      await isLive(door, current(door));
      traffic.present(door, [current(door)]);
    }
    await speak('signed', 'hello after');
    await waitFor(() => said('/target', 'hello after'), { what: 'the answer under the new key', ...patient });
    // Without the old key nothing of it opens, and no other key is tried.
    await answerTo(before, 'without the old key');
    await waitFor(() => installation.tails(10_000).includes('handle_unknown_key'), { what: 'the refusal', ...patient });
    expect(said('/target', 'without the old key')).toBeUndefined();
    expect(traffic.refused).toEqual([]);
  }, 120_000);

  it('are opened by no other master key, and a process that has another one says so when it starts', async () => {
    const routerWithItsId = await startsWith('session-router', generateKey('fresh'));
    expect(routerWithItsId.code).toBe(1);
    expect(routerWithItsId.said).toContain('KEYRING_WRONG');
    const malformed = await startsWith('slack-gateway', 'hunter2');
    expect([malformed.code, malformed.said]).toEqual([2, expect.stringContaining('TRUNKLINE_MASTER_KEY')]);
    const router = await startsWith('session-router', generateKey('other'), '"keyring.wrong"');
    expect(router.said).toContain('sealed with a key that is not among other');
    const gateway = await startsWith('slack-gateway', generateKey('other'), '"connector.degraded"');
    expect(gateway.said).toContain('it is sealed with key \\"fresh\\", which is not in the keyring');
    const impostor = await startsWith('slack-gateway', generateKey('fresh'), '"connector.degraded"');
    expect(impostor.said).toContain('sealed with another key of the id \\"fresh\\"');
  }, 120_000);

  it('lost no event that was taken', async () => {
    await traffic.stop();
    let stored = 0;
    for await (const _ of everything('EVENTS', installation.bus)) stored += 1;
    expect(stored).toBe(traffic.accepted);
    expect(stored).toBeGreaterThan(500);
    expect(traffic.refused).toEqual([]);
  }, 60_000);

  it('are nowhere to be read', async () => {
    expect(await findLeaksInFolder(installation.nats.storeDir, hidden)).toEqual([]);
    expect(await installation.leakWatch.leaks()).toEqual([]);
  }, 60_000);
});
