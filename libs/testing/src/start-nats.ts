import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@trunkline/errors';
import { freePort } from './free-port.ts';
import { greeting } from './greeting.ts';
import { natsBinary } from './nats-binary.ts';
import { tempDir } from './temp-dir.ts';

const startTimeoutMs = 20_000;

/** `config` is text in the server's own configuration language, added to what the options say (users, limits, cluster). */
export interface StartNatsOptions {
  port?: number;
  /** Kept when the server is disposed; without it the store is a temporary directory that goes with the server. */
  storeDir?: string;
  config?: string;
}

/** A nats-server of its own, with JetStream on disk, on 127.0.0.1. It dies with the scope, or with the process at the latest. */
export interface NatsServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly storeDir: string;
  /** Of the running process; another after each restart. */
  readonly pid: number;
  /** Asks it to shut down (SIGTERM) and waits until it is gone. */
  stop(): Promise<void>;
  /** Ends it as a crash would (SIGKILL). */
  kill(): Promise<void>;
  /** The same port and store again, after `stop`, after `kill`, or right away (which stops it first). */
  restart(): Promise<void>;
  /** Freezes it: connections stay open and nothing answers, as in a network partition. Resolves once that is so. */
  pause(): Promise<void>;
  resume(): void;
}

/** There is no nats-server, or it does not come up. The message holds its last log lines. */
export class NatsServerFailedError extends AppError {
  readonly code = 'NATS_SERVER_FAILED';
}

/** Starts a real nats-server and returns when it takes connections: `await using nats = await startNats()`. */
export async function startNats(options: StartNatsOptions = {}): Promise<NatsServer> {
  const temp = await tempDir('trunkline-nats-');
  try {
    const storeDir = options.storeDir ?? join(temp.path, 'store');
    const configFile = join(temp.path, 'nats.conf');
    await writeFile(configFile, options.config ?? '');
    const files = { tempPath: temp.path, storeDir, configFile };
    const { port, process } = await startSomewhere(options.port, files);
    return controls(process, { ...files, port, removeFiles: async () => temp[Symbol.asyncDispose]() });
  } catch (error) {
    await temp[Symbol.asyncDispose]();
    throw error;
  }
}

interface Files {
  tempPath: string;
  storeDir: string;
  configFile: string;
}

async function startSomewhere(
  fixedPort: number | undefined,
  files: Files,
): Promise<{ port: number; process: ChildProcess }> {
  const deadline = performance.now() + startTimeoutMs;
  for (;;) {
    const port = fixedPort ?? (await freePort());
    const started = await launch(port, files);
    if (started.status === 'ready') return { port, process: started.process };
    const again = started.status === 'port-in-use' && performance.now() < deadline;
    if (!again) throw new NatsServerFailedError(`nats-server did not start on port ${port}:\n${started.log}`);
    await sleep(50);
  }
}

type Launch = { status: 'ready'; process: ChildProcess } | { status: 'port-in-use' | 'failed'; log: string };

async function launch(port: number, files: Files): Promise<Launch> {
  const binary = natsBinary(process.env);
  if (!binary) {
    const fix = 'Run `npm test`, or `node tools/nats-server.mjs` to fetch it only.';
    throw new NatsServerFailedError(`No nats-server found. ${fix}`, { fix });
  }
  const args = ['-c', files.configFile, '-a', '127.0.0.1', '-p', String(port), '-js', '-sd', files.storeDir];
  const server = spawn(binary, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  endWithThisProcess(server, files.tempPath);

  let log = '';
  const ready = Promise.withResolvers<'ready' | 'ended' | 'silent'>();
  server.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-10_000);
    if (log.includes('Server is ready')) ready.resolve('ready');
  });
  server.once('error', (error) => {
    log += `${binary}: ${error.message}`;
  });
  server.once('close', () => ready.resolve('ended'));
  const timer = setTimeout(() => ready.resolve('silent'), startTimeoutMs);

  const outcome = await ready.promise;
  clearTimeout(timer);
  if (outcome === 'ready') return { status: 'ready', process: server };
  if (outcome === 'silent') await end(server, 'SIGKILL');
  return { status: log.includes('address already in use') ? 'port-in-use' : 'failed', log };
}

/** A reader of our pipe sees its end when this process is gone, however it went: then it ends the server and cleans up. */
function endWithThisProcess(server: ChildProcess, tempPath: string): void {
  if (server.pid === undefined) return;
  const script = 'read -r _; kill -9 "$0"; rm -rf "$1"';
  const watch = spawn('/bin/sh', ['-c', script, String(server.pid), tempPath], { stdio: ['pipe', 'ignore', 'ignore'] });
  watch.unref();
  // Before its number can belong to another process.
  server.once('exit', () => watch.kill('SIGKILL'));
}

function controls(first: ChildProcess, site: Files & { port: number; removeFiles: () => Promise<void> }): NatsServer {
  let server = first;
  const stop = () => end(server, 'SIGTERM');
  return {
    url: `nats://127.0.0.1:${site.port}`,
    port: site.port,
    storeDir: site.storeDir,
    get pid() {
      return server.pid ?? 0;
    },
    stop,
    kill: () => end(server, 'SIGKILL'),
    restart: async () => {
      await stop();
      server = (await startSomewhere(site.port, site)).process;
    },
    pause: async () => {
      server.kill('SIGSTOP');
      // The signal reaches the threads of a busy machine one by one, and meanwhile the rest go on answering.
      while (await greeting(site.port, 100)) continue;
    },
    resume: () => void server.kill('SIGCONT'),
    [Symbol.asyncDispose]: async () => {
      await end(server, 'SIGKILL');
      await site.removeFiles();
    },
  };
}

async function end(server: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null || server.pid === undefined) return;
  const gone = once(server, 'exit');
  server.kill(signal);
  // A frozen process hears SIGTERM only after it was woken.
  server.kill('SIGCONT');
  await gone;
}
