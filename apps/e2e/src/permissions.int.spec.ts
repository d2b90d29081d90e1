import { resolve } from 'node:path';
import { openBus } from '@trunkline/bus';
import { createSecretStore, generateKey, parseKeyring, type SecretStore } from '@trunkline/secrets';
import { freePort, waitFor } from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReplyReceiver } from './chaos/reply-receiver.ts';
import { chaosConnectors, chaosToken } from './chaos/send-events.ts';
import { credentialsOf } from './nats-users.ts';
import { patient, startPlatforms, type Platforms } from './platforms.ts';

const echoSidecar = resolve(import.meta.dirname, '../../../docs/examples/echo-sidecar.ts');
let platforms: Platforms;
let roomsUrl: string;
let monitorUrl: string;

beforeAll(async () => {
  const [sidecarPort, roomsPort, monitorPort] = [await freePort(), await freePort(), await freePort()];
  roomsUrl = `http://127.0.0.1:${roomsPort}`;
  monitorUrl = `http://127.0.0.1:${monitorPort}`;
  const rooms = `[[external_connectors]]
name = "rooms"
platform = "rooms"
mode = "child_process"
base_url = "http://127.0.0.1:${sidecarPort}"
shared_token = "a-shared-token-of-the-test-32-characters"

[external_connectors.child_process]
command = "${process.execPath}"
args = ["${echoSidecar}"]
env = { ROOMS_PORT = "${roomsPort}" }
`;
  platforms = await startPlatforms({
    ...{ slackGateways: 1, telegramGateways: 1, slack: { channels: [{ id: 'C0ALL' }] } },
    also: {
      connectors: [chaosConnectors, rooms].join('\n'),
      gateways: 1,
      externalGateways: 1,
      // Beside the agent, which has no answer to what is no message of a person.
      consumers: 1,
      nats: { config: `http: "127.0.0.1:${monitorPort}"` },
    },
  });
}, 120_000);
// Ends with an error if NATS refused anything that a process did.
afterAll(() => platforms?.[Symbol.asyncDispose]());

describe('with a NATS user for each process', () => {
  it('every kind hears, is routed, answered by the agent and says the answer', async () => {
    const { installation, slack, telegram } = platforms;
    await using receiver = await openReplyReceiver(1);
    const said = slack.say({ channel: 'C0ALL', user: 'U0ALICE', text: 'from slack' });
    telegram.say({ chat: 7, text: 'from telegram' });
    await fetch(`${installation.gatewayUrls[0]}/v1/connectors/http/chaos`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${chaosToken}` },
      body: JSON.stringify({
        binding_keys: ['all'],
        content: 'from http',
        reply_targets: [{ type: 'http', url: receiver.targetOf(1) }],
      }),
    });
    const room = `${roomsUrl}/lobby`;
    await waitFor(async () => (await fetch(room, { method: 'POST', body: 'from a room' })).ok, {
      what: 'the sidecar to take an event',
      ...patient,
    });

    await waitFor(() => platforms.slackReplies(said).some(({ text }) => text === 'echo from slack'), {
      what: 'the answer in Slack',
      ...patient,
    });
    await telegram.waitForMessage({ chat: 7, text: 'echo from telegram' }, patient.timeoutMs);
    await waitFor(() => receiver.replies.some(({ text }) => text === 'echo from http'), {
      what: 'the answer over HTTP',
      ...patient,
    });
    await waitFor(async () => (await (await fetch(room)).text()).includes('echo from a room'), {
      what: 'the answer in the room',
      ...patient,
    });
  }, 150_000);

  it('each process is connected as its own user', async () => {
    const answer = await fetch(`${monitorUrl}/connz?auth=1`);
    const { connections } = (await answer.json()) as { connections: { name: string; authorized_user: string }[] };
    const users = Object.fromEntries(connections.map(({ name, authorized_user }) => [name, authorized_user]));
    expect(users).toEqual({
      'http-gateway': 'http-gateway',
      'slack-gateway': 'slack-gateway',
      'telegram-gateway': 'telegram-gateway',
      'external-gateway': 'external-gateway',
      'session-router': 'session-router',
      'consumer agent': 'consumer-agent',
      'consumer echo': 'consumer-echo',
      e2e: 'test',
    });
  });
});

/** What a gateway reads, and notes that it used. */
async function valuesOf(store: SecretStore, reference: string): Promise<string[] | undefined> {
  const read = await store.read(reference);
  if (read.status !== 'found') return undefined;
  for (const secret of read.secrets) secret.markUsed();
  return read.secrets.map((secret) => secret.expose());
}

describe('the secrets of a kind', () => {
  it('can be read, and their use noted, by the gateway of the kind, and not even asked for by another', async () => {
    const { NATS_USER: user, NATS_PASSWORD: password } = credentialsOf({ process: 'gateway', kind: 'slack' });
    const { nats, bus: operator } = platforms.installation;
    const quiet = { info: () => {}, warn: () => {}, error: () => {} };
    const slack = await openBus({ servers: nats.url, name: 'slack-gateway', user, password }, quiet);
    try {
      const keyring = parseKeyring(generateKey('k1'));
      const common = { keyring, now: Date.now, random: Math.random };
      const store = createSecretStore({ bucket: operator.bucket('secrets'), ...common });
      const own = createSecretStore({ bucket: slack.bucket('secrets'), ...common });
      const changes: boolean[] = [];
      const watch = await own.watch('slack', (affects) => changes.push(affects('connectors.slack.team.bot_token')));
      for (const kind of ['slack', 'telegram']) await store.set(`connectors.${kind}.team.bot_token`, `of ${kind}`);
      await store.set('shared.proxy', 'of all');

      expect(await valuesOf(own, 'connectors.slack.team.bot_token')).toEqual(['of slack']);
      expect(await valuesOf(own, 'shared.proxy')).toEqual(['of all']);
      await own.flush();
      expect(await store.view('connectors.slack.team.bot_token')).toMatchObject({ last_used_at: expect.any(String) });
      await waitFor(() => changes.includes(true), { what: 'the change to be heard of' });
      const refused = { code: 'BUS_UNAVAILABLE', cause: { code: 'BUS_PERMISSION' } };
      await expect(own.read('connectors.telegram.team.bot_token')).rejects.toMatchObject(refused);
      await expect(own.set('connectors.slack.team.bot_token', 'forged')).rejects.toMatchObject(refused);
      await expect(own.check()).rejects.toMatchObject({ code: 'BUS_PERMISSION' });
      watch.stop();
    } finally {
      await slack.close();
    }
  });
});
