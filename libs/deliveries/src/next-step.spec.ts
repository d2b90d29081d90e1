import { describe, expect, it } from 'vitest';
import type { StepOutcome } from './deliverer.ts';
import { nextStep, type Decision, type Situation } from './next-step.ts';
import { retryDelayMs } from './retry-delay.ts';

const now = 1_000_000;
const resend: Situation = { now, random: 0.5, onUnknown: 'resend', canReconcile: false };
const surface: Situation = { ...resend, onUnknown: 'surface' };
const why = { code: 'c', reason: 'r' };
const dead: Decision = { do: 'settle', state: 'dead', ...why };

interface Row {
  outcome: StepOutcome;
  record?: { failures?: number; blamed?: number };
  situation?: Situation;
  decision: Decision;
  because: string;
}

const rows: Row[] = [
  {
    outcome: { outcome: 'delivered', platformId: 'p1' },
    decision: { do: 'finish_step', platformId: 'p1' },
    because: 'it is there',
  },
  {
    outcome: { outcome: 'retry', ...why },
    decision: { do: 'wait', untilMs: now + 1_000, counts: 'failure' },
    because: 'the first wait is 1 s',
  },
  {
    outcome: { outcome: 'retry', ...why },
    record: { failures: 4 },
    decision: { do: 'wait', untilMs: now + 16_000, counts: 'failure' },
    because: 'waits double',
  },
  {
    outcome: { outcome: 'retry', ...why },
    record: { failures: 6 },
    decision: { do: 'wait', untilMs: now + 60_000, counts: 'failure' },
    because: 'up to 60 s',
  },
  {
    outcome: { outcome: 'retry', ...why },
    record: { failures: 7 },
    decision: { do: 'wait', untilMs: now + 300_000, counts: 'failure' },
    because: 'then every 5 min',
  },
  {
    outcome: { outcome: 'retry', ...why },
    record: { failures: 5_000 },
    decision: { do: 'wait', untilMs: now + 300_000, counts: 'failure' },
    because: 'retries do not run out',
  },
  {
    outcome: { outcome: 'retry', ...why, afterMs: 30_000 },
    record: { failures: 3 },
    decision: { do: 'wait', untilMs: now + 30_000, counts: 'nothing' },
    because: 'Retry-After uses up no attempt',
  },
  {
    outcome: { outcome: 'retry', ...why, afterMs: 86_400_000 },
    decision: { do: 'wait', untilMs: now + 3_600_000, counts: 'nothing' },
    because: 'Retry-After is honoured to 1 h',
  },
  {
    outcome: { outcome: 'retry', ...why, afterMs: Number.NaN },
    decision: { do: 'wait', untilMs: now + 1_000, counts: 'nothing' },
    because: 'nonsense is no reason to spin',
  },
  { outcome: { outcome: 'refused', ...why }, decision: dead, because: 'permanent errors are not retried' },
  { outcome: { outcome: 'disable_target', ...why }, decision: dead, because: 'a target that is gone takes nothing' },
  {
    outcome: { outcome: 'blamed', ...why },
    record: { blamed: 8 },
    decision: { do: 'wait', untilMs: now + 300_000, counts: 'blame' },
    because: 'the ninth may still be followed',
  },
  { outcome: { outcome: 'blamed', ...why }, record: { blamed: 9 }, decision: dead, because: 'the tenth may not' },
  {
    outcome: { outcome: 'park', ...why },
    decision: { do: 'park', ...why },
    because: 'the connector is the matter, not this delivery',
  },
  {
    outcome: { outcome: 'unknown', ...why },
    decision: { do: 'wait', untilMs: now + 1_000, counts: 'failure' },
    because: 'the target knows repeats by their id',
  },
  {
    outcome: { outcome: 'unknown', ...why },
    situation: surface,
    decision: { do: 'settle', state: 'unknown', ...why },
    because: 'people would see it twice',
  },
  {
    outcome: { outcome: 'unknown', ...why },
    situation: { ...surface, canReconcile: true },
    decision: { do: 'wait', untilMs: now + 1_000, counts: 'failure' },
    because: 'the platform can be asked first',
  },
];

describe('nextStep', () => {
  it.each(rows)('$outcome.outcome: $because', ({ outcome, record, situation, decision }) => {
    expect(nextStep({ failures: 0, blamed: 0, ...record }, outcome, situation ?? resend)).toEqual(decision);
  });
});

describe('retryDelayMs', () => {
  it('is jittered by a quarter either way, and never shorter than 1 s', () => {
    expect([retryDelayMs(1, 0), retryDelayMs(1, 1)]).toEqual([1_000, 1_250]);
    expect([retryDelayMs(6, 0), retryDelayMs(6, 1)]).toEqual([24_000, 40_000]);
    expect([retryDelayMs(9, 0), retryDelayMs(9, 1)]).toEqual([225_000, 375_000]);
  });
});
