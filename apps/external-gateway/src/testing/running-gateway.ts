import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { migrateStreams, openBus, type Bus } from '@trunkline/bus';
import { createSecretStore, generateKey, parseKeyring } from '@trunkline/secrets';
import { freePort, startNats, tempDir, waitFor } from '@trunkline/testing';
import { readSidecar } from '../sidecar-record.ts';
import { readNotes, type ChildNote } from './in-process.ts';

/** One gateway process, with the real times. */
export interface Replica {
  readonly process: ChildProcess;
  readonly url: string;
  readonly instance: string;
  /** Everything that it logged. */
  readonly log: string[];
  end(signal: NodeJS.Signals): Promise<void>;
  ready(): Promise<{ ready: boolean; checks: Record<string, Record<string, unknown>> }>;
}

/** A bus, a folder with a connectors file, and as many gateways as a test wants. */
export interface Installation extends AsyncDisposable {
  readonly bus: Bus;
  readonly folder: string;
  readonly port: number;
  readonly natsUrl: string;
  setSecret(reference: string, value: string): Promise<void>;
  configure(toml: string): Promise<void>;
  /** By another way to the bus, if one is given. */
  start(natsUrl?: string): Promise<Replica>;
  notes(): ChildNote[];
  status(name?: string): Promise<string | undefined>;
}

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const main = join(import.meta.dirname, '../main.ts');

/** Everything but the gateways. */
export async function openInstallation(): Promise<Installation> {
  const nats = await startNats();
  const bus = await openBus({ servers: nats.url, name: 'spec' }, quiet);
  await migrateStreams({ nc: bus.connection, names: bus.names });
  const dir = await tempDir();
  const config = join(dir.path, 'connectors.toml');
  const port = await freePort();
  const key = generateKey('k1');
  const parsed = parseKeyring(key);
  const clock = { now: Date.now, random: Math.random };
  const secrets = createSecretStore({ bucket: bus.bucket('secrets'), keyring: parsed, ...clock });
  const replicas: Replica[] = [];

  async function start(natsUrl = nats.url): Promise<Replica> {
    const args = [main, '--port', '0', '--nats-url', natsUrl, '--no-log-pretty', '--ops-port', '0'];
    const env = { ...process.env, CONNECTORS_CONFIG: config, TRUNKLINE_MASTER_KEY: key };
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const log: string[] = [];
    const seen = { url: '', opsUrl: '', instance: '' };
    createInterface({ input: child.stdout }).on('line', (text) => {
      log.push(text);
      const line = JSON.parse(text) as Record<string, string>;
      if (line['message'] === 'ingress.listening') seen.url = `http://127.0.0.1:${line['port']}`;
      if (line['ops_url'] !== undefined) Object.assign(seen, { opsUrl: line['ops_url'], instance: line['instance'] });
    });
    await waitFor(() => seen.url !== '' || child.exitCode !== null, { what: 'the gateway', timeoutMs: 20_000 });
    const replica: Replica = {
      ...{ process: child, log, url: seen.url, instance: seen.instance },
      async end(signal) {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const gone = once(child, 'exit');
        child.kill(signal);
        if (signal === 'SIGTERM' || signal === 'SIGKILL') await gone;
      },
      ready: async () => (await (await fetch(`${seen.opsUrl}/readyz`)).json()) as Awaited<ReturnType<Replica['ready']>>,
    };
    replicas.push(replica);
    return replica;
  }

  return {
    ...{ bus, port, folder: dir.path, natsUrl: nats.url, start },
    setSecret: async (reference, value) => void (await secrets.set(reference, value)),
    configure: (toml) => writeFile(config, toml),
    notes: () => readNotes(join(dir.path, 'starts')),
    status: async (name = 'side') => (await readSidecar(name, bus))?.status,
    async [Symbol.asyncDispose]() {
      for (const replica of replicas) {
        replica.process.kill('SIGCONT');
        await replica.end('SIGTERM');
      }
      await bus.close();
      await nats[Symbol.asyncDispose]();
      await dir[Symbol.asyncDispose]();
    },
  };
}
