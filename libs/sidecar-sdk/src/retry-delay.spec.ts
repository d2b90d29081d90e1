import { describe, expect, it } from 'vitest';
import { backoffMs, retryAfterMs } from './retry-delay.ts';

const now = Date.parse('2026-01-01T00:00:00Z');

describe('retryAfterMs', () => {
  it.each([
    { header: '3', ms: 3_000, because: 'seconds' },
    { header: 'Thu, 01 Jan 2026 00:00:10 GMT', ms: 10_000, because: 'a date' },
    { header: 'Wed, 31 Dec 2025 00:00:00 GMT', ms: 0, because: 'a date that has passed' },
    { header: '999999', ms: 3_600_000, because: 'an hour at most' },
    { header: 'soon', ms: undefined, because: 'neither' },
    { header: null, ms: undefined, because: 'no header' },
  ])('$header is $ms: $because', ({ header, ms }) => {
    expect(retryAfterMs(header, now)).toBe(ms);
  });
});

describe('backoffMs', () => {
  it('doubles up to a minute, and is half of it at least', () => {
    const delays = [1, 2, 3, 20].map((attempt) => backoffMs(attempt, { firstMs: 500, random: 1 }));
    expect(delays).toEqual([500, 1_000, 2_000, 60_000]);
    expect(backoffMs(1, { firstMs: 500, random: 0 })).toBe(250);
  });
});
