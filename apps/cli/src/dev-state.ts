import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKey, masterKeyFileVariable, masterKeyVariable } from '@trunkline/secrets';
import { CommandFailed } from './exit-codes.ts';

/** What a running `trunkline dev` tells other commands in its state folder. */
export interface DevRun {
  pid: number;
  nats_url: string;
  connectors_file: string;
  control_plane: string;
  /** Base URLs of the gateways, by kind. */
  gateways: Record<string, string>;
}

/** The state folder of a development installation: key, connectors, the bus's files. */
export interface DevState {
  readonly folder: string;
  readonly keyFile: string;
  /** Holds the token by which commands of this machine may do everything. */
  readonly adminTokenFile: string;
  readonly connectorsFile: string;
  readonly natsStore: string;
  /** Compiled sources of the services: about 30 MB less in each process, and a faster start. */
  readonly compileCache: string;
  announce(run: DevRun): void;
  withdraw(): void;
}

const runFile = (folder: string) => join(folder, 'dev.json');

/** Where the admin token of a development installation is. */
export const adminTokenFile = (folder: string) => join(folder, 'admin.token');

/** Makes the folder, key and token where they are missing. Throws CommandFailed while another `dev` runs on the same folder. */
export function openDevState(folder: string): DevState {
  const running = readDevRun(folder);
  if (running) {
    throw new CommandFailed(`Trunkline runs here already (process ${running.pid}, ${running.control_plane}).`, {
      exit: 'conflict',
      fix: 'Stop it with Ctrl-C in its terminal, or give another --state-dir.',
    });
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const keyFile = join(folder, 'master.key');
  if (!existsSync(keyFile)) writeFileSync(keyFile, `${generateKey('dev')}\n`, { mode: 0o600 });
  const tokenFile = adminTokenFile(folder);
  if (!existsSync(tokenFile)) writeFileSync(tokenFile, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 });
  return {
    folder,
    keyFile,
    adminTokenFile: tokenFile,
    connectorsFile: join(folder, 'connectors.toml'),
    natsStore: join(folder, 'nats'),
    compileCache: join(folder, 'compile-cache'),
    announce: (run) => writeFileSync(runFile(folder), JSON.stringify(run)),
    withdraw: () => rmSync(runFile(folder), { force: true }),
  };
}

/** The `dev` that runs on a state folder now, if one does. */
export function readDevRun(folder: string): DevRun | undefined {
  try {
    const run = JSON.parse(readFileSync(runFile(folder), 'utf8')) as DevRun;
    // In a container every run has the same process id: our own is a file that a killed one left behind.
    if (run.pid === process.pid) return undefined;
    process.kill(run.pid, 0);
    return run;
  } catch {
    return undefined;
  }
}

/** The environment with the key of a running `dev`, whose services have it, unless it says another one. */
export function withDevKey(env: NodeJS.ProcessEnv, stateDir: string): NodeJS.ProcessEnv {
  const isGiven = env[masterKeyVariable] ?? env[masterKeyFileVariable];
  if (isGiven !== undefined || readDevRun(stateDir) === undefined) return env;
  return { ...env, [masterKeyFileVariable]: join(stateDir, 'master.key') };
}
