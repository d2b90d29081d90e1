import type { StepOutcome } from './deliverer.ts';
import type { ProgressRecord } from './progress-record.ts';
import { retryDelayMs, wishedDelayMs } from './retry-delay.ts';

const mostBlamed = 10;

/** What a connector wants done with a call that may have been taken: sent again, or shown to people. */
export type OnUnknown = 'resend' | 'surface';

export interface Situation {
  now: number;
  random: number;
  onUnknown: OnUnknown;
  /** Whether the platform can be asked what became of a call. */
  canReconcile: boolean;
}

/** What happens after a call. `counts`: which of the record's counters goes up. */
export type Decision =
  | { do: 'finish_step'; platformId?: string }
  | { do: 'wait'; untilMs: number; counts: 'failure' | 'blame' | 'nothing' }
  | { do: 'park'; code: string; reason: string }
  | { do: 'settle'; state: 'dead' | 'unknown'; code: string; reason: string };

/** The rules of retrying (spec 5.3), nothing else. Expiry is judged before the next call, not here. */
export function nextStep(
  record: Pick<ProgressRecord, 'failures' | 'blamed'>,
  outcome: StepOutcome,
  situation: Situation,
): Decision {
  const { now, random } = situation;
  const backOff = (failure: number) => now + retryDelayMs(failure, random);
  switch (outcome.outcome) {
    case 'delivered':
      return { do: 'finish_step', ...(outcome.platformId !== undefined && { platformId: outcome.platformId }) };
    case 'retry':
      if (outcome.afterMs === undefined)
        return { do: 'wait', untilMs: backOff(record.failures + 1), counts: 'failure' };
      return { do: 'wait', untilMs: now + wishedDelayMs(outcome.afterMs), counts: 'nothing' };
    case 'blamed':
      if (record.blamed + 1 >= mostBlamed) return dead(outcome);
      return { do: 'wait', untilMs: backOff(record.failures + record.blamed + 1), counts: 'blame' };
    case 'refused':
    case 'disable_target':
      return dead(outcome);
    case 'park':
      return { do: 'park', code: outcome.code, reason: outcome.reason };
    case 'unknown':
      if (situation.onUnknown === 'surface' && !situation.canReconcile) {
        return { do: 'settle', state: 'unknown', code: outcome.code, reason: outcome.reason };
      }
      return { do: 'wait', untilMs: backOff(record.failures + 1), counts: 'failure' };
  }
}

const dead = ({ code, reason }: { code: string; reason: string }): Decision => ({
  do: 'settle',
  state: 'dead',
  code,
  reason,
});
