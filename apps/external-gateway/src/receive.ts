import { problem } from '@trunkline/errors';
import {
  answerRequests,
  jsonAnswer,
  parseJson,
  preferredWaitMs,
  problemAnswer,
  readBody,
  type Answer,
  type AnswerRequestsDeps,
  type HandledRequest,
  type IngressHandler,
  type IngressRequest,
} from '@trunkline/gateway-kit';
import type { Span } from '@trunkline/telemetry';
import { authenticate, findConnector, type AccessDeps } from './access.ts';
import { batchResult, singleAnswer } from './event-answers.ts';
import { readBatchPayload } from './event-payload.ts';
import { normalize } from './normalize.ts';
import { takeBatch } from './take-batch.ts';
import { takeEvent, type TakeContext, type Taken, type TakeDeps } from './take-event.ts';

/** The largest body that is read, of an event and of a whole batch. */
export const bodyLimit = 2 * 1024 * 1024;

/** How long an event waits for its routing before the answer is 202; for a batch, all of its events together. */
const usualWaitMs = 2_000;

export interface ReceiveDeps extends AccessDeps, TakeDeps, AnswerRequestsDeps {
  /** The instance id in the manifest of the child process of a connector; `undefined` while it is not known. */
  instanceOf(connector: string): Promise<string | undefined>;
}

/** Takes events of sidecars in, one in a request or many. Order of checks: connector, size, authentication, format, schema, store. */
export function receiveEvents(form: 'single' | 'batch', deps: ReceiveDeps): IngressHandler {
  return answerRequests('external.receive', (request, span) => handle(request, { form, span }, deps), deps);
}

async function handle(
  { req, res, params }: IngressRequest,
  { form, span }: { form: 'single' | 'batch'; span: Span },
  deps: ReceiveDeps,
): Promise<HandledRequest> {
  const found = findConnector(params['name'] ?? '', deps);
  if (!found.ok) return { answer: found.answer, outcome: 'refused', why: found.reason };
  const entry = found.value;
  const refuse = (answer: Answer, why: string): HandledRequest => ({
    answer,
    outcome: 'refused',
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
  const instance = entry.config.mode === 'child_process' ? await deps.instanceOf(entry.name) : undefined;
  const context = { entry, span, instance, waitMs: preferredWaitMs(req.headers['prefer']?.toString()) ?? usualWaitMs };
  return form === 'single' ? single(json.value, context, deps) : batch(json.value, context, deps);
}

interface Context extends Pick<TakeContext, 'entry' | 'span' | 'instance'> {
  /** How long the caller waits for the routing at most. */
  waitMs: number;
}

async function single(body: unknown, { waitMs, ...context }: Context, deps: ReceiveDeps): Promise<HandledRequest> {
  const { entry } = context;
  const event = normalize(body, entry.config, deps);
  const taken = await takeEvent(event, { ...context, waitMs: () => waitMs }, deps);
  const answer = singleAnswer(taken, entry.name);
  return { answer, outcome: outcomeOf(taken), connector: entry.name, ...reasonOf(taken) };
}

async function batch(body: unknown, { waitMs, ...context }: Context, deps: ReceiveDeps): Promise<HandledRequest> {
  const { entry } = context;
  const read = readBatchPayload(body);
  if (!read.ok) {
    const answer = problemAnswer(problem('payload_invalid', { detail: read.detail }));
    return { answer, outcome: 'refused', connector: entry.name, why: 'payload_invalid' };
  }
  const until = deps.now() + waitMs;
  const events = read.events.map((event) =>
    normalize(event, entry.config, { now: deps.now, batchVersion: read.version }),
  );
  const all = await takeBatch(events, { ...context, waitMs: () => Math.max(0, until - deps.now()) }, deps);
  const answer = jsonAnswer(200, { results: all.map(batchResult) });
  const outcomes = all.map(outcomeOf);
  const [only = 'batch', ...more] = outcomes;
  return { answer, outcome: more.length > 0 ? 'batch' : only, outcomes, connector: entry.name };
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
