import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { migrateStreams, openBus, type Bus } from '@trunkline/bus';
import { openInventory, secretResolver } from '@trunkline/inventory';
import type { Service } from '@trunkline/service';
import { freePort, startNats, tempDir } from '@trunkline/testing';
import { startSidecars, type Sidecars } from '../start-sidecars.ts';
import { sidecarTimes, type SidecarTimes } from '../sidecar-times.ts';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };

/** What a scripted child noted of itself. */
export interface ChildNote {
  pid: number;
  started?: string;
  overlap?: number[];
  grandchild?: number;
  env?: string[];
  sigterm?: true;
  lease?: number;
  length?: number;
  token?: string;
  delivered?: string;
}

/** Times short enough for a test, in the proportions of the real ones. */
export const shortTimes: SidecarTimes = {
  ...sidecarTimes,
  healthEveryMs: 100,
  probeMs: 500,
  startWithinMs: 3_000,
  startPollMs: 50,
  firstPauseMs: 50,
  longestPauseMs: 200,
  wellAfterMs: 60_000,
  stopGraceMs: 500,
  beatEveryMs: 100,
  marginMs: 50,
};

/** The sidecars of a gateway in this process, on a bus of its own. */
export interface InProcess extends AsyncDisposable {
  readonly bus: Bus;
  readonly sidecars: Sidecars;
  readonly logged: { message: string; fields: Record<string, unknown> }[];
  readonly folder: string;
  notes(): ChildNote[];
  configure(env?: Record<string, string>): Promise<void>;
  stop(): Promise<void>;
}

const script = join(import.meta.dirname, 'child.mjs');

/** TOML of a connector whose child is the scripted one. */
export function childToml(child: { port: number; env: Record<string, string>; more?: string }): string {
  const env = Object.entries(child.env).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
  return `
[[external_connectors]]
name = "side"
platform = "test"
mode = "child_process"
base_url = "http://127.0.0.1:${child.port}"
shared_token = "shared-secret-token"
[external_connectors.child_process]
command = ${JSON.stringify(process.execPath)}
args = [${JSON.stringify(script)}]
${child.more ?? ''}
[external_connectors.child_process.env]
${env.join('\n')}
`;
}

/** What the scripted children noted so far in this file. */
export function readNotes(file: string): ChildNote[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as ChildNote);
}

/** Whether a process runs; one that nobody has waited for yet does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.[0] !== 'Z';
  } catch {
    return false;
  }
}

/** Starts the sidecar of one connector whose child behaves as `env` says. */
export async function sidecarsInProcess(
  env: Record<string, string>,
  times: Partial<SidecarTimes> = {},
): Promise<InProcess> {
  const nats = await startNats();
  const bus = await openBus({ servers: nats.url, name: 'spec' }, quiet);
  await migrateStreams({ nc: bus.connection, names: bus.names });
  const dir = await tempDir();
  const file = join(dir.path, 'connectors.toml');
  const starts = join(dir.path, 'starts');
  const port = await freePort();
  const configure = (changed: Record<string, string> = env) =>
    writeFile(file, childToml({ port, env: { STARTS: starts, FLAG: join(dir.path, 'flag'), ...changed } }));
  await configure();
  const resolve = secretResolver({ store: undefined, env: {} });
  const timing = { pollMs: 50, settleMs: 10 };
  const inventory = await openInventory({ file, kind: 'external', bus, resolve, log: quiet, timing });
  const logged: InProcess['logged'] = [];
  const note = (fields: object, message: string) => void logged.push({ message, fields: { ...fields } });
  const stops: (() => unknown)[] = [];
  const service = {
    instanceId: 'spec',
    log: { info: note, warn: note, error: note },
    telemetry: { metrics: { count: () => {}, observe: () => {}, watch: () => () => {} } },
    stopping: new AbortController().signal,
    onStop: (stop: () => unknown) => stops.unshift(stop),
    ready: () => {},
  } as unknown as Service;
  const sidecars = await startSidecars(service, {
    status: { describe: () => {} },
    ...{ bus, inventory, gatewayUrl: 'http://127.0.0.1:9', env: { ...process.env, OTHERS_SECRET: 'x' } },
    times: { ...shortTimes, ...times },
  });
  const stop = async () => {
    for (const one of stops.splice(0)) await one();
  };
  return {
    ...{ bus, sidecars, logged, configure, stop, folder: dir.path },
    notes: () => readNotes(starts),
    async [Symbol.asyncDispose]() {
      await stop();
      inventory.close();
      await bus.close();
      await nats[Symbol.asyncDispose]();
      await dir[Symbol.asyncDispose]();
    },
  };
}
