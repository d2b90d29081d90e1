import type { StepOutcome } from './deliverer.ts';
import type { Decision } from './next-step.ts';
import type { Attempt, ProgressRecord, SettledState, StateReason } from './progress-record.ts';

const attemptsKept = 20;
const iso = (ms: number) => new Date(ms).toISOString();

/** What is written before the call: a start without an outcome is how an unknown outcome is known. */
export function startAttempt(record: ProgressRecord, at: { step: number; now: number; seq: number }): ProgressRecord {
  const attempt: Attempt = { n: record.attempt_count + 1, step: at.step, started_at: iso(at.now) };
  return {
    ...record,
    state: 'delivering',
    reason: undefined,
    next_attempt_at: undefined,
    in_doubt: at.step,
    seq: at.seq,
    attempts: [...record.attempts, attempt].slice(-attemptsKept),
    attempt_count: attempt.n,
  };
}

/** Takes back an attempt whose call was never made. */
export function withdrawAttempt(record: ProgressRecord): ProgressRecord {
  return {
    ...record,
    state: 'pending',
    in_doubt: undefined,
    attempts: record.attempts.slice(0, -1),
    attempt_count: record.attempt_count - 1,
  };
}

/** The record after a call: its attempt closed and the decision carried out. */
export function afterAttempt(
  record: ProgressRecord,
  outcome: StepOutcome,
  { decision, now }: { decision: Decision; now: number },
): ProgressRecord {
  const closed = closeAttempt(record, outcome, now);
  const certain = outcome.outcome === 'unknown' ? closed : { ...closed, in_doubt: undefined };
  switch (decision.do) {
    case 'finish_step':
      return finishStep(closed, { step: record.in_doubt ?? 0, platformId: decision.platformId });
    case 'wait':
      return {
        ...certain,
        state: 'pending',
        next_attempt_at: iso(decision.untilMs),
        failures: record.failures + (decision.counts === 'failure' ? 1 : 0),
        blamed: record.blamed + (decision.counts === 'blame' ? 1 : 0),
        reason: reasonOf(outcome),
      };
    case 'park':
      return { ...certain, state: 'parked', reason: { code: decision.code, detail: decision.reason } };
    case 'settle':
      return settle(certain, { state: decision.state, code: decision.code, detail: decision.reason, now });
  }
}

/** A step that the platform has taken, whoever found out. The next one begins with fresh counters. */
export function finishStep(
  record: ProgressRecord,
  done: { step: number; platformId?: string | undefined },
): ProgressRecord {
  return {
    ...record,
    state: 'pending',
    reason: undefined,
    next_attempt_at: undefined,
    in_doubt: undefined,
    failures: 0,
    blamed: 0,
    steps: { ...record.steps, [done.step]: { done: true, platform_message_id: done.platformId } },
  };
}

/** The end of a delivery, until somebody replays it. */
export function settle(
  record: ProgressRecord,
  end: { state: SettledState; now: number } & Partial<StateReason>,
): ProgressRecord {
  const reason = end.code === undefined ? undefined : { code: end.code, detail: end.detail ?? '' };
  return { ...record, state: end.state, settled_at: iso(end.now), next_attempt_at: undefined, reason };
}

/** The record as a replay finds it: finished steps are kept unless it starts over. */
export function replayed(
  record: ProgressRecord,
  replay: { n: number; fresh: boolean; expiresAt: string },
): ProgressRecord {
  return {
    ...record,
    state: 'pending',
    reason: undefined,
    next_attempt_at: undefined,
    settled_at: undefined,
    resolution: undefined,
    in_doubt: undefined,
    failures: 0,
    blamed: 0,
    replays: replay.n,
    expires_at: replay.expiresAt,
    ...(replay.fresh && { steps: {}, fresh: replay.n }),
  };
}

function closeAttempt(record: ProgressRecord, outcome: StepOutcome, now: number): ProgressRecord {
  const open = record.attempts.at(-1);
  if (!open || open.outcome !== undefined) return record;
  const closed: Attempt = {
    ...open,
    duration_ms: Math.max(0, now - Date.parse(open.started_at)),
    outcome: outcome.outcome,
    status: outcome.status,
    ...('code' in outcome && { code: outcome.code, reason: outcome.reason }),
    ...('platformId' in outcome && { platform_message_id: outcome.platformId }),
  };
  return { ...record, attempts: [...record.attempts.slice(0, -1), closed] };
}

const reasonOf = (outcome: StepOutcome): StateReason | undefined =>
  'code' in outcome ? { code: outcome.code, detail: outcome.reason } : undefined;
