import { describe, expect, it } from 'vitest';
import { newProgressRecord, type ProgressRecord } from './progress-record.ts';
import { readiness, type Readiness, type Surroundings } from './readiness.ts';
import { deliveryTo } from './testing/deliveries.ts';

const now = Date.parse('2026-01-05T08:00:00Z');
const at = (ms: number) => new Date(now + ms).toISOString();
const expiresMs = now + 60_000;
const usual: Surroundings = {
  now,
  connector: { state: 'ready', onUnknown: 'resend' },
  target: {},
  allowed: { allowed: true },
};
const off = { state: 'unavailable', code: 'connector_disabled', reason: 'r' } as const;
const parked = { code: 'token_revoked', reason: 'r', untilMs: now + 5_000 };

interface Row {
  record?: Partial<ProgressRecord>;
  around?: Partial<Surroundings>;
  ready: Partial<Readiness>;
  because: string;
}

const rows: Row[] = [
  { ready: { do: 'go', onUnknown: 'resend' }, because: 'nothing is in the way' },
  {
    record: { next_attempt_at: at(5_000) },
    ready: { do: 'wait', untilMs: now + 5_000 },
    because: 'a restart keeps the stored wait',
  },
  { record: { next_attempt_at: at(0) }, ready: { do: 'go' }, because: 'the wait is over' },
  {
    record: { next_attempt_at: at(90_000) },
    ready: { do: 'wait', untilMs: expiresMs },
    because: 'a wait beyond expiry ends with it',
  },
  {
    around: { target: { blockedUntilMs: now + 9_000 } },
    record: { next_attempt_at: at(5_000) },
    ready: { do: 'wait', untilMs: now + 9_000 },
    because: 'the breaker is open longer',
  },
  {
    around: { target: { disabled: 'gone' } },
    ready: { do: 'settle', state: 'dead', code: 'target_disabled' },
    because: 'a disabled target gets nothing',
  },
  {
    around: { allowed: { allowed: false, reason: 'r' } },
    ready: { do: 'settle', state: 'dead', code: 'target_not_allowed' },
    because: 'the allowlist changed since',
  },
  {
    around: { connector: off },
    ready: { do: 'park', code: 'connector_disabled', untilMs: expiresMs },
    because: 'a disabled connector is waited for',
  },
  {
    around: { parked },
    ready: { do: 'park', code: 'token_revoked', untilMs: now + 5_000 },
    because: 'its credentials were refused',
  },
  {
    around: { parked: { ...parked, untilMs: now } },
    ready: { do: 'go' },
    because: 'a parked connector is probed in the end',
  },
  {
    around: { connector: off, now: expiresMs },
    ready: { do: 'settle', state: 'expired' },
    because: 'parked deliveries expire too',
  },
  { around: { now: expiresMs - 1 }, ready: { do: 'go' }, because: 'up to the last millisecond' },
  {
    around: { now: expiresMs },
    record: { in_doubt: 0 },
    ready: { do: 'settle', state: 'unknown', code: 'expired_in_doubt' },
    because: 'it may have arrived',
  },
];

describe('readiness', () => {
  it.each(rows)('$because', ({ record, around, ready }) => {
    const delivery = deliveryTo('https://a.example/in', 'o', { created_at: at(0), expires_at: at(60_000) });
    expect(readiness({ ...newProgressRecord(delivery, 's'), ...record }, { ...usual, ...around })).toMatchObject(ready);
  });
});
