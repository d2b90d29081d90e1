import { AppError } from '@trunkline/errors';
import { CommanderError } from 'commander';
import { CommandFailed, exitCodes } from './exit-codes.ts';
import { createProgram } from './program.ts';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (stop.signal.aborted) process.exit(exitCodes.failed);
    stop.abort();
  });
}

const program = createProgram({
  env: process.env,
  signal: stop.signal,
  input: process.stdin,
  terminal: ({ json = false }) => ({
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
    json,
  }),
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  // Commander has written its message itself.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (stop.signal.aborted) return exitCodes.ok;
  if (error instanceof CommandFailed || error instanceof AppError) {
    process.stderr.write(`${error.message}\n${error.fix ? `${error.fix}\n` : ''}`);
    return error instanceof CommandFailed ? error.exitCode : exitCodes.failed;
  }
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\nThis is a bug: please report it.\n`);
  return exitCodes.failed;
}
