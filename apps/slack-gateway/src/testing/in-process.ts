import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { migrateStreams, openBus, type Bus } from '@trunkline/bus';
import { createGuardedFetch, noTrustedProxies, openIntake, type gatewayOptions } from '@trunkline/gateway-kit';
import { openInventory, secretResolver, type Inventory } from '@trunkline/inventory';
import type { ReadinessCheck, Service } from '@trunkline/service';
import { startNats, tempDir, type NatsServer } from '@trunkline/testing';
import { createBotIdentities } from '../bot-identity.ts';
import { startSocketMode } from '../start-socket-mode.ts';
import type { SocketModeTiming } from '../socket-mode.ts';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };

/** Socket Mode in this process, with times that suit a test. */
export interface InProcess extends AsyncDisposable {
  readonly nats: NatsServer;
  readonly bus: Bus;
  readonly inventory: Inventory;
  configure(toml: string): Promise<void>;
  /** What /readyz would say of Socket Mode. */
  state(): Promise<unknown>;
  /** What was last said of a connector, for its status. */
  described: ReadonlyMap<string, unknown>;
  /** What was logged, by its message. */
  logged: { message: string; fields: object }[];
}

/** Starts the Socket Mode of these connectors, with a bus of its own. */
export async function socketModeInProcess(toml: string, timing: SocketModeTiming): Promise<InProcess> {
  const nats = await startNats();
  const bus = await openBus({ servers: nats.url, name: 'spec', ackTimeoutMs: 5_000 }, quiet);
  await migrateStreams({ nc: bus.connection, names: bus.names });
  const dir = await tempDir();
  const file = join(dir.path, 'connectors.toml');
  await writeFile(file, toml);
  const resolve = secretResolver({ store: undefined, env: {} });
  const inventory = await openInventory({
    file,
    kind: 'slack',
    bus,
    resolve,
    log: quiet,
    timing: { pollMs: 50, settleMs: 10 },
  });
  const logged: InProcess['logged'] = [];
  const note = (fields: object, message: string) => void logged.push({ message, fields });
  const checks = new Map<string, ReadinessCheck>();
  const stops: (() => unknown)[] = [];
  const metrics = { count: () => {}, observe: () => {}, watch: () => () => {} };
  const service = {
    instanceId: 'spec',
    log: { info: note, warn: note, error: note },
    telemetry: { metrics },
    options: { trustedProxies: noTrustedProxies },
    onStop: (stop: () => unknown) => stops.unshift(stop),
    ready: (name: string, check: ReadinessCheck) => checks.set(name, check),
  } as unknown as Service<typeof gatewayOptions>;

  const described = new Map<string, unknown>();
  const status = {
    sawEvent() {},
    sawStore() {},
    describe: (name: string, what: unknown) => void described.set(name, what),
  };
  const fetch = createGuardedFetch();
  const connectors = { get: (name: string) => inventory.get('slack', name) };
  const identities = createBotIdentities({ fetch, now: Date.now });
  const take = {
    ...openIntake(service, { kind: 'slack', bus, status }),
    ...{ connectors, identities, assetUrls: { urlOf: () => undefined } },
  };
  await startSocketMode(service, { bus, inventory, fetch, take, status, timing });

  return {
    ...{ nats, bus, inventory, logged, described },
    configure: (text) => writeFile(file, text),
    state: async () => checks.get('socket_mode')?.(),
    async [Symbol.asyncDispose]() {
      for (const stop of stops) await stop();
      await fetch.close();
      inventory.close();
      await bus.close();
      await nats[Symbol.asyncDispose]();
      await dir[Symbol.asyncDispose]();
    },
  };
}
