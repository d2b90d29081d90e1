import type { StepOutcome } from '@trunkline/deliveries';
import { parseJson, type FetchOutcome, type RefusalReason } from '@trunkline/gateway-kit';
import { deliveryAnswerSchema, type DeliveryAnswer } from '@trunkline/sidecar-sdk';

type Response = Extract<FetchOutcome, { kind: 'response' }>;

/** What is known of an answer: its status, and its body where it is one of the contract. */
interface Answered {
  status: number;
  answer: DeliveryAnswer | undefined;
  retryAfterMs: number | undefined;
  /** Takes secrets out of what the sidecar says of itself. */
  mask: (text: string) => string;
}

interface Row {
  http: '2xx' | '429' | 'other';
  body: 'valid' | 'valid, not committed' | 'committed, or invalid' | 'not JSON' | 'any';
  matches(given: Answered): boolean;
  outcome(given: Answered): StepOutcome;
}

const success = ({ status }: Answered) => status >= 200 && status < 300;
const notNowMs = 1_000;

/** What an answer of a sidecar means (spec 4.3): the first row that matches. The last one always does. */
export const answerTable: readonly Row[] = [
  { http: '2xx', body: 'valid', matches: (it) => success(it) && it.answer !== undefined, outcome: asItSays },
  {
    http: '2xx',
    body: 'not JSON',
    matches: success,
    outcome: ({ status }) => ({ outcome: 'retry', code: 'answer_invalid', reason: invalidAnswer, status }),
  },
  {
    http: '429',
    body: 'any',
    matches: ({ status }) => status === 429,
    outcome: ({ status, retryAfterMs = notNowMs }) => ({
      outcome: 'retry',
      code: 'http_429',
      reason: 'The sidecar takes no more at the moment (429).',
      afterMs: retryAfterMs,
      status,
    }),
  },
  {
    http: 'other',
    body: 'valid, not committed',
    matches: ({ answer }) => answer !== undefined && answer.status !== 'committed',
    outcome: asItSays,
  },
  {
    http: 'other',
    body: 'committed, or invalid',
    matches: () => true,
    outcome: ({ status }) => ({
      outcome: status >= 400 && status < 500 ? 'refused' : 'retry',
      code: `http_${status}`,
      reason: `The sidecar answered ${status}.`,
      status,
    }),
  },
];

const invalidAnswer = 'The sidecar answered with something that is no answer of the contract.';
const longestDetail = 300;

function asItSays({ answer, status, mask }: Answered): StepOutcome {
  const detail = answer?.detail === undefined ? '' : `: ${mask(answer.detail).slice(0, longestDetail)}`;
  switch (answer?.status) {
    case 'terminal_error':
      return { outcome: 'refused', code: 'sidecar_terminal_error', reason: `The sidecar refused it${detail}`, status };
    case 'retryable_error':
      return { outcome: 'retry', code: 'sidecar_retryable_error', reason: `The sidecar could not${detail}`, status };
    case 'committed':
    case undefined:
      return { outcome: 'delivered', status };
  }
}

const refusedByGuard: Readonly<Record<RefusalReason, string>> = {
  url_invalid: 'base_url cannot be read.',
  scheme_not_allowed: 'base_url is neither http nor https.',
  userinfo_not_allowed: 'base_url holds a user name or password.',
  address_not_allowed: 'base_url leads to a private address; allow_private_network of the connector would permit it.',
  request_invalid: 'The request to the sidecar is not valid HTTP; check the shared token.',
};

/**
 * What came of a call, for the delivery. A base URL that may not be called is the configuration's fault, so the connector's deliveries
 * wait for it. `unknown` is what the table calls "none": it is tried again, unless the connector surfaces it.
 */
export function externalOutcome(
  result: FetchOutcome,
  { now, mask }: { now: number; mask: (text: string) => string },
): StepOutcome {
  switch (result.kind) {
    case 'response':
      return answered(result, { now, mask });
    case 'refused':
      return { outcome: 'park', code: result.reason, reason: refusedByGuard[result.reason] };
    case 'network_error':
      return lost(`network_${result.code.toLowerCase()}`, `The connection failed (${result.code}).`, result);
    case 'timeout':
      return lost('timeout', 'The sidecar did not answer in time.', result);
  }
}

function answered(response: Response, { now, mask }: { now: number; mask: (text: string) => string }): StepOutcome {
  const given: Answered = {
    status: response.status,
    answer: answerIn(response),
    retryAfterMs: retryAfterMs(response.headers['retry-after'], now),
    mask,
  };
  const row = answerTable.find(({ matches }) => matches(given));
  return row === undefined ? { outcome: 'retry', code: 'answer_invalid', reason: invalidAnswer } : row.outcome(given);
}

/** More than 64 KiB is no answer, whatever it begins with. */
function answerIn({ body, truncated }: Response): DeliveryAnswer | undefined {
  if (truncated) return undefined;
  const json = parseJson(body);
  const read = deliveryAnswerSchema.safeParse(json.ok ? json.value : undefined);
  return read.success ? read.data : undefined;
}

/** Nothing was sent: certainly not taken. Otherwise the sidecar may have it, and recognizes a repeat by its id. */
function lost(code: string, reason: string, { sent, status }: { sent: boolean; status?: number }): StepOutcome {
  return { outcome: sent ? 'unknown' : 'retry', code, reason, ...(status !== undefined && { status }) };
}

/** `Retry-After` in seconds or as a date; `undefined` for anything else. The hour's cap is the delivery's own. */
function retryAfterMs(header: string | string[] | undefined, now: number): number | undefined {
  const text = (Array.isArray(header) ? header[0] : header)?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  // A date of HTTP begins with a day's name; Date.parse alone would take "-5" and "1.5" for years.
  const at = /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
