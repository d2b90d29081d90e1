import { withSpan, type Span } from '@trunkline/telemetry';
import { sendAnswer, type Answer } from './answer.ts';
import type { IngressHandler, IngressRequest } from './ingress-app.ts';

/** What one request came to: its answer, and what log and metrics shall say of it. */
export interface HandledRequest {
  answer: Answer;
  outcome: string;
  /** Of each event, where a request holds several. */
  outcomes?: readonly string[];
  /** Absent when there is no such connector: names that callers make up are no labels. */
  connector?: string;
  eventId?: string | undefined;
  /** Why it was refused or ignored. */
  why?: string;
  /** What else the log shall say. */
  facts?: object;
}

/** Where it is told; an intake fits. */
export interface AnswerRequestsDeps {
  now: () => number;
  log: { info(fields: object, message: string): void };
  /** Told what became of each event, for metrics. Only connectors that exist are named. */
  observe?: (seen: { connector: string; outcome: string; ms: number }) => void;
}

/** Answers each request of a route as `handle` says, inside a span that continues the caller's trace, with one line in the log. */
export function answerRequests(
  spanName: string,
  handle: (request: IngressRequest, span: Span) => Promise<HandledRequest>,
  deps: AnswerRequestsDeps,
): IngressHandler {
  return (request) => {
    const startedAt = deps.now();
    const parent = request.req.headers['traceparent']?.toString();
    return withSpan(spanName, { kind: 'server', parent }, async (span) => {
      const handled = await handle(request, span);
      sendAnswer(request.res, handled.answer);
      tell(handled, { ms: deps.now() - startedAt, traceId: span.traceId }, deps);
    });
  };
}

function tell(
  { answer, outcome, outcomes = [outcome], connector, eventId, why, facts }: HandledRequest,
  { ms, traceId }: { ms: number; traceId: string },
  { log, observe }: AnswerRequestsDeps,
): void {
  if (connector !== undefined) for (const each of outcomes) observe?.({ connector, outcome: each, ms });
  const said = { connector, status: answer.status, outcome, event_id: eventId, why, ...facts, ms, trace_id: traceId };
  log.info(said, 'request.answered');
}
