import { runLanes, routerGroup } from '@trunkline/bus';
import { reportStatus } from '@trunkline/gateway-kit';
import { tempDir, waitFor } from '@trunkline/testing';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../testing/start-test-api.ts';
import { messageEvent, store } from '../testing/test-events.ts';

const overview = async (api: TestApi) => (await api.admin.call('getOverview', {})).body;

const connectors = `
[[http_connectors]]
name = "hook"
bearer_token = "b"

[[http_connectors]]
name = "off"
bearer_token = "b"
enabled = false

[[slack_connectors]]
name = "team"
bot_token = "xoxb-1"
signing_secret = "s"
`;

async function startWithConnectors() {
  const dir = await tempDir();
  const connectorsConfig = join(dir.path, 'connectors.toml');
  await writeFile(connectorsConfig, connectors);
  const api = await startTestApi({ connectorsConfig });
  return {
    api,
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await dir[Symbol.asyncDispose]();
    },
  };
}

/** A gateway of http as the control plane hears it. */
function startGateway(api: TestApi, instanceId: string) {
  const stops: (() => unknown)[] = [];
  const service = { instanceId, log: api.bus.log as never, onStop: (stop: () => unknown) => void stops.unshift(stop) };
  const timing = { tickMs: 20, beatEveryTicks: 2 };
  const reporter = reportStatus(service, { kind: 'http', bus: api.bus, inventory: api.knowledge.inventory, timing });
  return { reporter, stop: () => stops.splice(0).forEach((stop) => stop()) };
}

it('says what is missing, and of connectors nobody tells', async () => {
  await using it = await startWithConnectors();
  const found = await overview(it.api);
  expect(found.problems.map(({ part }) => part)).toEqual(['session-router', 'http-gateway', 'slack-gateway']);
  expect(found.problems[1]?.fix).toContain('docker compose up -d http-gateway');
  expect(found).toMatchObject({
    gateways: [],
    routers: 0,
    connectors: { ready: 0, degraded: 0, disabled: 1, unknown: 2 },
    events_waiting: 0,
    deliveries: { waiting: 0, dead: 0 },
  });
  expect(found.slots).toHaveLength(120);
});

it('tells what runs, what waits and what gateways counted; those that ended too', async () => {
  await using it = await startWithConnectors();
  const { api } = it;
  const { names } = api.bus;
  const lanes = { group: routerGroup, stream: 'OUTPUTS', filter: names.outputsOfLane, worker: 'r1' } as const;
  const router = await runLanes({ ...lanes, keyOf: (subject) => subject, handle: async () => 'done' }, api.bus);
  const [one, two] = [startGateway(api, 'g1'), startGateway(api, 'g2')];
  await store(api.bus, messageEvent('e1', 'k'), messageEvent('e2', 'k'));
  for (const { reporter } of [one, two]) {
    reporter.sawEvent('hook', 'stored');
    reporter.sawStore(4);
    reporter.sawDelivery('hook', { fate: 'delivered', tookMs: 250 });
    reporter.sawDelivery('hook', { fate: 'failed' });
  }
  two.reporter.describe('hook', { problem: 'It does not answer.' });
  two.stop();
  one.reporter.watchWaiting(() => new Map([['hook', new Date(Date.now() - 90_000).toISOString()]]));

  const found = await waitFor(
    async () => {
      const now = await overview(api);
      const isAll = now.recent.accepted === 2 && now.gateways.length === 1 && now.routers === 1;
      return isAll && now.slots.some((slot) => slot.oldest_waiting_seconds > 0) ? now : undefined;
    },
    { what: 'all of it', timeoutMs: 15_000 },
  );
  expect(found).toMatchObject({
    problems: [{ part: 'slack-gateway' }],
    gateways: [{ kind: 'http', gateway: 'g1' }],
    connectors: { ready: 1, degraded: 0, disabled: 1, unknown: 1 },
    events_waiting: 2,
    recent: { delivered: 2, failed: 2, store_p99_ms: 5, delivery_p99_ms: 300 },
  });
  expect(found.streams[0]).toMatchObject({ stream: 'EVENTS', messages: 2 });
  one.stop();
  await router.drain();
});
