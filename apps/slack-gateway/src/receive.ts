import type { SlackConnector } from '@trunkline/config';
import { problem } from '@trunkline/errors';
import { sha256Hex } from '@trunkline/events';
import {
  answerRequests,
  jsonAnswer,
  problemAnswer,
  readBody,
  readyConnector,
  refuseAuthentication,
  retryAfter,
  type Answer,
  type AnswerRequestsDeps,
  type FailureDeps,
  type Granted,
  type HandledRequest,
  type IngressHandler,
  type IngressRequest,
} from '@trunkline/gateway-kit';
import type { InventoryEntry } from '@trunkline/inventory';
import type { Span } from '@trunkline/telemetry';
import { preparedConnector, type PreparedConnector } from './prepared-connector.ts';
import { isSslCheck, readBodyValue } from './read-body-value.ts';
import { takePayload, type TakeDeps, type Taken } from './take-payload.ts';
import { verifyRequest } from './verify.ts';

/** The largest body that is read. */
const bodyLimit = 4 * 1024 * 1024;

export interface ReceiveDeps extends TakeDeps, FailureDeps, Pick<AnswerRequestsDeps, 'observe'> {
  /** The slack connectors as they are now. */
  connectors: { get(name: string): InventoryEntry<SlackConnector> | undefined };
  log: TakeDeps['log'] & { info(fields: object, message: string): void };
}

/** Takes in what Slack posts: events, commands and interactions, at one URL. The success answer comes after the store. */
export function receiveEvents(deps: ReceiveDeps): IngressHandler {
  const answered = async (request: IngressRequest, span: Span) => ({
    ...(await handle(request, span, deps)),
    facts: retryFacts(request.req.headers),
  });
  return answerRequests('slack.receive', answered, deps);
}

/** Why Slack sends something again; for the log alone: a retry may be the only copy that we ever get to store. */
function retryFacts(headers: IngressRequest['req']['headers']) {
  const [num, reason] = [headers['x-slack-retry-num'], headers['x-slack-retry-reason']];
  const known = (value: unknown) => (typeof value === 'string' && /^\w{1,40}$/.test(value) ? value : undefined);
  return { retry_num: known(num), retry_reason: known(reason) };
}

async function handle({ req, res, params }: IngressRequest, span: Span, deps: ReceiveDeps): Promise<HandledRequest> {
  const found = readyConnector(deps.connectors.get(params['name'] ?? ''), 'slack');
  if (!found.ok) return { answer: found.answer, outcome: 'refused', why: found.reason };
  const connector = preparedConnector(found.value);
  const { name } = connector.config;
  const refuse = (answer: Answer, why: string): HandledRequest => ({
    answer,
    outcome: 'refused',
    connector: name,
    why,
  });

  const read = await readBody({ req, res }, bodyLimit);
  if (!read.ok) return refuse(problemAnswer(read.problem), read.problem.code);
  const contentType = req.headers['content-type'];
  if (isSslCheck(read.bytes, contentType)) return { answer: empty, outcome: 'ssl_check', connector: name };
  const access = authenticate({ req, body: read.bytes }, connector, deps);
  if (!access.ok) return refuse(access.answer, access.reason);

  const body = readBodyValue(read.bytes, contentType);
  // Signed, it is Slack's, and then no retry can mend it: it is noted as what it is.
  if (!body.ok && connector.keys === undefined) {
    return refuse(problemAnswer(problem('body_invalid', { detail: body.detail })), 'body_invalid');
  }
  const taken = await takePayload(body.ok ? body.value : sha256Hex(read.bytes), { connector, span }, deps);
  return { ...factsOf(taken), answer: answerOf(taken), connector: name };
}

function authenticate(
  { req, body }: { req: IngressRequest['req']; body: Buffer },
  { config, keys }: PreparedConnector,
  deps: ReceiveDeps,
): Granted<undefined> {
  if (keys === undefined) return { ok: true, value: undefined };
  const verified = verifyRequest({ headers: req.headersDistinct, body }, keys, deps.now);
  if (!verified.ok) {
    return refuseAuthentication({ req, connector: config.name, reason: verified.reason, unauthenticated }, deps);
  }
  verified.used.markUsed();
  return { ok: true, value: undefined };
}

const unauthenticated = problemAnswer(
  problem('unauthenticated', {
    detail: "Sign the request with the app's current signing secret (v0, raw body, a timestamp of the last 5 minutes).",
  }),
  { 'www-authenticate': 'Signature' },
);

const empty: Answer = { status: 200, headers: {}, body: '' };

/** Slack hears of success, or that it should come again; never of what is wrong with the content, which no retry can mend. */
function answerOf(taken: Taken): Answer {
  switch (taken.outcome) {
    case 'stored':
    case 'duplicate':
    case 'ignored':
    case 'app_rate_limited':
      return empty;
    case 'challenged':
      return jsonAnswer(200, { challenge: taken.challenge });
    case 'rate_limited':
    case 'bus_unavailable':
      return problemAnswer(comeAgain[taken.outcome], retryAfter(taken.again));
  }
}

const comeAgain = {
  rate_limited: problem('rate_limited', {
    detail: 'The connector takes no more events from this channel at the moment.',
  }),
  bus_unavailable: problem('bus_unavailable', { detail: 'The bus did not confirm the event. Send it again.' }),
};

const factsOf = (taken: Taken) => ({
  outcome: taken.outcome,
  ...('eventId' in taken && taken.eventId !== undefined && { eventId: taken.eventId }),
  ...('why' in taken && { why: taken.why }),
});
