import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { ControlRefusedError, createControlClient, type ControlClient } from '@trunkline/control-api';
import { readStatusReport, type ConnectorStatus } from '@trunkline/events';
import {
  freePort,
  startFakeSlack,
  startFakeTelegram,
  waitFor,
  type FakeSlack,
  type FakeTelegram,
} from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startInstallation, type Installation } from './installation.ts';

const main = join(resolve(import.meta.dirname, '../../..'), 'apps/control-plane/src/main.ts');
const adminToken = 'the-admin-of-this-spec';
const hookToken = 'hook-token-of-this-spec';

const stack = new AsyncDisposableStack();
let slack: FakeSlack;
let telegram: FakeTelegram;
let sidecar: Server;
let installation: Installation;
let control: ControlClient;
let controlUrl = '';

beforeAll(async () => {
  slack = stack.use(await startFakeSlack({ echo: false }));
  telegram = stack.use(await startFakeTelegram());
  sidecar = await startSidecar();
  const port = await freePort();
  installation = stack.use(
    await startInstallation({
      connectors: connectorsFile(),
      ...{ gateways: 1, slackGateways: 1, telegramGateways: 1, externalGateways: 1 },
      env: { TRUNKLINE_ADMIN_TOKEN: adminToken },
      extra: [{ name: 'control-plane-1', main, args: ['--port', String(port), '--ops-port', '0'], saysReady: false }],
    }),
  );
  controlUrl = `http://127.0.0.1:${port}`;
  control = createControlClient({ url: controlUrl, token: adminToken });
  await waitFor(() => control.call('whoAmI', {}), { what: 'the control plane', timeoutMs: 60_000 });
}, 180_000);
afterAll(async () => {
  await stack.disposeAsync();
  sidecar.closeAllConnections();
  sidecar.close();
}, 60_000);

async function startSidecar(): Promise<Server> {
  const said: Record<string, object> = { '/health': { status: 'ready' }, '/manifest': {} };
  const server = createServer((req, res) => {
    const body = { protocol_version: 1, instance_id: 'spec', ...said[req.url ?? ''] };
    res.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return server;
}

const connectorsFile = () => `
[[http_connectors]]
name = "hook"
bearer_token = "${hookToken}"
wait_ms = 20000

[[slack_connectors]]
name = "team"
bot_token = "${slack.install.bot_token}"
signing_secret = "${slack.app.signing_secret}"
api_base_url = "${slack.apiUrl}"

[[slack_connectors]]
name = "wrong"
bot_token = "xoxb-wrong-token-of-this-spec"
signing_secret = "${slack.app.signing_secret}"
api_base_url = "${slack.apiUrl}"

[[telegram_connectors]]
name = "bot"
bot_token = "${telegram.token}"
api_base_url = "${telegram.url}"
ingress_mode = "polling"
polling_timeout_seconds = 1

[[external_connectors]]
name = "side"
platform = "spec"
base_url = "http://127.0.0.1:${(sidecar.address() as AddressInfo).port}"
shared_token = "shared-token-of-this-spec"
allow_private_network = true

[[external_connectors]]
name = "away"
platform = "spec"
base_url = "http://127.0.0.1:1"
shared_token = "shared-token-of-this-spec"
allow_private_network = true
`;

type Kind = 'http' | 'slack' | 'telegram' | 'external';
const test = async (kind: Kind, name: string) => (await control.call('testConnector', { params: { kind, name } })).body;

const code = (wanted: string) => (error: unknown) =>
  error instanceof ControlRefusedError && error.problem.code === wanted;

describe('testing a connector', () => {
  it.each([
    { kind: 'http', name: 'hook', checks: ['configuration', 'ingress'] },
    { kind: 'slack', name: 'team', checks: ['configuration', 'bot_token', 'ingress'] },
    { kind: 'telegram', name: 'bot', checks: ['configuration', 'bot_token', 'webhook'] },
    { kind: 'external', name: 'side', checks: ['configuration', 'sidecar', 'ingress'] },
  ] as const)('talks to the platform of $kind/$name', async ({ kind, name, checks }) => {
    const tested = await test(kind, name);
    expect(tested.checks.map((check) => [check.name, check.outcome])).toEqual(checks.map((check) => [check, 'ok']));
    expect(tested).toMatchObject({ connector: { kind, name }, passed: true });
  });

  it.each([
    { kind: 'slack', name: 'wrong', failed: 'bot_token', detail: 'Install the app again' },
    { kind: 'external', name: 'away', failed: 'sidecar', detail: 'Start the sidecar' },
  ] as const)('says what is wrong with $kind/$name and what to do', async ({ kind, name, failed, detail }) => {
    const tested = await test(kind, name);
    expect(tested.passed).toBe(false);
    expect(tested.checks.filter(({ outcome }) => outcome === 'failed')).toMatchObject([
      { name: failed, detail: expect.stringContaining(detail) },
    ]);
    expect(JSON.stringify(tested)).not.toContain('of-this-spec');
  });

  it('says that there is no such connector', async () => {
    await expect(test('http', 'nobody')).rejects.toSatisfy(code('connector_not_found'));
  });
});

describe('explaining a payload', () => {
  const payload = { content: 'hi', binding_keys: ['order-1'], idempotency_key: 'k1' };
  const explain = async (headers: Record<string, string> = {}) => {
    const body = { kind: 'http' as const, name: 'hook', body: payload, headers };
    return (await control.call('explainRequest', { body })).body;
  };

  it('says what would happen, and then it happens', async () => {
    const before = await explain();
    expect(before).toMatchObject({
      admission: { outcome: 'not_judged' },
      events: [
        {
          outcome: 'event',
          ...{ event_id: 'k1', conversation: 'order-1', stored: 'no' },
          session: { decided_by: 'natural_session_id', would_create: true, would_bind: ['order-1'] },
          replies: { from: 'nowhere' },
        },
      ],
    });
    const answer = await fetch(`${installation.gatewayUrls[0]}/v1/connectors/http/hook`, {
      method: 'POST',
      headers: { authorization: `Bearer ${hookToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(payload),
    });
    const taken = (await answer.json()) as { session_id: string };
    const [explained] = before.events;
    expect(taken.session_id).toBe(explained?.session?.session_id);
    const stored = await installation.bus.read('EVENTS', { newestOf: explained?.event_subject ?? '' });
    expect(stored?.json()).toMatchObject({ id: 'k1' });
    expect(await installation.bus.read('TURNS', { newestOf: explained?.turn_subject ?? '' })).toBeDefined();

    const [after] = (await explain()).events;
    expect(after).toMatchObject({
      stored: 'duplicate',
      session: { decided_by: 'binding_key', binding_key: 'order-1', would_create: false, would_bind: [] },
    });
  });

  it('judges the proof of a request', async () => {
    expect((await explain({ authorization: `Bearer ${hookToken}` })).admission.outcome).toBe('admitted');
    expect((await explain({ Authorization: 'Bearer guess' })).admission).toMatchObject({
      ...{ outcome: 'refused', code: 'bearer_mismatch' },
    });
  });

  it('shows a viewer a payload of any kind', async () => {
    const { token } = (await control.call('createToken', { body: { name: 'v', role: 'viewer' } })).body;
    const viewer = createControlClient({ url: controlUrl, token });
    const update = {
      update_id: 1,
      message: {
        message_id: 1,
        date: 1,
        chat: { id: 5, type: 'private' },
        from: { id: 5, is_bot: false, first_name: 'A' },
        text: 'hi',
      },
    };
    const query = { kind: 'telegram', name: 'bot', body: JSON.stringify(update) } as const;
    const { body } = await viewer.call('explain', { query });
    expect(body.events).toMatchObject([{ outcome: 'event', conversation: 'telegram:bot:5' }]);
    const request = { kind: 'http' as const, name: 'hook', body: {} };
    await expect(viewer.call('explainRequest', { body: request })).rejects.toSatisfy(code('forbidden'));
    await expect(viewer.call('testConnector', { params: { kind: 'http', name: 'hook' } })).rejects.toSatisfy(
      code('forbidden'),
    );
  });
});

describe('the status of connectors', () => {
  it('is told by the gateways of every kind to whoever asks', async () => {
    const { bus } = installation;
    const told = new Map<string, ConnectorStatus>();
    const subscription = bus.subscribe(bus.names.allStatus, (message) => {
      const read = readStatusReport(message.json());
      if (read.ok) for (const status of read.value.connectors) told.set(`${read.value.kind}/${status.name}`, status);
    });
    await bus.flush();
    bus.publish(bus.names.statusWanted, JSON.stringify({ v: 1 }));
    const look = () => told.get('external/away')?.state === 'degraded' && told.get('telegram/bot')?.holds_lease;
    await waitFor(look, { what: 'the status', timeoutMs: 30_000 });
    subscription.stop();
    expect(Object.fromEntries(told)).toMatchObject({
      'http/hook': { state: 'ready', last_event_at: expect.any(String), traffic: { accepted: 1 } },
      'slack/team': { state: 'ready' },
      'telegram/bot': { state: 'ready', holds_lease: true, details: { mode: 'polling' } },
      'external/side': { state: 'ready', holds_lease: true, details: { sidecar: { status: 'ready' } } },
      'external/away': { state: 'degraded', reason: expect.stringContaining('The sidecar is down') },
    });
    expect(JSON.stringify(Object.fromEntries(told))).not.toContain('of-this-spec');
  });
});

describe('without gateways', () => {
  it('says at once that none runs, and how to start one', async () => {
    await installation.process('http-gateway-1').stop();
    await expect(test('http', 'hook')).rejects.toSatisfy(code('gateway_unavailable'));
    await expect(test('http', 'hook')).rejects.toMatchObject({
      problem: { detail: expect.stringContaining('docker compose up -d http-gateway') },
    });
  });

  it('says that one which is frozen does not answer in time', async () => {
    const gateway = installation.process('telegram-gateway-1');
    gateway.pause();
    await expect(test('telegram', 'bot')).rejects.toSatisfy(code('gateway_timeout'));
    gateway.resume();
    await waitFor(async () => (await test('telegram', 'bot')).passed, {
      what: 'it to answer again',
      timeoutMs: 60_000,
    });
  }, 90_000);
});
