import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { AppError, problem } from '@trunkline/errors';
import Router from 'router';
import { retryAfter, sendAnswer, sendProblem } from './answer.ts';
import { hotRoutes } from './hot-route.ts';

/** One request at one of the gateway's routes; `params` are the decoded `:name` parts of its path. */
export interface IngressRequest {
  req: IncomingMessage;
  res: ServerResponse;
  params: Readonly<Record<string, string>>;
}

/** Answers one request, with `sendAnswer` or `sendProblem`. What it throws is logged and answered 500 (503 for a lost bus). */
export type IngressHandler = (request: IngressRequest) => Promise<void>;

/** The methods that a route can serve. */
export type IngressMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

/**
 * One path, in the syntax of Express (whose router this is), with its handlers.
 *
 * `hot` routes are matched before the router, which costs a third of a small request's whole CPU time: for the route that takes
 * the events. Their paths may hold plain `:name` segments only; everything else behaves the same.
 */
export interface IngressRoute {
  path: string;
  hot?: boolean;
  methods: Partial<Record<IngressMethod, IngressHandler>>;
}

/** Where failures that are nobody's fault but ours are reported; a pino logger fits. */
export interface IngressLog {
  error(fields: object, message: string): void;
}

/** The HTTP application of a gateway: its routes, and problem documents for everything else (404, 405, 500). */
export function createIngressApp(routes: readonly IngressRoute[], deps: { log: IngressLog }): RequestListener {
  const router = Router();
  const run = runHandler(deps.log);

  for (const { path, methods } of routes) {
    router.all(path, (req, res) => {
      const handler = methodHandler(methods, req.method ?? '');
      if (handler) return run(handler, { req, res, params: singleParams(req.params) });
      refuseMethod(res, methods);
    });
  }

  const findHot = hotRoutes(routes);
  return (req, res) => {
    const hot = findHot(req);
    if (hot) void run(hot.handler, { req, res, params: hot.params });
    // Also with an error: only a path that cannot be decoded gives one.
    else router(req, res, () => sendProblem(res, noSuchRoute));
  };
}

function runHandler(log: IngressLog) {
  return async (handler: IngressHandler, request: IngressRequest): Promise<void> => {
    try {
      await handler(request);
    } catch (error) {
      answerFailure(error, { res: request.res, log });
    }
  };
}

/** Answers for a handler that threw: 503 when the bus is away, else 500. The error goes to the log, nothing of it to the client. */
function answerFailure(error: unknown, { res, log }: { res: ServerResponse; log: IngressLog }): void {
  if (error instanceof AppError && error.code === 'BUS_UNAVAILABLE') {
    return sendProblem(res, busAway, retryAfter(1000));
  }
  log.error({ err: error }, 'request.failed');
  sendProblem(res, unexpected);
}

function methodHandler(methods: IngressRoute['methods'], method: string): IngressHandler | undefined {
  const asked = method === 'HEAD' ? 'GET' : method;
  return Object.entries(methods).find(([name]) => name === asked)?.[1];
}

function refuseMethod(res: ServerResponse, methods: IngressRoute['methods']): void {
  const allow = Object.keys(methods).join(', ');
  if (res.req.method === 'OPTIONS') return sendAnswer(res, { status: 204, headers: { allow }, body: '' });
  sendProblem(res, problem('method_not_allowed', { detail: `Use ${allow} here.` }), { allow });
}

/** The router gives lists for wildcards, which no route of ours has. */
function singleParams(params: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value ?? '')]));
}

const noSuchRoute = problem('not_found', {
  detail: 'There is nothing at this path. Check the URL against the documentation.',
});
const busAway = problem('bus_unavailable', {
  detail: 'The bus does not answer at the moment. Send the request again later.',
});
const unexpected = problem('internal_error', {
  detail: 'This is our fault; the log of the gateway tells more. Try again later.',
});
