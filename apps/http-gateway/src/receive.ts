import type { Bus } from '@trunkline/bus';
import {
  answerOf,
  answerRequests,
  jsonAnswer,
  noteIgnored,
  packEvent,
  preferredWaitMs,
  problemAnswer,
  queryOf,
  readBody,
  sendAnswer,
  type Answer,
  type AnswerRequestsDeps,
  type AssetUrls,
  type EmitPackage,
  type EventDraft,
  type HandledRequest,
  type IngressHandler,
  type IngressRequest,
} from '@trunkline/gateway-kit';
import { traceparentOf, type Span } from '@trunkline/telemetry';
import { authenticate, findConnector, type AccessDeps } from './access.ts';
import { batchAnswer, type BatchItem } from './batch-answer.ts';
import { handshakeAnswer } from './cloudevents.ts';
import { normalize, type Normalized } from './normalize.ts';
import type { OwnMark, OwnMarks } from './own-mark.ts';
import type { PreparedConnector } from './prepared-connector.ts';

/** The largest body that is read. */
export const bodyLimit = 2 * 1024 * 1024;

export interface ReceiveDeps extends AccessDeps, AnswerRequestsDeps {
  emit: EmitPackage;
  bus: Pick<Bus, 'append' | 'names'>;
  assetUrls: Pick<AssetUrls, 'urlOf'>;
  /** What our own requests bear. */
  marks: { [For in keyof OwnMarks]: Pick<OwnMark, 'isOn'> };
  random: () => number;
}

/** Takes events in. Order of checks: connector, size, authentication, format, schema, then the rate limit and the store. */
export function receiveEvents(deps: ReceiveDeps): IngressHandler {
  return answerRequests('http.receive', (request, span) => handle(request, span, deps), deps);
}

async function handle({ req, res, params }: IngressRequest, span: Span, deps: ReceiveDeps): Promise<HandledRequest> {
  const found = findConnector(params['name'] ?? '', deps);
  if (!found.ok) return { answer: found.answer, outcome: 'refused', why: found.reason };
  const connector = found.value;
  const { name } = connector.config;
  const refuse = (answer: Answer, why: string): HandledRequest => ({
    answer,
    outcome: 'refused',
    connector: name,
    why,
  });

  const read = await readBody({ req, res }, bodyLimit);
  if (!read.ok) return refuse(problemAnswer(read.problem), read.problem.code);
  const query = queryOf(req);
  const caller = { req, body: read.bytes, accessToken: query.get('access_token') ?? undefined };
  const access = authenticate(caller, connector, deps);
  if (!access.ok) return refuse(access.answer, access.reason);
  if (deps.marks.trial.isOn(req)) return { answer: probed, outcome: 'probed', connector: name };

  query.delete('access_token');
  // Who simulates has proven to the control plane who he is: he may name a conversation where callers prove nothing.
  const authenticated = access.value.authenticated || deps.marks.simulation.isOn(req);
  const incoming = { headers: req.headersDistinct, query, body: read.bytes, authenticated };
  const { batch, results } = normalize(incoming, connector, deps);
  const [only] = results;
  const handled =
    batch || only === undefined
      ? await handleBatch(results, { connector, span }, deps)
      : await handleOne(only, { connector, span, prefer: req.headers['prefer']?.toString() }, deps);
  return { ...handled, connector: name };
}

const probed: Answer = { status: 204, headers: {}, body: '' };

interface Context {
  connector: PreparedConnector;
  span: Span;
}

async function handleOne(
  result: Normalized,
  context: Context & { prefer: string | undefined },
  deps: ReceiveDeps,
): Promise<HandledRequest> {
  const { config } = context.connector;
  if (result.outcome === 'refused') {
    return { answer: problemAnswer(result.problem), outcome: 'refused', why: result.problem.code };
  }
  if (result.outcome === 'ignored') {
    await keepIgnored(result, config.name, deps);
    const { eventId } = result;
    return { answer: jsonAnswer(200, { event_id: eventId, status: 'ignored' }), outcome: 'ignored', eventId };
  }
  const wanted = preferredWaitMs(context.prefer);
  const stored = await store(result.draft, { ...context, waitMs: wanted ?? config.wait_ms }, deps);
  const eventId = result.draft.event.id;
  const answer = answerOf(stored, { connector: { kind: 'http', name: config.name }, eventId });
  const applied =
    wanted === undefined ? answer.headers : { ...answer.headers, 'preference-applied': `wait=${wanted / 1000}` };
  return { answer: { ...answer, headers: applied }, outcome: stored.outcome, eventId };
}

/**
 * Events of a batch are stored one after the other, in their order; nobody waits for the routing of each. After one that has to
 * come again none is tried: it would overtake.
 */
async function handleBatch(
  results: readonly Normalized[],
  context: Context,
  deps: ReceiveDeps,
): Promise<HandledRequest> {
  const items: BatchItem[] = [];
  let stopped = false;
  for (const normalized of results) {
    if (normalized.outcome === 'ignored') await keepIgnored(normalized, context.connector.config.name, deps);
    if (normalized.outcome !== 'event' || stopped) {
      items.push({ normalized });
      continue;
    }
    const outcome = await store(normalized.draft, { ...context, waitMs: 0 }, deps);
    stopped = 'retryAfterMs' in outcome;
    items.push({ normalized, outcome });
  }
  return { answer: batchAnswer(items), outcome: 'batch', outcomes: items.map(outcomeOf) };
}

/** Those that were not tried come again. */
const outcomeOf = ({ normalized, outcome }: BatchItem) =>
  outcome?.outcome ?? (normalized.outcome === 'event' ? 'later' : normalized.outcome);

function store(draft: EventDraft, { connector, span, waitMs }: Context & { waitMs: number }, deps: ReceiveDeps) {
  const { name, ingress_events_per_second: rate } = connector.config;
  const { event, objects } = packEvent(draft, (assetId) => deps.assetUrls.urlOf({ connector: name, assetId }));
  const request = {
    event: { ...event, traceparent: traceparentOf(span) },
    fingerprint: draft.fingerprint,
    idempotent: draft.idempotent,
    waitMs,
    limit: { key: `http/${name}`, rate },
  };
  return deps.emit(request, objects);
}

async function keepIgnored(
  { eventId, reason }: Extract<Normalized, { outcome: 'ignored' }>,
  name: string,
  deps: ReceiveDeps,
): Promise<void> {
  const connector = { kind: 'http', name } as const;
  const detail = 'The mapping of the connector says to ignore it.';
  await noteIgnored({ connector, eventId, code: reason, detail, now: deps.now() }, deps.bus);
}

/** Answers the CloudEvents handshake for connectors of that format, and names the methods for all others. */
export function answerOptions(deps: Pick<AccessDeps, 'connectors'>): IngressHandler {
  return ({ req, res, params }) => {
    const entry = deps.connectors.get(params['name'] ?? '');
    const config = entry?.state === 'ready' && entry.config.payload_format === 'cloudevents' ? entry.config : undefined;
    const granted = config && handshakeAnswer(req.headersDistinct, config.ingress_events_per_second);
    sendAnswer(res, { status: granted ? 200 : 204, headers: { allow: 'POST, OPTIONS', ...granted }, body: '' });
    return Promise.resolve();
  };
}
