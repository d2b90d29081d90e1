import { openBus, type Bus } from '@trunkline/bus';
import { parseConnector, type ConnectorConfig } from '@trunkline/config';
import type { ConnectorRef } from '@trunkline/events';
import { reportStatus, type StatusReporter } from '@trunkline/gateway-kit';
import type { Inventory, InventoryChange, InventoryEntry } from '@trunkline/inventory';
import { Secret } from '@trunkline/secrets';
import { createLogger } from '@trunkline/telemetry';
import { startNats, waitFor, type NatsServer } from '@trunkline/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { followStatus, type FollowedStatus } from './follow-status.ts';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const timing = { tickMs: 20, beatEveryTicks: 5 };
let nats: NatsServer;
let prefixes = 0;

beforeAll(async () => {
  nats = await startNats();
});
afterAll(() => nats[Symbol.asyncDispose]());

function hook(fields: object = {}): ConnectorConfig {
  const parsed = parseConnector('http', { name: 'hook', bearer_token: 'b', ...fields });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.connector;
}

function entryOf(config: ConnectorConfig, more: object = {}): InventoryEntry {
  const { kind, name } = config;
  return { kind, name, source: 'runtime', state: 'ready', config, secrets: {}, ...more } as InventoryEntry;
}

/** The connectors of a gateway, as a test changes them. */
function inventoryOf(...initial: InventoryEntry[]) {
  const entries = new Map(initial.map((entry) => [entry.name, entry]));
  const listeners = new Set<(change: InventoryChange) => void>();
  const tell = (change: InventoryChange) => listeners.forEach((listener) => listener(change));
  const inventory = {
    get: (_kind: string, name: string) => entries.get(name),
    list: () => [...entries.values()],
    onChange(listener: (change: InventoryChange) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  } as unknown as Pick<Inventory, 'get' | 'list' | 'onChange'>;
  return {
    inventory,
    set(entry: InventoryEntry) {
      const old = entries.get(entry.name);
      entries.set(entry.name, entry);
      tell(old ? { type: 'changed', old, new: entry } : { type: 'added', new: entry });
    },
    remove(name: string) {
      const old = entries.get(name)!;
      entries.delete(name);
      tell({ type: 'removed', old });
    },
  };
}

interface Gateway {
  reporter: StatusReporter;
  connectors: ReturnType<typeof inventoryOf>;
  /** Ends in order. */
  stop(): Promise<void>;
  /** Is gone without a word. */
  die(): Promise<void>;
}

/** A prefix with any number of gateways and followers on it. */
async function installation() {
  const prefix = `f${prefixes++}`;
  const log = await createLogger({ service: 'spec', destination: { write: () => {} } });
  const closing: (() => unknown)[] = [];
  const connect = async (): Promise<Bus> => {
    const bus = await openBus({ servers: nats.url, name: 'spec', prefix }, quiet);
    closing.push(() => bus.close());
    return bus;
  };
  return {
    connect,
    async gateway(instanceId: string, ...entries: InventoryEntry[]): Promise<Gateway> {
      const bus = await connect();
      const connectors = inventoryOf(...entries);
      const stops: (() => unknown)[] = [];
      const service = { instanceId, log, onStop: (stop: () => unknown) => void stops.unshift(stop) };
      const reporter = reportStatus(service, { kind: 'http', bus, inventory: connectors.inventory, timing });
      const stop = async () => stops.splice(0).forEach((each) => each());
      closing.unshift(stop);
      return { reporter, connectors, stop, die: () => bus.connection.close() };
    },
    async follow(more: { silentMs?: number } = {}): Promise<FollowedStatus & { news: ConnectorRef[] }> {
      const bus = await connect();
      const followed = followStatus({ bus, log: quiet, timing: { lookEveryMs: 20, askAgainMs: 50, ...more } });
      const news: ConnectorRef[] = [];
      followed.onChange((ref) => news.push(ref));
      closing.unshift(() => followed.stop());
      return { ...followed, news };
    },
    async [Symbol.asyncDispose]() {
      for (const close of closing) await close();
    },
  };
}

const ref = { kind: 'http', name: 'hook' } as const;

it('says that no gateway runs, and how to start one', async () => {
  await using it = await installation();
  const status = await it.follow();
  expect(status.of(ref)).toMatchObject({ state: 'unknown', gateways: [] });
  expect(status.of(ref).reason).toContain('docker compose up -d http-gateway');
});

it('tells of what was there before, whoever began first', async () => {
  await using it = await installation();
  const early = await it.follow();
  const gateway = await it.gateway('g1', entryOf(hook()));
  gateway.reporter.sawEvent('hook', 'stored');
  const late = await it.follow();
  for (const status of [early, late]) {
    const live = await waitFor(() => status.of(ref).last_event_at && status.of(ref), { what: 'the event' });
    expect(live).toMatchObject({ state: 'ready', traffic: { accepted: 1 }, gateways: [{ gateway: 'g1' }] });
  }
  expect(early.gateways('http')).toMatchObject([{ kind: 'http', gateway: 'g1' }]);
  expect(early.gateways('slack')).toEqual([]);
});

it('shows when a change is live at every gateway, and by which secret', async () => {
  await using it = await installation();
  const status = await it.follow();
  const gateways = [await it.gateway('g1', entryOf(hook())), await it.gateway('g2', entryOf(hook()))];
  const prints = () => new Set(status.of(ref).gateways.map((each) => each.config_fingerprint));
  await waitFor(() => status.of(ref).gateways.length === 2, { what: 'both gateways' });
  expect(prints().size).toBe(1);
  const [before] = prints();

  const changed = entryOf(hook({ wait_ms: 7 }), { secrets: { bearer_token: [new Secret('s', { version: 2 })] } });
  gateways[0]!.connectors.set(changed);
  await waitFor(() => prints().size === 2, { what: 'the first gateway' });
  gateways[1]!.connectors.set(changed);
  await waitFor(() => prints().size === 1 && !prints().has(before), { what: 'the second gateway' });
  expect(status.of(ref).gateways[0]?.secret_versions).toEqual({ bearer_token: 2 });
});

it('is degraded where one gateway is, and by what the holder of the lease says', async () => {
  await using it = await installation();
  const status = await it.follow();
  const one = await it.gateway('g1', entryOf(hook()));
  const two = await it.gateway('g2', entryOf(hook()));
  two.reporter.describe('hook', { holdsLease: true, problem: 'The token was refused.', details: { sockets: 0 } });
  await waitFor(() => status.of(ref).state === 'degraded', { what: 'the problem' });
  expect(status.of(ref)).toMatchObject({
    reason: 'The token was refused.',
    lease_holder: 'g2',
    details: { sockets: 0 },
  });

  two.reporter.describe('hook', { holdsLease: true });
  one.connectors.set(entryOf(hook(), { state: 'degraded', reason: 'bearer_token: missing' }));
  await waitFor(() => status.of(ref).reason === 'bearer_token: missing (at 1 of 2 gateways)', { what: 'the other' });

  one.connectors.set(entryOf(hook({ enabled: false }), { state: 'disabled' }));
  await waitFor(() => status.of(ref).state === 'ready', { what: 'one of two being ready' });
  two.connectors.set(entryOf(hook({ enabled: false }), { state: 'disabled' }));
  await waitFor(() => status.of(ref).state === 'disabled', { what: 'both being disabled' });
});

it('adds up what happened, and names the oldest delivery that waits', async () => {
  await using it = await installation();
  const status = await it.follow();
  const one = await it.gateway('g1', entryOf(hook()));
  const two = await it.gateway('g2', entryOf(hook()));
  one.reporter.watchWaiting(() => new Map([['hook', new Date(Date.now() - 60_000).toISOString()]]));
  for (const outcome of ['routed', 'duplicate', 'refused', 'bus_unavailable']) one.reporter.sawEvent('hook', outcome);
  two.reporter.sawDelivery('hook', { fate: 'delivered', tookMs: 180 });
  two.reporter.sawDelivery('hook', { fate: 'failed' });
  two.reporter.sawEvent('nobody-has-this', 'stored');
  await waitFor(() => status.of(ref).backlog_age_seconds !== undefined && status.of(ref).traffic.failed === 1, {
    what: 'all of it',
  });
  const live = status.of(ref);
  expect(live.traffic).toEqual({
    ...{ accepted: 1, duplicate: 1, ignored: 0, rejected: 1, errors: 1 },
    ...{ delivered: 1, failed: 1 },
  });
  expect(live).toMatchObject({ event_error_rate: 0.5, delivery_error_rate: 0.5 });
  expect(live.backlog_age_seconds).toBeGreaterThanOrEqual(60);
  one.reporter.watchWaiting(() => new Map());
  await waitFor(() => status.of(ref).backlog_age_seconds === undefined, { what: 'the backlog to be gone' });
});

it('forgets what was removed, a gateway that left, and one that fell silent', async () => {
  await using it = await installation();
  const status = await it.follow({ silentMs: 400 });
  const one = await it.gateway('g1', entryOf(hook()));
  const two = await it.gateway('g2', entryOf(hook()));
  const three = await it.gateway('g3', entryOf(hook()));
  const names = () => status.of(ref).gateways.map(({ gateway }) => gateway);
  await waitFor(() => names().length === 3, { what: 'three gateways' });

  await two.stop();
  await waitFor(() => names().join() === 'g1,g3', { what: 'g2 to have left' });
  await three.die();
  await waitFor(() => names().join() === 'g1', { what: 'g3 to be missed' });
  one.connectors.remove('hook');
  await waitFor(() => status.of(ref).state === 'unknown', { what: 'the connector to be gone' });
  expect(status.of(ref).reason).toContain('do not know it');
  expect(status.news).toContainEqual(ref);
});

it('asks for all when a report was missed', async () => {
  await using it = await installation();
  const gateway = await it.gateway('g1', entryOf(hook()));
  const bus = await it.connect();
  const lossy: Pick<Bus, 'subscribe' | 'publish' | 'names' | 'onState'> = {
    ...bus,
    subscribe: (subject, onMessage) => bus.subscribe(subject, (message) => (deaf ? undefined : onMessage(message))),
  };
  let deaf = false;
  const status = followStatus({ bus: lossy, log: quiet, timing: { askAgainMs: 50 } });
  await waitFor(() => status.of(ref).state === 'ready', { what: 'the first report' });
  deaf = true;
  gateway.connectors.set(entryOf(hook(), { state: 'degraded', reason: 'unheard' }));
  gateway.connectors.set(entryOf({ ...hook(), name: 'other' }));
  await new Promise((resolve) => setTimeout(resolve, 100));
  deaf = false;
  await waitFor(() => status.of(ref).reason === 'unheard', { what: 'what was missed' });
  expect(status.of({ kind: 'http', name: 'other' }).state).toBe('ready');
  status.stop();
});

it('tells of ten thousand connectors in messages that the bus takes', async () => {
  await using it = await installation();
  const many = Array.from({ length: 10_000 }, (_, n) => entryOf({ ...hook(), name: `hook-${n}` }));
  const gateway = await it.gateway('g1', ...many);
  for (const { name } of many) gateway.reporter.describe(name, { details: { note: 'x'.repeat(300) } });
  const status = await it.follow();
  await waitFor(() => many.every(({ name }) => status.of({ kind: 'http', name }).details !== undefined), {
    what: 'all of them',
    timeoutMs: 20_000,
  });
}, 30_000);
