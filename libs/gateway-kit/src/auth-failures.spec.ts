import { expect, it } from 'vitest';
import { createAuthFailures } from './auth-failures.ts';

function clock() {
  let at = 1_000_000;
  return { now: () => at, pass: (ms: number) => void (at += ms) };
}

it('answers 401 up to the burst, then 429 until time has passed', () => {
  const { now, pass } = clock();
  const failures = createAuthFailures({ now, burst: 3, perMinute: 6 });
  const answers = () => [1, 2, 3, 4].map(() => failures.failed('203.0.113.9').limited);
  expect(answers()).toEqual([false, false, false, true]);
  expect(failures.failed('203.0.113.9')).toEqual({ limited: true, retryAfterMs: 10_000 });
  expect(failures.failed('203.0.113.10')).toEqual({ limited: false });
  pass(10_000);
  expect(answers()).toEqual([false, true, true, true]);
});

it('counts an IPv6 network as one caller, for it holds more addresses than can be counted', () => {
  const failures = createAuthFailures({ now: () => 0, burst: 1 });
  expect(failures.failed('2001:db8::1').limited).toBe(false);
  expect(failures.failed('2001:db8::2').limited).toBe(true);
  expect(failures.failed('2001:db8:0:1::1').limited).toBe(false);
});

it('remembers a bounded number of addresses: those that failed last', () => {
  const failures = createAuthFailures({ now: () => 0, burst: 1, maxAddresses: 2 });
  for (const address of ['a', 'b', 'a', 'c']) failures.failed(address);
  expect(failures.failed('a').limited).toBe(true);
  expect(failures.failed('b').limited).toBe(false);
});
