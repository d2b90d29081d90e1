import { describe, expect, it } from 'vitest';
import { externalOutcome } from './external-errors.ts';

const now = Date.parse('2026-01-02T03:04:05Z');
const mask = (text: string) => text.replaceAll('hunter2', '***');
const answer = (status: number, body: object | string, more: { retryAfter?: string; truncated?: boolean } = {}) =>
  externalOutcome(
    {
      kind: 'response',
      status,
      headers: more.retryAfter === undefined ? {} : { 'retry-after': more.retryAfter },
      body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
      truncated: more.truncated ?? false,
    },
    { now, mask },
  );

const committed = { status: 'committed' };
const retryable = { status: 'retryable_error', detail: 'busy' };
const terminal = { status: 'terminal_error', detail: 'no such channel' };

describe('what an answer means (spec 4.3)', () => {
  it.each([
    { http: 200, body: committed, outcome: 'delivered', because: '2xx, valid: as it says' },
    {
      http: 202,
      body: { ...committed, extra: 1, detail: null },
      outcome: 'delivered',
      because: 'fields may come, nulls are nothing',
    },
    { http: 200, body: retryable, outcome: 'retry', because: '2xx, valid: as it says' },
    { http: 200, body: terminal, outcome: 'refused', because: '2xx, valid: as it says' },
    { http: 200, body: 'OK', outcome: 'retry', because: '2xx, not JSON' },
    { http: 204, body: '', outcome: 'retry', because: '2xx, nothing' },
    { http: 200, body: { status: 'done' }, outcome: 'retry', because: '2xx, JSON of something else' },
    { http: 429, body: terminal, outcome: 'retry', because: '429, whatever it says' },
    { http: 400, body: retryable, outcome: 'retry', because: 'other, valid and not committed: as it says' },
    { http: 500, body: terminal, outcome: 'refused', because: 'other, valid and not committed: as it says' },
    { http: 404, body: committed, outcome: 'refused', because: 'other, committed: 4xx is terminal' },
    { http: 404, body: 'no', outcome: 'refused', because: 'other, invalid: 4xx is terminal' },
    { http: 500, body: committed, outcome: 'retry', because: 'other, committed: not 4xx' },
    { http: 502, body: '<html>', outcome: 'retry', because: 'other, invalid: not 4xx' },
    { http: 302, body: '', outcome: 'retry', because: 'a redirect is not followed and not 4xx' },
  ])('$http $body is $outcome: $because', ({ http, body, outcome }) => {
    expect(answer(http, body)).toMatchObject({ outcome, status: http });
  });

  it.each([
    { retryAfter: '7', afterMs: 7000, because: 'seconds' },
    { retryAfter: 'Fri, 02 Jan 2026 03:04:35 GMT', afterMs: 30_000, because: 'a date' },
    { retryAfter: 'Fri, 02 Jan 2026 03:04:00 GMT', afterMs: 0, because: 'a date that was' },
    { retryAfter: 'soon', afterMs: 1000, because: 'neither' },
    { retryAfter: undefined, afterMs: 1000, because: 'none' },
  ])('429 is tried again after $afterMs ms: $because', ({ retryAfter, afterMs }) => {
    expect(answer(429, '', retryAfter === undefined ? {} : { retryAfter })).toMatchObject({
      outcome: 'retry',
      afterMs,
    });
  });

  it('does not believe the beginning of an answer that is too long', () => {
    expect(answer(200, committed, { truncated: true })).toMatchObject({ outcome: 'retry', code: 'answer_invalid' });
  });

  it('repeats what the sidecar says of itself, without secrets and not endlessly', () => {
    const outcome = answer(200, { status: 'terminal_error', detail: `token hunter2 ${'x'.repeat(1000)}` });
    expect('reason' in outcome && outcome.reason).toMatch(/^The sidecar refused it: token \*\*\* x+$/);
    expect('reason' in outcome && outcome.reason.length).toBeLessThan(400);
  });
});

describe('no answer', () => {
  it.each([
    {
      result: { kind: 'network_error', code: 'ECONNREFUSED', sent: false },
      outcome: 'retry',
      because: 'nobody heard of it',
    },
    {
      result: { kind: 'network_error', code: 'ECONNRESET', sent: true },
      outcome: 'unknown',
      because: 'it may have been taken',
    },
    { result: { kind: 'timeout', sent: true }, outcome: 'unknown', because: 'it may have been taken' },
    {
      result: { kind: 'refused', reason: 'address_not_allowed' },
      outcome: 'park',
      because: 'base_url has to be changed first',
    },
  ] as const)('$result.kind is $outcome: $because', ({ result, outcome }) => {
    expect(externalOutcome(result, { now, mask }).outcome).toBe(outcome);
  });
});
