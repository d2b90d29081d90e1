import { problem } from '@trunkline/errors';
import {
  jsonAnswer,
  parseJson,
  preferredWaitMs,
  problemAnswer,
  readBody,
  sendAnswer,
  type Answer,
  type IngressHandler,
  type IngressRequest,
} from '@trunkline/gateway-kit';
import { startSpan, type Span } from '@trunkline/telemetry';
import { authenticate, findConnector, type AccessDeps, type ExternalEntry } from './access.ts';
import { batchResult, singleAnswer } from './event-answers.ts';
import { readBatchPayload } from './event-payload.ts';
import { normalize } from './normalize.ts';
import { takeBatch } from './take-batch.ts';
import { takeEvent, type Taken, type TakeDeps } from './take-event.ts';

/** The largest body that is read, of an event and of a whole batch. */
export const bodyLimit = 2 * 1024 * 1024;

/** How long an event waits for its routing before the answer is 202; for a batch, all of its events together. */
const usualWaitMs = 2_000;

export interface ReceiveDeps extends AccessDeps, TakeDeps {
  log: { info(fields: object, message: string): void };
  /** Told what became of each event, for metrics. Only connectors that exist are named. */
  observe?: (seen: { connector: string; outcome: string; ms: number }) => void;
}

/** What one request came to: its answer, and what log and metrics shall say of it. */
interface Handled {
  answer: Answer;
  outcomes: string[];
  /** Absent when there is no such connector: names that callers make up are no labels. */
  connector?: string;
  eventId?: string | undefined;
  /** Why it was refused. */
  why?: string;
}

/** Takes events of sidecars in, one in a request or many. Order of checks: connector, size, authentication, format, schema, store. */
export function receiveEvents(form: 'single' | 'batch', deps: ReceiveDeps): IngressHandler {
  return async (request) => {
    const startedAt = deps.now();
    const parent = request.req.headers['traceparent']?.toString();
    const span = startSpan('external.receive', { kind: 'server', parent });
    try {
      const { answer, outcomes, connector, eventId, why } = await handle(request, { form, span }, deps);
      sendAnswer(request.res, answer);
      const ms = deps.now() - startedAt;
      if (connector !== undefined) for (const outcome of outcomes) deps.observe?.({ connector, outcome, ms });
      const outcome = form === 'batch' && outcomes.length > 1 ? 'batch' : outcomes[0];
      const facts = { connector, status: answer.status, outcome, event_id: eventId, why, ms, trace_id: span.traceId };
      deps.log.info(facts, 'request.answered');
    } catch (error) {
      span.fail(error);
      throw error;
    } finally {
      span.end();
    }
  };
}

async function handle(
  { req, res, params }: IngressRequest,
  { form, span }: { form: 'single' | 'batch'; span: Span },
  deps: ReceiveDeps,
): Promise<Handled> {
  const found = findConnector(params['name'] ?? '', deps);
  if (!found.ok) return { answer: found.answer, outcomes: ['refused'], why: found.reason };
  const entry = found.value;
  const refuse = (answer: Answer, why: string): Handled => ({
    answer,
    outcomes: ['refused'],
    connector: entry.name,
    why,
  });
  const read = await readBody({ req, res }, bodyLimit);
  if (!read.ok) return refuse(problemAnswer(read.problem), read.problem.code);
  const access = authenticate(req, entry, deps);
  if (!access.ok) return refuse(access.answer, access.reason);
  // What keeps web pages from posting to an unauthenticated connector on this machine: they may not set this type.
  if (!access.value.authenticated && !isJson(req.headers['content-type'])) return refuse(notJson, 'not_json');
  const json = parseJson(read.bytes);
  if (!json.ok) return refuse(problemAnswer(json.problem), json.problem.code);
  const context = { entry, span, waitMs: preferredWaitMs(req.headers['prefer']?.toString()) ?? usualWaitMs };
  return form === 'single' ? single(json.value, context, deps) : batch(json.value, context, deps);
}

interface Context {
  entry: ExternalEntry;
  span: Span;
  /** How long the caller waits for the routing at most. */
  waitMs: number;
}

async function single(body: unknown, { entry, span, waitMs }: Context, deps: ReceiveDeps): Promise<Handled> {
  const event = normalize(body, entry.config, deps);
  const taken = await takeEvent(event, { entry, span, waitMs: () => waitMs }, deps);
  const answer = singleAnswer(taken, entry.name);
  return { answer, outcomes: [outcomeOf(taken)], connector: entry.name, ...reasonOf(taken) };
}

async function batch(body: unknown, { entry, span, waitMs }: Context, deps: ReceiveDeps): Promise<Handled> {
  const read = readBatchPayload(body);
  if (!read.ok) {
    const answer = problemAnswer(problem('payload_invalid', { detail: read.detail }));
    return { answer, outcomes: ['refused'], connector: entry.name, why: 'payload_invalid' };
  }
  const until = deps.now() + waitMs;
  const events = read.events.map((event) =>
    normalize(event, entry.config, { now: deps.now, batchVersion: read.version }),
  );
  const all = await takeBatch(events, { entry, span, waitMs: () => Math.max(0, until - deps.now()) }, deps);
  const answer = jsonAnswer(200, { results: all.map(batchResult) });
  return { answer, outcomes: all.map(outcomeOf), connector: entry.name };
}

const outcomeOf = (taken: Taken) => (taken.outcome === 'emitted' ? taken.emitted.outcome : taken.outcome);

const reasonOf = (taken: Taken) => ({
  ...(taken.outcome !== 'unreadable' && { eventId: taken.eventId }),
  ...(taken.outcome === 'rejected' && { why: taken.code }),
});

const isJson = (type: string | undefined) => /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type ?? '');

const notJson = problemAnswer(
  problem('unsupported_media_type', { detail: 'Send JSON with Content-Type: application/json.' }),
);
