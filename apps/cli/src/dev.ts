import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrateStreams, openBus, type Bus } from '@trunkline/bus';
import { portOf, writeStarterConnectors, writtenRepliesUrl } from './dev-connectors.ts';
import {
  gatewayKinds,
  startGateway,
  startListening,
  wantedControlPort,
  wantedPort,
  type RunningGateway,
  type RunningService,
  type StartService,
} from './dev-gateways.ts';
import { childLine } from './dev-log.ts';
import { openDevState, type DevRun, type DevState } from './dev-state.ts';
import { CommandFailed } from './exit-codes.ts';
import { freePort } from './free-port.ts';
import { openReplyTerminal, replyLine } from './reply-terminal.ts';
import { supervise, type Supervised } from './supervise.ts';
import type { Terminal } from './terminal.ts';

export interface DevFlags {
  stateDir: string;
  port: number;
  natsPort: number;
  connectorsConfig?: string;
  /** Show every log line of every process, not only warnings. */
  verbose?: boolean;
  /** The nats-server to run; the set-up script of `npm start` says which. */
  natsServer: string;
}

const workspace = resolve(import.meta.dirname, '../../..');
const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const stopGraceMs = 20_000;
const natsStartMs = 15_000;

/**
 * Runs a whole installation on this machine, each service as a process of its own, until `signal` aborts: NATS, the gateways, the
 * router, the control plane, an echo agent, and a receiver that shows delivered answers in this terminal.
 */
export async function dev(
  flags: DevFlags,
  deps: { terminal: Terminal; signal: AbortSignal; env: NodeJS.ProcessEnv },
): Promise<void> {
  const { terminal, signal } = deps;
  const startedAt = performance.now();
  const state = openDevState(resolve(flags.stateDir));
  const ports = await choosePorts(flags, state);
  const natsUrl = `nats://127.0.0.1:${ports.nats}`;
  const replies = await openReplyTerminal({ port: ports.replies }, (reply) => terminal.out(replyLine(reply)));
  const connectors = connectorsFile(flags, { state, repliesUrl: replies.url });
  const onLine = childLine({ verbose: flags.verbose ?? false, terminal });
  const children: Supervised[] = [];
  const start = serviceStarter({ env: serviceEnv({ state, natsUrl, connectors, env: deps.env }), children, onLine });
  try {
    children.push(startNats({ flags, state, port: ports.nats, env: deps.env }, onLine));
    await migrate(natsUrl, signal);
    const services = await startServices(start, { ports, adminTokenFile: state.adminTokenFile });
    state.announce(runOf({ natsUrl, connectors, ...services }));
    const { gateways, control } = services;
    await allReady([...gateways.map(({ opsPort }) => opsPort), control.opsPort, ports.routerOps], signal);

    const tookMs = performance.now() - startedAt;
    const tokenFile = deps.env['CONSOLE_DIR'] === undefined ? undefined : state.adminTokenFile;
    terminal.out(banner({ ...services, natsUrl, connectors, tokenFile, tookMs }));
    await aborted(signal);
  } finally {
    terminal.err('Stopping ...');
    const [nats, ...others] = children;
    await Promise.all(others.map((child) => child.stop(stopGraceMs)));
    await nats?.stop(stopGraceMs);
    replies.close();
    state.withdraw();
  }
}

interface Ports {
  nats: number;
  http: number;
  routerOps: number;
  replies: number;
}

async function choosePorts(flags: DevFlags, state: DevState): Promise<Ports> {
  const wantedForReplies = portOf(writtenRepliesUrl(state.connectorsFile)) ?? flags.port + 1;
  const [nats = 0, http = 0, routerOps = 0, replies = 0] = await Promise.all(
    [flags.natsPort, flags.port, 0, wantedForReplies].map(freePort),
  );
  return { nats, http, routerOps, replies };
}

interface Services {
  gateways: RunningGateway[];
  control: RunningService;
}

async function startServices(
  start: StartService,
  { ports, adminTokenFile }: { ports: Ports; adminTokenFile: string },
): Promise<Services> {
  const starting = gatewayKinds.map((kind) => startGateway(kind, { port: wantedPort(kind, ports.http), start }));
  const gateways = await Promise.all(starting);
  const control = await startListening('control-plane', {
    port: wantedControlPort(ports.http),
    start,
    args: () => ['--admin-token-file', adminTokenFile],
  });
  start({ name: 'session-router', args: ['--ops-port', String(ports.routerOps)] });
  start({ name: 'echo-agent', args: [] });
  return { gateways, control };
}

/** What other commands are told. */
function runOf(at: { natsUrl: string; connectors: string } & Services): DevRun {
  return {
    pid: process.pid,
    nats_url: at.natsUrl,
    connectors_file: at.connectors,
    control_plane: at.control.url,
    gateways: Object.fromEntries(at.gateways.map(({ kind, url }) => [kind, url])),
  };
}

/** The user's file, or a starter file that is written once and then the user's to edit. */
function connectorsFile(flags: DevFlags, at: { state: DevState; repliesUrl: string }): string {
  if (flags.connectorsConfig) {
    const file = resolve(flags.connectorsConfig);
    if (!existsSync(file))
      throw new CommandFailed(`There is no file ${file}.`, { exit: 'not_found', fix: 'Check --connectors-config.' });
    return file;
  }
  const file = at.state.connectorsFile;
  writeStarterConnectors(file, at.repliesUrl);
  return file;
}

function startNats(
  at: { flags: DevFlags; state: DevState; port: number; env: NodeJS.ProcessEnv },
  onLine: (name: string, line: string) => void,
): Supervised {
  const script = join(workspace, 'tools/run-until-closed.mjs');
  const args = [
    script,
    at.flags.natsServer,
    '-a',
    '127.0.0.1',
    '-p',
    String(at.port),
    '-js',
    '-sd',
    at.state.natsStore,
  ];
  return supervise({ name: 'nats', command: process.execPath, args, env: at.env }, onLine);
}

async function migrate(natsUrl: string, signal: AbortSignal): Promise<void> {
  const bus = await connectWhenUp(natsUrl, signal);
  await migrateStreams({ nc: bus.connection, names: bus.names });
  await bus.close();
}

async function connectWhenUp(servers: string, signal: AbortSignal): Promise<Bus> {
  const deadline = performance.now() + natsStartMs;
  for (;;) {
    try {
      return await openBus({ servers, name: 'trunkline dev', firstConnect: 'once' }, quiet);
    } catch (cause) {
      if (performance.now() > deadline) {
        throw new CommandFailed(`nats-server did not start within ${natsStartMs / 1000} s.`, {
          fix: 'Run again with --verbose to see its log.',
          cause,
        });
      }
    }
    await sleep(50, undefined, { signal });
  }
}

function serviceEnv(at: {
  state: DevState;
  natsUrl: string;
  connectors: string;
  env: NodeJS.ProcessEnv;
}): NodeJS.ProcessEnv {
  return {
    ...at.env,
    NATS_URL: at.natsUrl,
    CONNECTORS_CONFIG: at.connectors,
    TRUNKLINE_MASTER_KEY_FILE: at.state.keyFile,
    TRUNKLINE_PARENT_WATCH: '1',
    NODE_COMPILE_CACHE: at.env['NODE_COMPILE_CACHE'] ?? at.state.compileCache,
  };
}

/** Each as a process of its own that is put among `children`. */
function serviceStarter(at: {
  env: NodeJS.ProcessEnv;
  children: Supervised[];
  onLine: (name: string, line: string) => void;
}): StartService {
  return ({ name, args }) => {
    const main = name === 'echo-agent' ? 'docs/examples/echo-agent.ts' : `apps/${name}/src/main.ts`;
    const spec = { name, command: process.execPath, args: [join(workspace, main), ...args], env: at.env };
    const child = supervise(spec, at.onLine);
    at.children.push(child);
    return child;
  };
}

async function allReady(opsPorts: number[], signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (const port of opsPorts) {
    while (!(await isReady(port))) {
      if (performance.now() > deadline) {
        throw new CommandFailed('The services did not become ready within 30 s.', {
          fix: 'Run again with --verbose to see their logs.',
        });
      }
      await sleep(50, undefined, { signal });
    }
  }
}

async function isReady(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/readyz`).then(
    (response) => response.ok,
    () => false,
  );
}

/** What `dev` says when it is ready; `tokenFile` opens the console, where there is one. */
interface Ready extends Services {
  natsUrl: string;
  connectors: string;
  tokenFile: string | undefined;
  tookMs: number;
}

function banner(at: Ready): string {
  const http = at.gateways.find(({ kind }) => kind === 'http')?.url ?? '';
  return [
    `Trunkline is ready (${(at.tookMs / 1000).toFixed(1)} s).`,
    '',
    ...(at.tokenFile === undefined
      ? []
      : [`  Console           ${at.control.url}  (token in ${shortPath(at.tokenFile)})`]),
    ...at.gateways.map(({ kind, url }) => `  ${`${kind} gateway`.padEnd(16)}  ${url}`),
    `  Control plane     ${at.control.url}`,
    `  NATS              ${at.natsUrl}`,
    `  Connectors        ${shortPath(at.connectors)} (edits apply while it runs)`,
    '',
    `Try it: curl -s ${http}/v1/connectors/http/demo -H 'content-type: application/json' -d '{"content":"hello"}'`,
    '',
    'The answer of the echo agent is shown here. Ctrl-C stops everything.',
    'Slack or Telegram without an account, in a second terminal: npm run -s trunkline -- fake slack --add',
  ].join('\n');
}

/** As it is written in this folder. */
const shortPath = (file: string): string => (file.startsWith(`${workspace}/`) ? relative(workspace, file) : file);

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
