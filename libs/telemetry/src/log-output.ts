import { writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';

const waitMs = 50;
const gatherBytes = 8 * 1024;
const warn = 40;

/** A sink of whole lines that can hold them back. */
export interface LineSink extends DestinationStream {
  flushSync(): void;
}

/**
 * Gathers everyday lines for up to 50 ms, so that a busy process does not pay a system call for each.
 *
 * Warnings and worse are written before the call returns, with all lines before them; so is what is left when the process exits.
 * A process that is killed may lose its last everyday lines.
 */
export function gatherLines(sink: LineSink): DestinationStream & { lastLevel: number } {
  let timer: NodeJS.Timeout | undefined;
  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    sink.flushSync();
  }
  process.once('exit', flush);

  return {
    // pino tells the level of each line to a stream that asks for it.
    ...{ [Symbol.for('pino.metadata')]: true },
    lastLevel: 0,
    write(line) {
      sink.write(line);
      if (this.lastLevel >= warn) flush();
      else timer ??= setTimeout(flush, waitMs).unref();
    },
  };
}

const full = new Int32Array(new SharedArrayBuffer(4));
const fullWaitMs = 10;

/**
 * A sink that holds lines back until they are worth a write. When nobody reads any more, lines are dropped: a process whose
 * supervisor is gone has to be able to end. (pino's own destination tries such a write again for ever, and nothing else then runs.)
 */
export function gatheringSink(write: (bytes: Buffer) => number): LineSink {
  let held = '';
  let gone = false;

  function flushSync(): void {
    let bytes = Buffer.from(held);
    held = '';
    while (bytes.length > 0 && !gone) {
      try {
        bytes = bytes.subarray(write(bytes));
      } catch (error) {
        // A pipe that is full: its reader is slow.
        if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') Atomics.wait(full, 0, 0, fullWaitMs);
        else gone = true;
      }
    }
  }

  return {
    write(line) {
      held += line;
      if (held.length >= gatherBytes) flushSync();
    },
    flushSync,
  };
}

/** Standard output for the lines of a log. */
export const standardOutput = (): DestinationStream => gatherLines(gatheringSink((bytes) => writeSync(1, bytes)));
