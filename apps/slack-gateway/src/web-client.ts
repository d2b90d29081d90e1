import { AsyncLocalStorage } from 'node:async_hooks';
import {
  LogLevel,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
  type WebClientOptions,
} from '@slack/web-api';
import type { Secret } from '@trunkline/secrets';
import { z } from 'zod';

const callTimeoutMs = 15_000;
/** For a 429 that does not say how long. */
const unsaidPauseMs = 5_000;

/** Where Slack is and as whom it is called. */
export interface SlackAccount {
  /** `api_base_url` of the connector. */
  baseUrl: string;
  token: Secret;
}

/** One call of a Web API method. */
export interface SlackRequest extends SlackAccount {
  method: string;
  args: Record<string, unknown>;
  /** Cuts the call short: whether Slack heard of it is then unknown. */
  signal?: AbortSignal;
}

/**
 * What came of one call. `not_sent`: nobody has heard of it. `lost`: Slack may have done it. Codes and errors are short words;
 * nothing of a token or a text is in them.
 */
export type SlackAnswer =
  | { kind: 'ok'; body: unknown }
  | { kind: 'error'; error: string; retryAfterMs?: number }
  | { kind: 'rate_limited'; afterMs: number }
  | { kind: 'http'; status: number }
  | { kind: 'not_sent'; code: string }
  | { kind: 'lost'; code: string };

/** Calls Slack once: no retry, no waiting for others, within 15 s. Never throws for what happens on the network. */
export type SlackApi = (request: SlackRequest) => Promise<SlackAnswer>;

/**
 * The Web API by Slack's own client. Its retries are off (a repeat of a post whose answer got lost is a second post), and so is its
 * pause of a whole token after one 429.
 */
export function createSlackApi(): SlackApi {
  const clients = new WeakMap<Secret, Map<string, WebClient>>();

  function clientOf({ baseUrl, token }: SlackAccount): WebClient {
    const ofToken = clients.get(token) ?? new Map<string, WebClient>();
    clients.set(token, ofToken);
    const client = ofToken.get(baseUrl) ?? new WebClient(token.expose(), { ...clientOptions, slackApiUrl: baseUrl });
    ofToken.set(baseUrl, client);
    return client;
  }

  return async function callSlack({ method, args, signal, ...account }) {
    if (signal?.aborted) return { kind: 'not_sent', code: 'aborted' };
    try {
      const body = await callSignal.run(signal, () => clientOf(account).apiCall(method, args));
      account.token.markUsed();
      return { kind: 'ok', body };
    } catch (error) {
      return answerOf(error);
    }
  };
}

/** The client knows no signal per call: it is handed to `fetch` past it. */
const callSignal = new AsyncLocalStorage<AbortSignal | undefined>();

const fetchOnce: NonNullable<WebClientOptions['fetch']> = async (url, init = {}) => {
  const signals = [init.signal, callSignal.getStore()].filter((signal) => signal !== undefined);
  const response = await fetch(url, { ...init, signal: AbortSignal.any(signals) });
  if (response.status !== 429 || /^\d+$/.test(response.headers.get('retry-after') ?? '')) return response;
  await response.body?.cancel();
  return new Response(null, { status: 429, headers: { 'retry-after': String(unsaidPauseMs / 1000) } });
};

const silent = () => {};

const clientOptions: WebClientOptions = {
  retryConfig: { retries: 0 },
  rejectRateLimitedCalls: true,
  timeout: callTimeoutMs,
  allowAbsoluteUrls: false,
  // The budgets of deliveries are the limit. A queue would also run calls in the context of others.
  maxRequestConcurrency: Infinity,
  fetch: fetchOnce,
  // It would print warnings that quote what Slack says; outcomes are logged by whoever called.
  logger: {
    ...{ debug: silent, info: silent, warn: silent, error: silent, setLevel: silent, setName: silent },
    getLevel: () => LogLevel.ERROR,
  },
};

const refusal = z.looseObject({
  error: z.string().optional(),
  response_metadata: z.looseObject({ retryAfter: z.number().optional() }).optional(),
});

function answerOf(error: unknown): SlackAnswer {
  if (error instanceof WebAPIRateLimitedError) return { kind: 'rate_limited', afterMs: error.retryAfter * 1000 };
  if (error instanceof WebAPIHTTPError) return { kind: 'http', status: error.statusCode };
  if (error instanceof WebAPIPlatformError) return refusalOf(error.data);
  const code = codeOf(error instanceof WebAPIRequestError ? error.original : error);
  return { kind: beforeSending.test(code) ? 'not_sent' : 'lost', code };
}

function refusalOf(data: unknown): SlackAnswer {
  const { error = '', response_metadata: more } = refusal.safeParse(data).data ?? {};
  // A body that is not JSON, a proxy's page for example, is put there as a whole.
  if (!/^[\w.]{1,80}$/.test(error)) return { kind: 'error', error: 'answer_not_understood' };
  return { kind: 'error', error, ...(more?.retryAfter !== undefined && { retryAfterMs: more.retryAfter * 1000 }) };
}

/** Failures of name look-up, of connecting and of TLS: no request was written. */
const beforeSending =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_.*|ERR_SSL_.*|CERT_.*|DEPTH_ZERO_.*|SELF_SIGNED_.*|UNABLE_TO_.*)$/;

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN';
  const causes = [error.cause, ...(error.cause instanceof AggregateError ? error.cause.errors : [])];
  for (const cause of [error, ...causes]) {
    if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
  }
  return error.name;
}
