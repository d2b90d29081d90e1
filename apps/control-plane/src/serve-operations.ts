import { randomUUID } from 'node:crypto';
import type { AuditRecord, Route } from '@trunkline/control-api';
import { roleCovers } from '@trunkline/control-api';
import {
  clientAddress,
  jsonAnswer,
  problemAnswer,
  sendAnswer,
  type Answer,
  type IngressHandler,
  type IngressRequest,
  type IngressRoute,
} from '@trunkline/gateway-kit';
import { startSpan, type Logger, type Span } from '@trunkline/telemetry';
import { authenticate, type AuthenticateDeps } from './authenticate.ts';
import { refuse, type AnyReply, type Caller, type Refusal } from './operation.ts';
import { readRequest } from './read-request.ts';

export interface ServeDeps extends AuthenticateDeps {
  now: () => number;
  log: Logger;
  /** Keeps the record of a change. A change that is made but cannot be recorded is logged as an error. */
  audit(record: AuditRecord): Promise<void>;
}

/** A handler whose types were checked where its area was made; here operations are served by their data alone. */
export type AnyHandler = (request: never) => Promise<AnyReply>;

/** The routes of a server that answers operations: authentication, role, parts of the request, handler, audit, in this order. */
export function serveOperations(
  routes: Readonly<Record<string, Route>>,
  handlers: Readonly<Record<string, AnyHandler>>,
  deps: ServeDeps,
): IngressRoute[] {
  const byPath = new Map<string, Record<string, IngressHandler>>();
  for (const [id, route] of Object.entries(routes)) {
    const handler = handlers[id];
    if (!handler) throw new Error(`Operation ${id} has no handler.`);
    const methods = byPath.get(route.path) ?? {};
    methods[route.method] = serveOne({ id, route, handler }, deps);
    byPath.set(route.path, methods);
  }
  return [...byPath]
    .map(([path, methods]) => ({ path, methods }))
    .sort((a, b) => (wordsFirst(a.path) < wordsFirst(b.path) ? -1 : 1));
}

/** The router takes the first path that fits, so `/replay-bulk` has to stand before `/:delivery_id`. */
const wordsFirst = (path: string) => path.replaceAll(':', '~');

interface Operation {
  id: string;
  route: Route;
  handler: AnyHandler;
}

function serveOne(operation: Operation, deps: ServeDeps): IngressHandler {
  return async (exchange) => {
    const startedAt = deps.now();
    const span = startSpan(`control.${operation.id}`, {
      kind: 'server',
      parent: exchange.req.headers['traceparent']?.toString(),
    });
    try {
      const { reply, caller } = await perform(operation, { exchange, span }, deps);
      const status = await give(reply, { route: operation.route, exchange });
      const why = 'problem' in reply ? reply.problem.code : undefined;
      const said = { operation: operation.id, by: caller?.name, status, why, ms: deps.now() - startedAt };
      deps.log.info({ ...said, trace_id: span.traceId }, 'request.answered');
    } catch (error) {
      span.fail(error);
      throw error;
    } finally {
      span.end();
    }
  };
}

interface Performed {
  reply: AnyReply;
  caller?: Caller;
}

async function perform(
  { id, route, handler }: Operation,
  { exchange, span }: { exchange: IngressRequest; span: Span },
  deps: ServeDeps,
): Promise<Performed> {
  const access = admit(route, exchange, deps);
  if ('problem' in access) return { reply: access };
  const { caller } = access;
  const read = await readRequest(route, exchange);
  if ('problem' in read) return { reply: read, caller };
  // Each handler was typed by its own route; which one this is, TypeScript cannot know here.
  const reply = await (handler as (request: object) => Promise<AnyReply>)({ ...read.parts, caller, exchange });
  if ('audit' in reply && reply.audit !== undefined && reply.audit !== 'nothing_changed') {
    const { token_id, name, role } = caller;
    await keep(
      {
        audit_id: randomUUID(),
        at: new Date(deps.now()).toISOString(),
        operation: id,
        by: { token_id, name, role },
        address: clientAddress(exchange.req, deps.trustedProxies),
        ...reply.audit,
        trace_id: span.traceId,
      },
      deps,
    );
  }
  return { reply, caller };
}

const nobody: Caller = { token_id: '', name: 'anyone', role: 'viewer' };

function admit(route: Route, { req }: IngressRequest, deps: AuthenticateDeps): { caller: Caller } | Refusal {
  if (route.role === 'anyone') return { caller: nobody };
  const known = authenticate(req, deps);
  if ('problem' in known || roleCovers(known.caller.role, route.role)) return known;
  return refuse('forbidden', `This needs a token with the role ${route.role}; yours has ${known.caller.role}.`);
}

/** The change is made: its caller is told so even where the record could not be kept. */
async function keep(record: AuditRecord, { audit, log }: ServeDeps): Promise<void> {
  await audit(record).catch((error: unknown) => {
    log.error({ err: error, audit: record }, 'audit.not-kept');
  });
}

/** Writes the reply; resolves with its status. */
async function give(reply: AnyReply, at: { route: Route; exchange: IngressRequest }): Promise<number> {
  const { res } = at.exchange;
  if ('stream' in reply) {
    await reply.stream(at.exchange);
    return res.statusCode;
  }
  const answer = answerOf(reply, at.route);
  sendAnswer(res, answer);
  return answer.status;
}

function answerOf(reply: Exclude<AnyReply, { stream: unknown }>, route: Route): Answer {
  if ('problem' in reply) return problemAnswer(reply.problem, { ...uncached, ...reply.headers });
  const headers = { ...uncached, ...reply.headers, ...(reply.etag !== undefined && { etag: `"${reply.etag}"` }) };
  if (!route.answer) return { status: route.status ?? 204, headers, body: '' };
  // Through the schema, so that nothing leaves that the contract does not name.
  const body = route.answer.parse(reply.answer);
  return jsonAnswer(reply.status ?? route.status ?? 200, Object(body), headers);
}

const uncached = { 'cache-control': 'no-store' };
