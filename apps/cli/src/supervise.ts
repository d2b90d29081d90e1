import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface ChildSpec {
  name: string;
  command: string;
  args: string[];
  env: Record<string, string | undefined>;
}

export interface Supervised {
  readonly name: string;
  readonly pid: number | undefined;
  /** SIGTERM, and SIGKILL after the grace; no more restarts. */
  stop(graceMs: number): Promise<void>;
}

/** Runs a process and runs it again when it ends by itself, after 1 s, 2 s, 4 s ... 30 s. Its lines go to `onLine`. */
export function supervise(spec: ChildSpec, onLine: (name: string, line: string) => void): Supervised {
  let child: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopping = false;
  let failures = 0;

  function start(): void {
    const startedAt = performance.now();
    // Its standard input stays open as long as we live: the child ends itself when that closes, however we end.
    child = spawn(spec.command, spec.args, { env: spec.env, stdio: ['pipe', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => onLine(spec.name, line));
    }
    child.once('error', (error) => onLine(spec.name, `cannot be started: ${error.message}`));
    child.once('exit', (code, signal) => {
      if (stopping) return;
      failures = performance.now() - startedAt > 60_000 ? 0 : failures + 1;
      const waitMs = Math.min(30_000, 500 * 2 ** failures);
      onLine(spec.name, `ended (${signal ?? code}); starting it again in ${waitMs / 1000} s`);
      timer = setTimeout(start, waitMs);
    });
  }

  start();
  return {
    name: spec.name,
    get pid() {
      return child?.pid;
    },
    async stop(graceMs) {
      stopping = true;
      clearTimeout(timer);
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      const kill = setTimeout(() => child?.kill('SIGKILL'), graceMs);
      await gone;
      clearTimeout(kill);
    },
  };
}
