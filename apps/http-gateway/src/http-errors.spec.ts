import type { FetchOutcome } from '@trunkline/gateway-kit';
import { describe, expect, it } from 'vitest';
import { httpOutcome, retryAfterMs } from './http-errors.ts';

const now = Date.parse('Wed, 21 Oct 2026 07:28:00 GMT');
const answer = (status: number, headers = {}): FetchOutcome => ({
  kind: 'response',
  status,
  headers,
  body: Buffer.alloc(0),
  truncated: false,
});

describe('answers', () => {
  it.each([
    { status: 200, outcome: 'delivered' },
    { status: 204, outcome: 'delivered' },
    { status: 301, outcome: 'refused' },
    { status: 307, outcome: 'refused' },
    { status: 400, outcome: 'refused' },
    { status: 401, outcome: 'refused' },
    { status: 404, outcome: 'refused' },
    { status: 408, outcome: 'retry' },
    { status: 409, outcome: 'refused' },
    { status: 410, outcome: 'disable_target' },
    { status: 425, outcome: 'retry' },
    { status: 429, outcome: 'retry' },
    { status: 500, outcome: 'retry' },
    { status: 501, outcome: 'retry' },
    { status: 599, outcome: 'retry' },
  ])('$status is $outcome', ({ status, outcome }) =>
    expect(httpOutcome(answer(status), now)).toMatchObject({ outcome, status }),
  );
});

describe('no answer', () => {
  it.each([
    {
      result: { kind: 'network_error', code: 'ENOTFOUND', sent: false },
      outcome: 'retry',
      because: 'nobody has heard of it',
    },
    {
      result: { kind: 'network_error', code: 'ECONNRESET', sent: true },
      outcome: 'unknown',
      because: 'it may have been taken',
    },
    { result: { kind: 'timeout', sent: true, status: 200 }, outcome: 'unknown', because: 'the answer did not end' },
    { result: { kind: 'timeout', sent: false }, outcome: 'retry', because: 'it never left' },
    { result: { kind: 'refused', reason: 'address_not_allowed' }, outcome: 'refused', because: 'it may never be sent' },
  ] as const)('$because: $outcome', ({ result, outcome }) => expect(httpOutcome(result, now).outcome).toBe(outcome));
});

describe('Retry-After', () => {
  it.each([
    { value: '120', ms: 120_000, because: 'seconds' },
    { value: 'Wed, 21 Oct 2026 07:28:30 GMT', ms: 30_000, because: 'a date' },
    { value: 'Wed, 21 Oct 2026 07:00:00 GMT', ms: 0, because: 'a date that is over' },
    { value: 'Wednesday, 21-Oct-26 07:28:10 GMT', ms: 10_000, because: 'the old form of a date' },
    { value: 'soon', ms: undefined, because: 'no time at all' },
    { value: '-5', ms: undefined, because: 'not a number of seconds' },
    { value: '1.5', ms: undefined, because: 'not whole seconds' },
  ])('$because', ({ value, ms }) => expect(retryAfterMs(value, now)).toBe(ms));

  it('goes with a wish to wait, not with a refusal', () => {
    expect(httpOutcome(answer(503, { 'retry-after': '7' }), now)).toMatchObject({ afterMs: 7000 });
    expect(httpOutcome(answer(404, { 'retry-after': '7' }), now)).not.toHaveProperty('afterMs');
  });
});
