import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync, readFileSync } from 'node:fs';
import { waitFor } from '@trunkline/testing';

/** What to run with this Node, where its output goes, and how to tell that it serves. */
export interface ProcessSpec {
  name: string;
  main: string;
  args?: string[];
  env: Record<string, string | undefined>;
  logFile: string;
  /** Asked repeatedly after each start; a process without this says so itself by an IPC message `ready`. */
  readyUrl?: string;
  /** Whether it is started again when it ends by itself or by `kill`. */
  restart: boolean;
}

/** A process of its own under test: it can be killed, frozen and stopped, and never outlives this one. */
export interface ManagedProcess {
  readonly name: string;
  /** Of the running process; another after each start. */
  readonly pid: number;
  /** How often it ended without having been told to by `kill` or `stop`: anything but 0 is a crash of its own. */
  readonly crashes: number;
  /** Ends it as a crash would (SIGKILL); it comes back where the specification says so. */
  kill(): Promise<void>;
  /** Freezes it (SIGSTOP): its connections stay open and nothing answers. */
  pause(): void;
  resume(): void;
  /** SIGTERM; resolves with the exit code. It stays down until `start`. */
  stop(): Promise<number>;
  start(): void;
  ready(timeoutMs?: number): Promise<void>;
  /** The last lines it wrote. */
  tail(lines?: number): string;
}

const restartAfterMs = 300;
const stopGraceMs = 25_000;

/** Starts the process; `ready` tells when it serves. */
export function manageProcess(spec: ProcessSpec): ManagedProcess {
  let child: ChildProcess | undefined;
  let saidReady = false;
  let expected = false;
  let down = true;
  let crashes = 0;

  function start(): void {
    down = false;
    expected = false;
    saidReady = false;
    const log = openSync(spec.logFile, 'a');
    const args = [spec.main, ...(spec.args ?? [])];
    const started = spawn(process.execPath, args, { env: spec.env, stdio: ['ignore', log, log, 'ipc'] });
    closeSync(log);
    child = started;
    endWithThisProcess(started);
    started.on('message', () => (saidReady = true));
    // A killed process leaves its channel in pieces; that it is gone is told by its exit.
    started.on('error', () => {});
    started.once('exit', () => {
      if (!expected) crashes++;
      expected = false;
      if (child === started && !down && spec.restart) setTimeout(() => !down && child === started && start(), restartAfterMs);
    });
  }

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number> {
    const ending = child;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return ending?.exitCode ?? -1;
    expected = true;
    const gone = once(ending, 'exit');
    ending.kill(signal);
    // A frozen process hears SIGTERM only after it was woken.
    ending.kill('SIGCONT');
    const timer = setTimeout(() => ending.kill('SIGKILL'), stopGraceMs);
    await gone;
    clearTimeout(timer);
    return ending.exitCode ?? -1;
  }

  async function isReady(): Promise<boolean> {
    if (spec.readyUrl === undefined) return saidReady;
    const response = await fetch(spec.readyUrl, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  }

  function tail(lines = 30): string {
    return readFileSync(spec.logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  }

  start();
  return {
    name: spec.name,
    get pid() {
      return child?.pid ?? 0;
    },
    get crashes() {
      return crashes;
    },
    kill: async () => void (await end('SIGKILL')),
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    async stop() {
      down = true;
      return end('SIGTERM');
    },
    start() {
      if (down) start();
    },
    async ready(timeoutMs = 40_000) {
      const failed = (cause?: unknown) => new Error(`${spec.name} did not become ready. Its last lines:\n${tail()}`, { cause });
      const before = crashes;
      const settled = () => crashes > before + 2 || isReady();
      await waitFor(settled, { what: `${spec.name} to be ready`, timeoutMs }).catch((cause: unknown) => {
        throw failed(cause);
      });
      if (crashes > before + 2) throw failed();
    },
    tail,
  };
}

/** A reader of our pipe sees its end when this process is gone, however it went: then it ends the child, frozen or not. */
function endWithThisProcess(child: ChildProcess): void {
  if (child.pid === undefined) return;
  const script = 'read -r _; kill -9 "$0"';
  const watch = spawn('/bin/sh', ['-c', script, String(child.pid)], { stdio: ['pipe', 'ignore', 'ignore'] });
  watch.unref();
  // Before its number can belong to another process.
  child.once('exit', () => watch.kill('SIGKILL'));
}
