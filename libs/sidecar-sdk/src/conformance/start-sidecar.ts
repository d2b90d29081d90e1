import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Environment } from '../environment.ts';

/** How a process ended. */
export interface SidecarExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A sidecar that the suite runs. */
export interface StartedSidecar extends AsyncDisposable {
  /** Resolves when the command has ended. */
  readonly exited: Promise<SidecarExit>;
  hasExited(): boolean;
  /** Signals the command and everything that it started. */
  kill(signal: NodeJS.Signals): void;
}

export interface StartOptions {
  /** Run by a shell. */
  command: string;
  env: Environment;
  onLine?(line: string): void;
}

/** Starts a sidecar in a process group of its own, as the gateway does. */
export function startSidecarProcess({ command, env, onLine }: StartOptions): StartedSidecar {
  // The signal goes to the whole group: the shell has to outlive its command to tell how that ended.
  const child = spawn(`trap : TERM; ${command}`, {
    shell: true,
    detached: true,
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => onLine?.(line));
  const exited = once(child, 'exit').then(() => ({ code: child.exitCode, signal: child.signalCode }));
  const hasExited = () => child.exitCode !== null || child.signalCode !== null;

  function kill(signal: NodeJS.Signals): void {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // The group is gone already.
    }
  }

  return {
    exited,
    hasExited,
    kill,
    async [Symbol.asyncDispose]() {
      kill('SIGKILL');
      await exited;
    },
  };
}
