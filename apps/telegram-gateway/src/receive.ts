import type { TelegramConnector } from '@trunkline/config';
import { problem } from '@trunkline/errors';
import {
  answerRequests,
  jsonAnswer,
  parseJson,
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
import type { IncomingMessage } from 'node:http';
import { preparedConnector, type PreparedConnector } from './prepared-connector.ts';
import { storeUpdate, type Settled, type StoreDeps } from './store-update.ts';
import { identifiedUpdateSchema, type IdentifiedUpdate } from './update-payload.ts';
import { verifyRequest } from './verify.ts';

/** The largest body that is read. */
const bodyLimit = 2 * 1024 * 1024;

/** The telegram connectors as they are now. */
export interface TelegramConnectors {
  get(name: string): InventoryEntry<TelegramConnector> | undefined;
}

export interface ReceiveDeps extends StoreDeps, FailureDeps, Pick<AnswerRequestsDeps, 'observe'> {
  connectors: TelegramConnectors;
  log: { info(fields: object, message: string): void; error(fields: object, message: string): void };
}

/** Takes what Telegram posts. Its order is Telegram's: it sends the next update of a chat when this one has its 200. */
export function receiveUpdates(deps: ReceiveDeps): IngressHandler {
  return answerRequests('telegram.receive', (request, span) => handle(request, span, deps), deps);
}

async function handle({ req, res, params }: IngressRequest, span: Span, deps: ReceiveDeps): Promise<HandledRequest> {
  const found = readyConnector(deps.connectors.get(params['name'] ?? ''), 'telegram');
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
  const access = authenticate(req, connector, deps);
  if (!access.ok) return refuse(access.answer, access.reason);
  // What keeps web pages from posting to a connector on this machine that asks for nothing: they may not set this type.
  if (!access.value.authenticated && !isJson(req)) return refuse(problemAnswer(notJson), 'unsupported_media_type');
  const update = updateIn(read.bytes);
  if (update === undefined) return refuse(problemAnswer(notAnUpdate), 'not_an_update');

  const settled = await storeUpdate({ update, connector, span }, deps);
  const why = settled.settled === 'ignored' ? { why: settled.code } : {};
  return { answer: answerTo(settled), outcome: outcomeOf(settled), connector: name, eventId: settled.eventId, ...why };
}

/** What metrics call it: as in the other gateways. */
export const outcomeOf = (settled: Settled) => (settled.settled === 'later' ? settled.reason : settled.settled);

function authenticate(
  req: IncomingMessage,
  connector: PreparedConnector,
  deps: ReceiveDeps,
): Granted<{ authenticated: boolean }> {
  const verified = verifyRequest(req.headersDistinct, connector.credentials, deps.now);
  if (!verified.ok) {
    const failed = { req, connector: connector.config.name, reason: verified.reason };
    return refuseAuthentication({ ...failed, unauthenticated }, deps);
  }
  verified.used?.markUsed();
  return { ok: true, value: { authenticated: verified.used !== undefined } };
}

const isJson = (req: IncomingMessage) => /^application\/json\b/i.test(req.headers['content-type'] ?? '');

/**
 * The update in a body. One that is no JSON for us but bears an id is poison, which has to be taken: what Telegram does not get
 * rid of holds back its chat for a day.
 */
function updateIn(body: Buffer): IdentifiedUpdate | undefined {
  const json = parseJson(body);
  const parsed = identifiedUpdateSchema.safeParse(json.ok ? json.value : undefined);
  if (parsed.success) return parsed.data;
  const id = json.ok
    ? undefined
    : /^\s*\{\s*"update_id"\s*:\s*(\d{1,15})\b/.exec(body.subarray(0, 200).toString())?.[1];
  return id === undefined ? undefined : { update_id: Number(id), message: 'unreadable' };
}

function answerTo(settled: Settled): Answer {
  if (settled.settled !== 'later') {
    const { eventId } = settled;
    return jsonAnswer(200, { event_id: eventId, status: settled.settled === 'stored' ? 'accepted' : settled.settled });
  }
  const body = settled.reason === 'rate_limited' ? rateLimited : notStored;
  return problemAnswer(body, retryAfter(settled.retryAfterMs));
}

const unauthenticated = problemAnswer(
  problem('unauthenticated', {
    detail: "Send X-Telegram-Bot-Api-Secret-Token with this connector's secret_token: setWebhook tells it to Telegram.",
  }),
);
const notJson = problem('unsupported_media_type', { detail: 'Send JSON with Content-Type: application/json.' });
const notAnUpdate = problem('payload_invalid', {
  detail: 'Send an update of the Bot API: a JSON object with an update_id.',
});
const rateLimited = problem('rate_limited', {
  detail: 'The connector takes no more events at the moment; nothing was stored. Send it again after Retry-After.',
});
const notStored = problem('bus_unavailable', {
  detail: 'The bus did not confirm the event. Send it again after Retry-After: it is stored at most once.',
});
