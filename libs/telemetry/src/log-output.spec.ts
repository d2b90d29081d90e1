import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { gatheringSink, gatherLines } from './log-output.ts';

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

describe('gatheringSink', () => {
  const failing = (code: string) => Object.assign(new Error(code), { code });

  it('writes all of it, in pieces and with pauses as a slow reader takes it', () => {
    let taken = '';
    let calls = 0;
    const sink = gatheringSink((bytes) => {
      if (++calls % 2 === 1) throw failing('EAGAIN');
      taken += bytes.subarray(0, 4).toString();
      return Math.min(bytes.length, 4);
    });
    sink.write('one line\n');
    sink.write('another\n');
    expect(calls).toBe(0);
    sink.flushSync();
    expect(taken).toBe('one line\nanother\n');
  });

  it('drops what nobody reads any more, instead of trying for ever', () => {
    let calls = 0;
    const sink = gatheringSink(() => {
      calls += 1;
      throw failing('EPIPE');
    });
    for (const line of ['one\n', 'two\n']) {
      sink.write(line);
      sink.flushSync();
    }
    expect(calls).toBe(1);
  });
});
