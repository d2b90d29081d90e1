import { jsonAnswer, retryAfter, type Answer, type EmitOutcome } from '@trunkline/gateway-kit';
import type { Normalized } from './normalize.ts';

/** One event of a batch: what was read, and what came of storing it when there was something to store. */
export interface BatchItem {
  normalized: Normalized;
  outcome?: EmitOutcome;
}

/** The answer to a batch: a result for each event in order. It fails as a whole only where sending it again would help. */
export function batchAnswer(items: readonly BatchItem[]): Answer {
  const results = items.map(resultOf);
  const waits = items.flatMap(({ outcome }) => (outcome && 'retryAfterMs' in outcome ? [outcome.retryAfterMs] : []));
  if (waits.length > 0) {
    const status = items.some(({ outcome }) => outcome?.outcome === 'bus_unavailable') ? 503 : 429;
    return jsonAnswer(status, { results }, retryAfter(Math.max(...waits)));
  }
  const nothingTaken = results.length > 0 && results.every(({ status }) => status === 'error');
  return jsonAnswer(nothingTaken ? 400 : 200, { results });
}

interface BatchResult {
  event_id?: string;
  status: 'accepted' | 'duplicate' | 'rejected' | 'ignored' | 'rate_limited' | 'error';
  [fact: string]: unknown;
}

function resultOf({ normalized, outcome }: BatchItem): BatchResult {
  if (normalized.outcome === 'ignored') return { event_id: normalized.eventId, status: 'ignored' };
  if (normalized.outcome === 'refused') {
    const { code, detail, event_id } = normalized.problem;
    return { ...(typeof event_id === 'string' && { event_id }), status: 'error', code, reason: detail };
  }
  return { event_id: normalized.draft.event.id, ...(outcome ? storedResult(outcome) : notTried) };
}

const notTried = { status: 'error', code: 'bus_unavailable', reason: 'Not tried. Send it again.' } as const;

function storedResult(outcome: EmitOutcome): BatchResult {
  switch (outcome.outcome) {
    case 'stored':
      return { status: 'accepted' };
    case 'routed':
    case 'duplicate':
      return { status: outcome.outcome === 'routed' ? 'accepted' : 'duplicate', ...idsOf(outcome.receipt) };
    case 'rejected':
      return { status: 'rejected', code: outcome.receipt.code, reason: outcome.receipt.reason };
    case 'conflict':
      return {
        status: 'error',
        code: 'idempotency_conflict',
        reason: 'This id was used for an event with other content.',
      };
    case 'rate_limited':
      return { status: 'rate_limited', code: 'rate_limited', retry_after_ms: outcome.retryAfterMs };
    case 'bus_unavailable':
      return { status: 'error', code: 'bus_unavailable', retry_after_ms: outcome.retryAfterMs };
  }
}

function idsOf(receipt: { session_id?: string | undefined; turn_id?: string | undefined } | undefined) {
  return { session_id: receipt?.session_id, turn_id: receipt?.turn_id, run_id: receipt?.turn_id };
}
