import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { jsonFaults } from './json-shapes.ts';

const main = resolve(import.meta.dirname, '../main.ts');

const ownVariables = [
  'NATS_URL',
  'NATS_USER',
  'NATS_PASSWORD_FILE',
  'TRUNKLINE_PREFIX',
  'CONNECTORS_CONFIG',
  'TRUNKLINE_API_URL',
  'TRUNKLINE_TOKEN',
  'TRUNKLINE_TOKEN_FILE',
];

/** How a command ended. */
export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** A command that runs. */
export interface Running {
  readonly process: ChildProcess;
  out(): string;
  err(): string;
  ended: Promise<Ended>;
}

/** Starts the command line as a process of its own, as its users do. */
export function startCli(args: string[], env: NodeJS.ProcessEnv = {}): Running {
  const inherited = { ...process.env, ...Object.fromEntries(ownVariables.map((name) => [name, undefined])) };
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...inherited, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, out, err }));
  return { process: child, out: () => out, err: () => err, ended };
}

/** Runs a command to its end. Throws when it printed JSON that is not what `json-shapes.ts` promises. */
export async function runCli(args: string[], env?: NodeJS.ProcessEnv): Promise<Ended> {
  const ended = await startCli(args, env).ended;
  const faults = jsonFaults(args, ended.out);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return ended;
}
