import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { migrateStreams, openBus, roleOf, type Bus, type Role, type StreamChoices } from '@trunkline/bus';
import { createSecretStore, generateKey, parseKeyring } from '@trunkline/secrets';
import { freePort, startNats, tempDir, type NatsServer, type StartNatsOptions } from '@trunkline/testing';
import { secretsIn, watchLeaks, type LeakWatch } from './leak-watch.ts';
import { manageProcess, type ManagedProcess } from './managed-process.ts';
import { credentialsOf, usersConfig } from './nats-users.ts';

const workspace = resolve(import.meta.dirname, '../../..');

/** A process of the caller's that runs beside the services. */
export interface ExtraProcess {
  name: string;
  main: string;
  args?: string[];
  /** Whether it says `process.send('ready')` when it serves, as is expected unless this is false. */
  saysReady?: boolean;
  /** The group that it consumes turns for; its NATS user is the group's. */
  group?: string;
}

/** The gateways that an installation can have. */
export type GatewayKind = 'http' | 'slack' | 'telegram' | 'external';

type ServiceName = `${GatewayKind}-gateway` | 'session-router' | 'control-plane';

/** What the control planes of an installation take as their start-up token. */
export const adminToken = 'admin-token-of-the-installation';

export interface InstallationOptions {
  /** The connectors file. */
  connectors: string;
  /** What is in the secret store, by reference. */
  secrets?: Readonly<Record<string, string>>;
  routers?: number;
  /** HTTP gateways: one unless said. */
  gateways?: number;
  /** None unless said, as of the others. */
  slackGateways?: number;
  telegramGateways?: number;
  externalGateways?: number;
  controlPlanes?: number;
  /** Processes of `chaos/consumer.ts`: they answer each turn with `echo <text>`. */
  consumers?: number;
  extra?: ExtraProcess[];
  nats?: StartNatsOptions;
  streams?: Partial<StreamChoices>;
  logLevel?: string;
  /** Environment of the processes beyond this one's. */
  env?: Record<string, string>;
  /** Whether processes send traces and metrics, to be looked through for secrets too. */
  traces?: boolean;
  /** What to run instead of the sources: built bundles, by service. */
  mains?: Partial<Record<ServiceName, string>>;
}

/** A whole installation on this machine: a nats-server of its own, each service a process of its own with a NATS user of its own. */
export interface Installation extends AsyncDisposable {
  readonly nats: NatsServer;
  /** A connection of the test's own. */
  readonly bus: Bus;
  /** What processes are started with. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The keyring's file, with one key of the id `e2e`; the processes follow it. */
  readonly keyFile: string;
  /** Fails the test at the end if a secret came out: the master key, those in the connectors file, and what it is told to hide. */
  readonly leakWatch: LeakWatch;
  /** Of the HTTP gateways. */
  readonly gatewayUrls: string[];
  gatewayUrlsOf(kind: GatewayKind): string[];
  /** Of the control planes; `adminToken` opens them. */
  readonly controlUrls: string[];
  /** The ops servers, by process name. */
  readonly opsUrls: ReadonlyMap<string, string>;
  readonly processes: readonly ManagedProcess[];
  /** `http-gateway-1`, `session-router-1`, `consumer-1`, ... */
  process(name: string): ManagedProcess;
  ready(): Promise<void>;
  /** SIGTERM to all processes; their exit codes, by name. NATS goes on. */
  stop(): Promise<Record<string, number>>;
  /** The processes again after `stop`; resolves when they serve. */
  start(): Promise<void>;
  /** The last log lines of every process, for a failure's report. */
  tails(lines?: number): string;
}

/** Starts everything and returns when it serves: `await using installation = await startInstallation({...})`. */
export async function startInstallation(options: InstallationOptions): Promise<Installation> {
  const stack = new AsyncDisposableStack();
  try {
    return await start(options, stack);
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

async function start(options: InstallationOptions, stack: AsyncDisposableStack): Promise<Installation> {
  const dir = stack.use(await tempDir('trunkline-e2e-'));
  const plans = await plan(options);
  const config = [usersConfig(plans.map(({ role }) => role)), options.nats?.config].join('\n');
  const nats = stack.use(await startNats({ ...options.nats, config }));
  const quiet = { info: () => {}, warn: () => {}, error: () => {} };
  const bus = await openBus({ servers: nats.url, name: 'e2e' }, quiet);
  stack.defer(() => bus.connection.close());
  await migrateStreams({ nc: bus.connection, names: bus.names, choices: options.streams });

  const files = { key: join(dir.path, 'master.key'), connectors: join(dir.path, 'connectors.toml') };
  const { secrets = {} } = options;
  const masterKey = generateKey('e2e');
  await writeFile(files.key, `${masterKey}\n`, { mode: 0o600 });
  await writeFile(files.connectors, options.connectors);
  const opsUrls = new Map(plans.flatMap(({ name, opsUrl }) => (opsUrl ? [[name, opsUrl] as const] : [])));
  const leakWatch = stack.use(await watchLeaks({ logFolder: dir.path, opsUrls: () => opsUrls }));
  for (const secret of [masterKey.slice('e2e:'.length), ...secretsIn(options.connectors), ...Object.values(secrets)])
    leakWatch.hide(secret);
  const clock = { now: Date.now, random: Math.random };
  const store = createSecretStore({ bucket: bus.bucket('secrets'), keyring: parseKeyring(masterKey), ...clock });
  for (const [reference, value] of Object.entries(secrets)) await store.set(reference, value);
  const env = {
    ...process.env,
    NATS_URL: nats.url,
    CONNECTORS_CONFIG: files.connectors,
    TRUNKLINE_MASTER_KEY_FILE: files.key,
    LOG_LEVEL: options.logLevel ?? 'warn',
    LOG_PRETTY: 'false',
    TRUNKLINE_ADMIN_TOKEN: adminToken,
    ...(options.traces && { OTEL_EXPORTER_OTLP_ENDPOINT: leakWatch.collectorUrl }),
    ...options.env,
  };
  const logFileOf = (name: string) => join(dir.path, `${name}.log`);
  // After the processes have ended: whatever an installation does in a test is what the users of its processes may do.
  stack.defer(() => expectNoRefusals(plans.map(({ name }) => logFileOf(name))));
  const processes = plans.map(({ readyUrl, role, ...spec }) => {
    const child = manageProcess({
      ...spec,
      env: { ...env, ...(role && credentialsOf(role)) },
      logFile: logFileOf(spec.name),
      restart: true,
      ...(readyUrl && { readyUrl }),
    });
    stack.defer(() => endAtOnce(child));
    return child;
  });
  const installation = controls({
    ...{ nats, bus, plans, processes, stack, opsUrls, leakWatch },
    environment: env,
    keyFile: files.key,
  });
  await installation.ready();
  return installation;
}

async function expectNoRefusals(logFiles: string[]): Promise<void> {
  const logs = await Promise.all(logFiles.map((file) => readFile(file, 'utf8')));
  const refusals = logs.flatMap((log) => log.split('\n').filter((line) => line.includes('bus.refused')));
  if (refusals.length > 0) throw new Error(`NATS refused what processes did:\n${refusals.join('\n')}`);
}

async function endAtOnce(child: ManagedProcess): Promise<void> {
  const stopped = child.stop();
  await child.kill();
  await stopped;
}

interface Plan extends ExtraProcess {
  kind?: GatewayKind | 'control';
  url?: string;
  opsUrl?: string;
  readyUrl?: string;
  /** Left out: it connects without a user and may do anything. */
  role?: Role;
}

async function plan(options: InstallationOptions): Promise<Plan[]> {
  const main = (app: ServiceName) => options.mains?.[app] ?? join(workspace, 'apps', app, 'src/main.ts');
  const { routers = 1, consumers = 0, extra = [] } = options;
  const plans: Plan[] = [];
  for (let n = 1; n <= routers; n++) plans.push(await service(`session-router-${n}`, main('session-router')));
  for (const [kind, count] of gatewayCounts(options)) {
    for (let n = 1; n <= count; n++) {
      const port = await freePort();
      const gateway = await service(`${kind}-gateway-${n}`, main(`${kind}-gateway`));
      const url = `http://127.0.0.1:${port}`;
      const args = [...(gateway.args ?? []), '--port', String(port), '--public-url', url];
      plans.push({ ...gateway, kind, args, url });
    }
  }
  for (let n = 1; n <= (options.controlPlanes ?? 0); n++) {
    const port = await freePort();
    const control = await service(`control-plane-${n}`, main('control-plane'));
    const args = [...(control.args ?? []), '--port', String(port)];
    plans.push({ ...control, kind: 'control', args, url: `http://127.0.0.1:${port}` });
  }
  const consumer = join(import.meta.dirname, 'chaos/consumer.ts');
  const everybody = [
    ...plans,
    ...Array.from({ length: consumers }, (_, n) => ({ name: `consumer-${n + 1}`, main: consumer, group: 'echo' })),
    ...extra,
  ];
  return everybody.map((each) => ({ ...each, ...roleOfProcess(each) }));
}

function roleOfProcess({ name, group }: ExtraProcess): { role?: Role } {
  if (group !== undefined) return { role: { process: 'consumer', group } };
  const role = roleOf(name.replace(/-\d+$/, ''));
  return role ? { role } : {};
}

const gatewayCounts = (options: InstallationOptions) =>
  [
    ['http', options.gateways ?? 1],
    ['slack', options.slackGateways ?? 0],
    ['telegram', options.telegramGateways ?? 0],
    ['external', options.externalGateways ?? 0],
  ] as const;

async function service(name: string, main: string): Promise<Plan> {
  const port = await freePort();
  const opsUrl = `http://127.0.0.1:${port}`;
  return { name, main, args: ['--ops-port', String(port)], opsUrl, readyUrl: `${opsUrl}/readyz` };
}

function controls(parts: {
  nats: NatsServer;
  bus: Bus;
  plans: Plan[];
  processes: ManagedProcess[];
  stack: AsyncDisposableStack;
  opsUrls: ReadonlyMap<string, string>;
  leakWatch: LeakWatch;
  environment: Readonly<Record<string, string | undefined>>;
  keyFile: string;
}): Installation {
  const { nats, bus, plans, processes, stack, opsUrls, leakWatch, environment, keyFile } = parts;
  const urlsOf = (kind: NonNullable<Plan['kind']>) =>
    plans.flatMap((plan) => (plan.kind === kind ? (plan.url ?? []) : []));
  const ready = async () => void (await Promise.all(processes.map((each) => each.ready())));
  return {
    ...{ nats, bus, environment, keyFile, leakWatch, opsUrls },
    gatewayUrls: urlsOf('http'),
    gatewayUrlsOf: urlsOf,
    controlUrls: urlsOf('control'),
    processes,
    process(name) {
      const found = processes.find((each) => each.name === name);
      if (!found)
        throw new Error(`There is no process ${name}; there are ${processes.map((each) => each.name).join(', ')}.`);
      return found;
    },
    ready,
    async stop() {
      const codes = await Promise.all(processes.map(async (each) => [each.name, await each.stop()] as const));
      return Object.fromEntries(codes);
    },
    async start() {
      for (const each of processes) each.start();
      await ready();
    },
    tails: (lines = 15) => processes.map((each) => `--- ${each.name}\n${each.tail(lines)}`).join('\n'),
    async [Symbol.asyncDispose]() {
      const leaks = await leakWatch.leaks();
      await stack.disposeAsync();
      if (leaks.length > 0) throw new Error(`Secrets came out:\n${leaks.join('\n')}`);
    },
  };
}
