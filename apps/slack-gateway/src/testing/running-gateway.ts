import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { migrateStreams, openBus, type Bus } from '@trunkline/bus';
import type { TrunklineEvent } from '@trunkline/events';
import { generateKey } from '@trunkline/secrets';
import { freePort, startNats, tempDir, waitFor, type NatsServer } from '@trunkline/testing';
import { ignoredCodes, storedEvents } from './stored-events.ts';

type Line = Record<string, unknown>;

/** The gateway as a process of its own, with a real bus behind it. */
export interface RunningGateway extends AsyncDisposable {
  readonly nats: NatsServer;
  readonly bus: Bus;
  /** What Slack posts to. */
  url(name?: string): string;
  readonly base: string;
  /** Everything that it logged, as JSON and as text. */
  readonly lines: Line[];
  configure(toml: string): Promise<void>;
  /** Another process, beside the first: a replica. */
  replica(): Promise<AsyncDisposable>;
  /** Ends it as a crash would, and starts it again on the same port. */
  crash(): Promise<void>;
  start(): Promise<void>;
  events(): Promise<TrunklineEvent[]>;
  /** The codes of what was ignored. */
  ignored(): Promise<string[]>;
  ready(): Promise<{ checks: Record<string, Line> }>;
}

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const main = join(import.meta.dirname, '../main.ts');

/** Starts nats-server and gateway with these connectors. */
export async function runGateway(toml: string): Promise<RunningGateway> {
  const nats = await startNats();
  const bus = await openBus({ servers: nats.url, name: 'spec' }, quiet);
  await migrateStreams({ nc: bus.connection, names: bus.names });
  const dir = await tempDir();
  const config = join(dir.path, 'connectors.toml');
  await writeFile(config, toml);
  const port = await freePort();
  const lines: Line[] = [];
  const key = generateKey('k1');
  let child: ChildProcess;
  let opsUrl = '';

  async function launch(at: number): Promise<ChildProcess> {
    const args = ['--port', String(at), '--nats-url', nats.url, '--no-log-pretty', '--ops-port', '0'];
    const env = {
      ...process.env,
      CONNECTORS_CONFIG: config,
      TRUNKLINE_MASTER_KEY: key,
      PUBLIC_URL: `http://127.0.0.1:${port}`,
    };
    const launched = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let listening = false;
    createInterface({ input: launched.stdout! }).on('line', (text) => {
      const line = JSON.parse(text) as Line;
      lines.push(line);
      if (line['message'] === 'ingress.listening') listening = true;
      if (typeof line['ops_url'] === 'string') opsUrl = line['ops_url'];
    });
    await waitFor(() => listening || launched.exitCode !== null, { what: 'the gateway', timeoutMs: 20_000 });
    return launched;
  }

  async function end(one: ChildProcess, signal: NodeJS.Signals): Promise<void> {
    if (one.exitCode !== null || one.signalCode !== null) return;
    const gone = once(one, 'exit');
    one.kill(signal);
    await gone;
  }

  child = await launch(port);
  const base = `http://127.0.0.1:${port}`;
  return {
    ...{ nats, bus, base, lines },
    url: (name = 'support') => `${base}/v1/connectors/slack/${name}`,
    configure: (text) => writeFile(config, text),
    async replica() {
      const other = await launch(0);
      return { [Symbol.asyncDispose]: () => end(other, 'SIGTERM') };
    },
    crash: () => end(child, 'SIGKILL'),
    async start() {
      child = await launch(port);
    },
    events: () => storedEvents(bus),
    ignored: () => ignoredCodes(bus),
    ready: async () => (await (await fetch(`${opsUrl}/readyz`)).json()) as { checks: Record<string, Line> },
    async [Symbol.asyncDispose]() {
      await end(child, 'SIGTERM');
      await bus.close();
      await nats[Symbol.asyncDispose]();
      await dir[Symbol.asyncDispose]();
    },
  };
}
