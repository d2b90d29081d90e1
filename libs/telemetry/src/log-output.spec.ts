import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { gatherLines } from './log-output.ts';

function logInto() {
  const held: string[] = [];
  const written: string[] = [];
  const sink = { write: (line: string) => void held.push(line), flushSync: () => void written.push(...held.splice(0)) };
  return { log: pino({}, gatherLines(sink)), written };
}

describe('gatherLines', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('holds everyday lines for 50 ms', () => {
    const { log, written } = logInto();
    log.info('one');
    log.info('two');
    vi.advanceTimersByTime(49);
    expect(written).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(written).toHaveLength(2);
  });

  it('writes a warning at once, behind the lines before it', () => {
    const { log, written } = logInto();
    log.info('one');
    log.warn('two');
    expect(written.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['one', 'two']);
  });
});

it('loses nothing when the process exits, whatever the way', async () => {
  const logger = JSON.stringify(new URL('./logger.ts', import.meta.url).href);
  const run = (end: string) =>
    promisify(execFile)(process.execPath, [
      '--input-type=module',
      '--eval',
      `const { createLogger } = await import(${logger});
       const log = await createLogger({ service: 'spec' });
       for (let n = 0; n < 500; n++) log.info({ n }, 'line.written');
       ${end}`,
    ]).catch((error: { stdout: string }) => error);
  for (const end of ['process.exit(0)', 'throw new Error("end")', '']) {
    const { stdout } = await run(end);
    expect(stdout.trim().split('\n'), end).toHaveLength(500);
  }
});
