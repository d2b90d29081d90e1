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
  /** Asked repeatedly after each start; a process without this says so itself, by any IPC message. */
  readyUrl?: string;
  /** False for a process that cannot tell: it counts as ready once it runs. */
  saysReady?: boolean;
  /** Whether it is started again when it ends by itself or by `kill`. */
  restart: boolean;
}

/** A process of its own under test: it can be killed, frozen and stopped, and never outlives this one. */
export interface ManagedProcess {
  readonly name: string;
  /** Of the running process; another after each start. */
  readonly pid: number;
  /** The last lines before each end that nobody here had asked for. */
  readonly crashes: readonly string[];
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
  const run = superviseChild(spec);
  const tail = (lines = 30) => lastLines(spec.logFile, lines);

  async function isReady(): Promise<boolean> {
    if (spec.readyUrl === undefined) return run.saidReady || spec.saysReady === false;
    const response = await fetch(spec.readyUrl, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  }

  async function ready(timeoutMs = 90_000): Promise<void> {
    const before = run.crashes.length;
    const isHopeless = () => run.crashes.length > before + 2;
    const what = `${spec.name} to be ready`;
    const failed = (cause?: unknown) => new Error(`Waited for ${what}. Its last lines:\n${tail()}`, { cause });
    await waitFor(() => isHopeless() || isReady(), { what, timeoutMs }).catch((cause: unknown) => {
      throw failed(cause);
    });
    if (isHopeless()) throw failed();
  }

  run.start();
  return {
    name: spec.name,
    get pid() {
      return run.child?.pid ?? 0;
    },
    get crashes() {
      return run.crashes;
    },
    kill: async () => void (await run.end('SIGKILL')),
    pause: () => void run.child?.kill('SIGSTOP'),
    resume: () => void run.child?.kill('SIGCONT'),
    stop() {
      run.down = true;
      return run.end('SIGTERM');
    },
    start() {
      if (run.down) run.start();
    },
    ready,
    tail,
  };
}

interface Run {
  child: ChildProcess | undefined;
  saidReady: boolean;
  /** Told to end, so that its end is no crash. */
  expected: boolean;
  /** Stopped: nothing brings it back but `start`. */
  down: boolean;
  crashes: string[];
  start(): void;
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number>;
}

/** The process that runs now, and what brings the next one. */
function superviseChild(spec: ProcessSpec): Run {
  const run: Run = { child: undefined, saidReady: false, expected: false, down: true, crashes: [], start, end };

  function start(): void {
    Object.assign(run, { down: false, expected: false, saidReady: false });
    const log = openSync(spec.logFile, 'a');
    const args = [spec.main, ...(spec.args ?? [])];
    const child = spawn(process.execPath, args, { env: spec.env, stdio: ['ignore', log, log, 'ipc'] });
    closeSync(log);
    run.child = child;
    endWithThisProcess(child);
    child.on('message', () => (run.saidReady = true));
    // A killed process leaves its channel in pieces; that it is gone is told by its exit.
    child.on('error', () => {});
    child.once('exit', () => {
      if (!run.expected) run.crashes.push(lastLines(spec.logFile, 5));
      if (spec.restart && !run.down) setTimeout(() => !run.down && run.child === child && start(), restartAfterMs);
    });
  }

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number> {
    const { child } = run;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? -1;
    run.expected = true;
    const gone = once(child, 'exit');
    child.kill(signal);
    // A frozen process hears SIGTERM only after it was woken.
    child.kill('SIGCONT');
    const timer = setTimeout(() => child.kill('SIGKILL'), stopGraceMs);
    await gone;
    clearTimeout(timer);
    return child.exitCode ?? -1;
  }
  return run;
}

function lastLines(file: string, count: number): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
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
