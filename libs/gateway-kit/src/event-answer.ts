import { problem, problemCodes, type ProblemCode } from '@trunkline/errors';
import type { ConnectorRef, Receipt } from '@trunkline/events';
import { jsonAnswer, problemAnswer, retryAfter, type Answer } from './answer.ts';
import type { EmitOutcome } from './emitter.ts';

/** Which event an answer is about, and whose rules it follows: a sidecar hears of a rejection with 200, an HTTP caller with 4xx. */
export interface AnswerFor {
  connector: ConnectorRef;
  eventId: string;
}

/** What one outcome means over HTTP (spec 2.2), for a single event. */
export function answerOf(outcome: EmitOutcome, about: AnswerFor): Answer {
  switch (outcome.outcome) {
    case 'routed':
      return jsonAnswer(200, routed('accepted', { about, receipt: outcome.receipt }));
    case 'stored':
      return pending('accepted', about);
    case 'duplicate':
      if (!outcome.receipt) return pending('duplicate', about);
      return jsonAnswer(200, routed('duplicate', { about, receipt: outcome.receipt }));
    case 'rejected':
      return about.connector.kind === 'external'
        ? jsonAnswer(200, rejection(outcome, about))
        : problemAnswer(rejectionProblem(outcome, about));
    case 'conflict':
      return problemAnswer(conflict(outcome.receipt, about));
    case 'rate_limited':
      return problemAnswer(rateLimited, retryAfter(outcome.retryAfterMs));
    case 'bus_unavailable':
      return problemAnswer(notStored, retryAfter(outcome.retryAfterMs));
  }
}

/** Where the receipt of an event can be asked for: the path of spec 2.1, on the host that took the event. */
export function receiptPath({ connector, eventId }: AnswerFor): string {
  return `/v1/connectors/${connector.kind}/${encodeURIComponent(connector.name)}/events/${encodeURIComponent(eventId)}`;
}

/** The answer to a question for a receipt. A rejected event is no failed question: its receipt is found and says so. */
export function receiptAnswer(found: Receipt | 'not_routed_yet' | undefined, about: AnswerFor): Answer {
  if (!found) return problemAnswer(unknownEvent);
  if (found === 'not_routed_yet') return pending('accepted', about);
  if (found.status === 'rejected') return jsonAnswer(200, rejection({ receipt: found, repeated: true }, about));
  return jsonAnswer(200, routed('accepted', { about, receipt: found }));
}

/** `run_id` is the turn's id under the name that sidecars know. */
function routed(status: 'accepted' | 'duplicate', { about, receipt }: { about: AnswerFor; receipt: Receipt }) {
  return { event_id: about.eventId, status, ...originalIds(receipt) };
}

function originalIds(receipt: Receipt | undefined) {
  const turn = receipt?.turn_id;
  return {
    ...(receipt?.session_id !== undefined && { session_id: receipt.session_id }),
    ...(turn !== undefined && { turn_id: turn, run_id: turn }),
  };
}

function pending(status: 'accepted' | 'duplicate', about: AnswerFor): Answer {
  const location = receiptPath(about);
  return jsonAnswer(202, { event_id: about.eventId, status, receipt_url: location }, { location });
}

interface Rejection {
  receipt: Receipt;
  repeated: boolean;
}

const rejectionCode = ({ code }: Receipt) => code ?? 'routing_rejected';

function rejectionReason({ receipt, repeated }: Rejection): string {
  const reason = receipt.reason ?? 'The event was stored, but the router refused it.';
  if (!repeated) return reason;
  return `${reason} Sending it again changes nothing; once the cause is removed, send it under another id.`;
}

function rejection(outcome: Rejection, about: AnswerFor) {
  return {
    event_id: about.eventId,
    status: 'rejected',
    code: rejectionCode(outcome.receipt),
    reason: rejectionReason(outcome),
  };
}

function rejectionProblem(outcome: Rejection, about: AnswerFor) {
  const code = rejectionCode(outcome.receipt);
  const detail = rejectionReason(outcome);
  return problem(isProblemCode(code) ? code : 'routing_rejected', { detail, event_id: about.eventId, reason: code });
}

const isProblemCode = (code: string): code is ProblemCode => Object.hasOwn(problemCodes, code);

function conflict(receipt: Receipt | undefined, about: AnswerFor) {
  return problem('idempotency_conflict', {
    detail: 'This id was used for an event with other content. Use a new id for a new event.',
    event_id: about.eventId,
    ...originalIds(receipt),
  });
}

const rateLimited = problem('rate_limited', {
  detail: 'The connector takes no more events at the moment; nothing was stored. Send it again after Retry-After.',
});

const notStored = problem('bus_unavailable', {
  detail:
    'The bus did not confirm the event. Send it again with the same id after Retry-After: it is stored at most once.',
});

const unknownEvent = problem('event_not_found', {
  detail: 'No event of this id is known. Ids are kept for 26 hours (the idempotency window).',
});
