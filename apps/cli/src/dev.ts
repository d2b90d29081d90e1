import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrateStreams, openBus, type Bus } from '@trunkline/bus';
import { portOf, writeStarterConnectors, writtenRepliesUrl } from './dev-connectors.ts';
import { childLine } from './dev-log.ts';
import { openDevState, type DevState } from './dev-state.ts';
import { CommandFailed } from './exit-codes.ts';
import { freePort } from './free-port.ts';
import { openReplyTerminal, type ShownReply } from './reply-terminal.ts';
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
 * router, an echo agent, and a receiver that shows delivered answers in this terminal.
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
  const apiUrl = `http://127.0.0.1:${ports.gateway}`;
  const replies = await openReplyTerminal(ports.replies, (reply) => terminal.out(replyLine(reply)));
  const connectors = connectorsFile(flags, { state, repliesUrl: replies.url });
  state.announce({ pid: process.pid, nats_url: natsUrl, api_url: apiUrl });
  const onLine = childLine({ verbose: flags.verbose ?? false, terminal });
  const children: Supervised[] = [];
  try {
    children.push(startNats({ flags, state, port: ports.nats, env: deps.env }, onLine));
    await migrate(natsUrl, signal);

    const env = serviceEnv({ state, natsUrl, connectors, env: deps.env });
    for (const service of services(ports)) {
      const args = [service.main, ...service.args];
      children.push(supervise({ name: service.name, command: process.execPath, args, env }, onLine));
    }
    await allReady([ports.gatewayOps, ports.routerOps], signal);

    terminal.out(banner({ apiUrl, natsUrl, connectors, tookMs: performance.now() - startedAt }));
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
  gateway: number;
  gatewayOps: number;
  routerOps: number;
  replies: number;
}

async function choosePorts(flags: DevFlags, state: DevState): Promise<Ports> {
  const wantedForReplies = portOf(writtenRepliesUrl(state.connectorsFile)) ?? flags.port + 1;
  const [nats, gateway, gatewayOps, routerOps, replies] = await Promise.all(
    [flags.natsPort, flags.port, 0, 0, wantedForReplies].map(freePort),
  );
  return {
    nats: nats ?? 0,
    gateway: gateway ?? 0,
    gatewayOps: gatewayOps ?? 0,
    routerOps: routerOps ?? 0,
    replies: replies ?? 0,
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

function services(ports: Ports) {
  const app = (name: string) => join(workspace, 'apps', name, 'src/main.ts');
  const ops = (port: number) => ['--ops-port', String(port)];
  return [
    {
      name: 'http-gateway',
      main: app('http-gateway'),
      args: ['--port', String(ports.gateway), ...ops(ports.gatewayOps)],
    },
    { name: 'session-router', main: app('session-router'), args: ops(ports.routerOps) },
    { name: 'echo-agent', main: join(workspace, 'docs/examples/echo-agent.ts'), args: [] },
  ];
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

function banner(at: { apiUrl: string; natsUrl: string; connectors: string; tookMs: number }): string {
  const file = at.connectors.startsWith(workspace)
    ? at.connectors.slice(dirname(`${workspace}/x`).length + 1)
    : at.connectors;
  return [
    `Trunkline is ready (${(at.tookMs / 1000).toFixed(1)} s).`,
    '',
    `  API         ${at.apiUrl}`,
    `  NATS        ${at.natsUrl}`,
    `  Connectors  ${file} (edits apply while it runs)`,
    '',
    `Try it: curl -s ${at.apiUrl}/v1/connectors/http/demo -H 'content-type: application/json' -d '{"content":"hello"}'`,
    '',
    'The answer of the echo agent is shown here. Ctrl-C stops everything.',
  ].join('\n');
}

const replyLine = ({ text, session_id, delivery_id }: ShownReply) =>
  `Reply   ${text}   (session ${session_id}, delivery ${delivery_id})`;

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
