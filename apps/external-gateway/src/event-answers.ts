import { problem } from '@trunkline/errors';
import { answerOf, jsonAnswer, problemAnswer, retryAfter, type Answer, type EmitOutcome } from '@trunkline/gateway-kit';
import type { Taken } from './take-event.ts';

/** After this time a sidecar whose manifest is not known yet should try again. */
const laterMs = 1_000;

const notReady = problem('sidecar_not_ready', {
  detail:
    'The manifest of this sidecar is not known yet. Serve GET /manifest, then send the event again after Retry-After.',
});

/** The answer for a single event (spec 2.2, 4.2). */
export function singleAnswer(taken: Taken, connector: string): Answer {
  switch (taken.outcome) {
    case 'unreadable':
      return problemAnswer(problem('payload_invalid', { detail: taken.reason }));
    case 'rejected': {
      const { eventId, code, reason } = taken;
      return jsonAnswer(200, { event_id: eventId, status: 'rejected', code, reason });
    }
    case 'later':
      return problemAnswer(notReady, retryAfter(laterMs));
    case 'emitted':
      return answerOf(taken.emitted, { connector: { kind: 'external', name: connector }, eventId: taken.eventId });
  }
}

interface Result {
  status: 'accepted' | 'duplicate' | 'rejected' | 'rate_limited' | 'error';
  [fact: string]: unknown;
}
type BatchResult = Result & { event_id: string | null };

/** The result of one event of a batch. `rejected` is final; `rate_limited` and `error` mean that sending it again will help. */
export function batchResult(taken: Taken): BatchResult {
  switch (taken.outcome) {
    case 'unreadable':
      return { event_id: null, status: 'rejected', code: 'payload_invalid', reason: taken.reason };
    case 'rejected':
      return { event_id: taken.eventId, status: 'rejected', code: taken.code, reason: taken.reason };
    case 'later':
      return {
        event_id: taken.eventId,
        status: 'error',
        code: notReady.code,
        reason: notReady.detail,
        retry_after_ms: laterMs,
      };
    case 'emitted':
      return { event_id: taken.eventId, ...emittedResult(taken.emitted) };
  }
}

function emittedResult(outcome: EmitOutcome): Result {
  switch (outcome.outcome) {
    case 'stored':
      return { status: 'accepted' };
    case 'routed':
    case 'duplicate':
      return { status: outcome.outcome === 'routed' ? 'accepted' : 'duplicate', ...idsOf(outcome.receipt) };
    case 'rejected':
      return { status: 'rejected', code: outcome.receipt.code, reason: outcome.receipt.reason };
    case 'conflict': {
      const reason = 'This id was used for an event with other content. Use a new id for a new event.';
      return { status: 'rejected', code: 'idempotency_conflict', reason, ...idsOf(outcome.receipt) };
    }
    case 'rate_limited':
      return { status: 'rate_limited', code: 'rate_limited', retry_after_ms: outcome.retryAfterMs };
    case 'bus_unavailable': {
      const reason = 'The bus did not confirm the event. Send it again with the same id.';
      return { status: 'error', code: 'bus_unavailable', reason, retry_after_ms: outcome.retryAfterMs };
    }
  }
}

function idsOf(receipt: { session_id?: string | undefined; turn_id?: string | undefined } | undefined) {
  return { session_id: receipt?.session_id, turn_id: receipt?.turn_id, run_id: receipt?.turn_id };
}

/** How long the sender should wait before it sends an event again; `undefined` when that is settled. */
export function retryMsOf(taken: Taken): number | undefined {
  if (taken.outcome === 'later') return laterMs;
  return taken.outcome === 'emitted' && 'retryAfterMs' in taken.emitted ? taken.emitted.retryAfterMs : undefined;
}
