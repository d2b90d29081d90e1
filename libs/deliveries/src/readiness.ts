import type { OnUnknown } from './next-step.ts';
import type { ProgressRecord, SettledState } from './progress-record.ts';

/** Whether a connector can be used now. Missing and disabled ones are not; `code` and `reason` are shown to operators. */
export type ConnectorState =
  { state: 'ready'; onUnknown: OnUnknown } | { state: 'unavailable'; code: string; reason: string };

/** What is known of a target beyond one delivery. */
export interface TargetState {
  /** Why it gets nothing until it is reset. */
  disabled?: string | undefined;
  /** An open breaker, or a platform that asked for a pause. */
  blockedUntilMs?: number | undefined;
}

/** Whether connectors of this installation may send to a target at all (allowlists). */
export type Allowed = { allowed: true } | { allowed: false; reason: string };

export interface Surroundings {
  now: number;
  connector: ConnectorState;
  /** Its credentials were refused: nothing is tried before this time unless the connector changes. */
  parked?: { code: string; reason: string; untilMs: number } | undefined;
  target: TargetState;
  allowed: Allowed;
}

/** Whether a delivery's next call can be made now, and what to do instead. None of it counts as an attempt. */
export type Readiness =
  | { do: 'go'; onUnknown: OnUnknown }
  | { do: 'wait'; untilMs: number }
  | { do: 'park'; code: string; reason: string; untilMs: number }
  | { do: 'settle'; state: SettledState; code: string; reason: string };

/** Judges all that can keep a delivery from its next call, in this order: time, permission, target, connector, waits. */
export function readiness(
  record: ProgressRecord,
  { now, connector, parked, target, allowed }: Surroundings,
): Readiness {
  const expiresMs = Date.parse(record.expires_at);
  if (now >= expiresMs) return expired(record);
  if (!allowed.allowed) return { do: 'settle', state: 'dead', code: 'target_not_allowed', reason: allowed.reason };
  if (target.disabled !== undefined)
    return { do: 'settle', state: 'dead', code: 'target_disabled', reason: target.disabled };
  if (connector.state === 'unavailable') {
    return { do: 'park', code: connector.code, reason: connector.reason, untilMs: expiresMs };
  }
  if (parked && now < parked.untilMs) {
    return { do: 'park', code: parked.code, reason: parked.reason, untilMs: Math.min(parked.untilMs, expiresMs) };
  }
  const untilMs = Math.max(
    record.next_attempt_at === undefined ? 0 : Date.parse(record.next_attempt_at),
    target.blockedUntilMs ?? 0,
  );
  if (now < untilMs) return { do: 'wait', untilMs: Math.min(untilMs, expiresMs) };
  return { do: 'go', onUnknown: connector.onUnknown };
}

function expired(record: ProgressRecord): Readiness {
  if (record.in_doubt === undefined) {
    return { do: 'settle', state: 'expired', code: 'expired', reason: 'Was not delivered before expires_at.' };
  }
  const reason = 'A call was made whose outcome did not become known before expires_at.';
  return { do: 'settle', state: 'unknown', code: 'expired_in_doubt', reason };
}
