import { describe, expect, it } from 'vitest';
import { createLogger, type LoggerOptions } from './logger.ts';
import { withSpan } from './tracing.ts';

async function logInto(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const log = await createLogger({ service: 'test', ...options, destination });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> };
}

describe('the log', () => {
  it('writes one JSON line with a constant message, its level and ISO time', async () => {
    const { log, lines, last } = await logInto({ instance: 'i1' });
    log.child({ connector: 'slack/team' }).info({ ms: 3 }, 'event.stored');
    expect(lines).toHaveLength(1);
    expect(last()).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      service: 'test',
      instance: 'i1',
      connector: 'slack/team',
      ms: 3,
      message: 'event.stored',
    });
  });

  it('names the trace of the work going on', async () => {
    const { log, last } = await logInto();
    const ids = await withSpan('work', {}, (span) => {
      log.warn('work.slow');
      return { trace_id: span.traceId, span_id: span.spanId };
    });
    expect(last()).toMatchObject(ids);
    log.info('outside');
    expect(last()).not.toHaveProperty('trace_id');
  });

  it('keeps the cause of an error, and nothing of the request that a vendor hung on it', async () => {
    const { log, lines, last } = await logInto();
    const cause = Object.assign(new Error('no route'), {
      code: 'EHOSTUNREACH',
      config: { headers: { Authorization: 'Bearer hunter2' } },
    });
    log.error({ error: new Error('could not store', { cause }) }, 'event.lost');
    expect(last()['error']).toMatchObject({
      type: 'Error',
      message: 'could not store',
      cause: { message: 'no route', code: 'EHOSTUNREACH', stack: expect.any(String) },
    });
    expect(lines[0]).not.toContain('hunter2');
  });

  it.each([
    { fields: { bot_token: 'hunter2' }, because: 'a field of that name' },
    {
      fields: { headers: { authorization: 'hunter2', 'x-slack-signature': 'hunter2' } },
      because: 'headers of a request',
    },
    { fields: { request: { headers: { Cookie: 'hunter2' } } }, because: 'and of a request inside' },
    { fields: { config: { signing_secret: 'hunter2' } }, because: 'a connector somebody logged whole' },
  ])('masks what should never have come here: $because', async ({ fields }) => {
    const { log, lines } = await logInto();
    log.info(fields, 'careless');
    log.child(fields).info('careless');
    expect(lines.join('')).not.toContain('hunter2');
    expect(lines.map((line) => line.includes('[secret]'))).toEqual([true, true]);
  });

  it('can be read by people', async () => {
    const { log, lines } = await logInto({ pretty: true });
    log.info({ ms: 3 }, 'event.stored');
    expect(lines.join('')).toMatch(/INFO.*event\.stored[\s\S]+ms.*: 3/);
  });

  it('leaves out what is less severe than its level', async () => {
    const { log, lines } = await logInto({ level: 'warn' });
    log.info('quiet');
    log.child({}).debug('quiet');
    expect(lines).toEqual([]);
  });
});
