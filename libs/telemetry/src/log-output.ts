import { destination, type DestinationStream } from 'pino';

const waitMs = 50;
const gatherBytes = 8 * 1024;
const warn = 40;

/** A sink of whole lines that can hold them back. pino's own destination fits. */
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

/** Standard output for the lines of a log. */
export const standardOutput = (): DestinationStream =>
  gatherLines(destination({ dest: 1, sync: true, minLength: gatherBytes }));
