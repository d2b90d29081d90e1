import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import { z } from 'zod';

/** What is run. The environment is the whole of it: nothing is inherited. */
export interface ChildCommand {
  command: string;
  args: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  /** How long it may live from now on unless a beat allows more. */
  allowedMs: number;
}

/** How a child came to its end; `failed` is one that never began, `watchdog_lost` one whose watchdog was killed. */
export type ChildEnd =
  | { how: 'ended'; code: number | null; signal: string | null; why: string }
  | { how: 'failed'; code: string }
  | { how: 'watchdog_lost' };

/** A child behind its watchdog. */
export interface Child {
  /** Its process id, which is its group's; `undefined` when it could not be started. */
  readonly pid: Promise<number | undefined>;
  /** Resolves when nothing of its group runs any more. */
  readonly ended: Promise<ChildEnd>;
  /** Allows the child to live for so long from now on, in place of what was allowed before. What we do meanwhile cannot change that. */
  beat(allowedMs: number): void;
  /** SIGTERM to its group, and SIGKILL to what is left of it after `graceMs`. */
  stop(graceMs: number): void;
  kill(): void;
}

const reportSchema = z.union([
  z.object({ pid: z.int() }),
  z.object({ failed: z.string() }),
  z.object({ ended: z.object({ code: z.int().nullable(), signal: z.string().nullable(), why: z.string() }) }),
]);

const watchdog = join(import.meta.dirname, 'watchdog.mjs');

/** Starts a child in a process group of its own, behind a watchdog that kills it when this process is gone or stopped. */
export function startChild(
  command: ChildCommand,
  onOutput: (from: 'stdout' | 'stderr', output: Readable) => void,
): Child {
  // Command and environment go through the pipe: neither is to be seen in the watchdog's own.
  const dog = spawn(process.execPath, [watchdog], { env: {}, detached: true, stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
  const [, stdout, stderr, reports] = dog.stdio;
  const say = (document: unknown) => void dog.stdin.write(`${JSON.stringify(document)}\n`);
  // On the machine's own clock, which both read: time on the way is time that has passed.
  const until = (allowedMs: number) => Number(process.hrtime.bigint() / 1_000_000n) + allowedMs;
  // The watchdog may be gone already; its end tells.
  dog.stdin.on('error', () => {});
  onOutput('stdout', stdout);
  onOutput('stderr', stderr);
  const started = Promise.withResolvers<number | undefined>();
  let pid: number | undefined;
  let end: ChildEnd | undefined;

  const reading = createInterface({ input: reports as Readable }).on('line', (line) => {
    const report = reportSchema.parse(JSON.parse(line));
    if ('pid' in report) started.resolve((pid = report.pid));
    else if ('failed' in report) end = { how: 'failed', code: report.failed };
    else end = { how: 'ended', ...report.ended };
  });
  // Not its 'close': that waits for the outputs, which a child without its watchdog, or one that fled its group, still holds open.
  const ended = Promise.all([once(dog, 'exit'), once(reading, 'close')]).then(
    () => {
      started.resolve(undefined);
      if (end === undefined && pid !== undefined) killGroup(pid);
      return end ?? ({ how: 'watchdog_lost' } as const);
    },
    (error: NodeJS.ErrnoException) => {
      started.resolve(undefined);
      return { how: 'failed', code: error.code ?? 'UNKNOWN' } as const;
    },
  );
  const { allowedMs, ...run } = command;
  say({ ...run, until: until(allowedMs) });
  return {
    pid: started.promise,
    ended,
    beat: (ms) => say({ until: until(ms) }),
    stop: (graceMs) => say({ stop: graceMs }),
    kill: () => say('kill'),
  };
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Gone.
  }
}
