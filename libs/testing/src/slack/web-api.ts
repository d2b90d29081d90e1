import { setTimeout as sleep } from 'node:timers/promises';
import type { Request, Response } from 'express';
import { decodeCall } from './decode-call.ts';
import type { ApiFault, EventFault, FaultCall } from './faults.ts';
import type { Json } from './json.ts';
import { commonErrors, refuse, textArg, type Answer, type Args, type Method, type MethodContext } from './method.ts';
import { findToken } from './world.ts';

/** A call that arrived, as it was decoded. `answer` is what the fake sent, or `reset` when it sent nothing. */
export interface RecordedCall {
  method: string;
  args: Json;
  token: string | undefined;
  app: string | undefined;
  team: string | undefined;
  at: number;
  answer: 'pending' | 'reset' | { status: number; body: Json | string };
}

/** What the Web API needs besides the state. */
export interface WebApiDeps {
  context: Omit<MethodContext, 'app' | 'install'>;
  methods: Readonly<Record<string, Method>>;
  takeFault(call: FaultCall): { delayMs: number; fault?: ApiFault | EventFault };
  /** Seconds to wait before another message to this channel; 0: none. */
  waitForChannel(channel: string): number;
  record(call: RecordedCall): void;
}

/** Answers `POST /api/<method>`, and GET with the arguments in the query. */
export async function answerCall(request: Request, response: Response, deps: WebApiDeps): Promise<void> {
  const method = String(request.params['method']);
  const decoded = await decodeCall(request);
  if (decoded === 'invalid_json') return send(response, { status: 200, body: refuse('invalid_json') });
  const { args, token } = decoded;
  const owner = token === undefined ? undefined : findToken(deps.context.world, token);
  const call: RecordedCall = {
    method,
    args,
    token,
    app: owner?.app.id,
    team: owner?.kind === 'bot' ? owner.install.team_id : undefined,
    at: deps.context.world.now(),
    answer: 'pending',
  };
  deps.record(call);
  const { delayMs, fault } = deps.takeFault({ method, args, app: owner?.app.id });
  if (delayMs > 0) await sleep(delayMs);
  const outcome = run(call, { deps, fault });
  call.answer = outcome;
  if (outcome === 'reset') return reset(response);
  if (owner?.kind === 'bot') response.set('x-oauth-scopes', [...owner.install.scopes].join(','));
  send(response, outcome);
}

type Outcome = 'reset' | { status: number; body: Json | string; retryAfter?: number };

function run(
  call: RecordedCall,
  { deps, fault }: { deps: WebApiDeps; fault: ApiFault | EventFault | undefined },
): Outcome {
  switch (fault?.do) {
    case 'drop':
      return 'reset';
    case 'rate_limited':
      return rateLimited(fault.retryAfterSeconds);
    case 'server_error':
      return { status: fault.status ?? 500, body: 'Internal Server Error' };
    case 'error':
      return { status: 200, body: refuse(fault.error) };
    case 'garbage':
      return { status: 200, body: '<!DOCTYPE html><html><head><title>Slack</title></head><body>Sorry.</body></html>' };
    default:
  }
  const wait = call.method === 'chat.postMessage' ? deps.waitForChannel(textArg(call.args, 'channel')) : 0;
  if (wait > 0) return rateLimited(wait);
  const body = dispatch(call, deps);
  if (fault?.do === 'reset_after_commit') return 'reset';
  if (fault?.do === 'server_error_after_commit') return { status: fault.status ?? 500, body: 'Internal Server Error' };
  if (fault?.do === 'error_after_commit') return { status: 200, body: refuse(fault.error) };
  return { status: 200, body };
}

const rateLimited = (seconds: number): Outcome => ({ status: 429, body: refuse('ratelimited'), retryAfter: seconds });

function dispatch(call: RecordedCall, { context, methods }: WebApiDeps): Answer {
  const method = methods[call.method];
  if (!method) return refuse('unknown_method', { req_method: call.method });
  if (call.token === undefined) return refuse('not_authed');
  const owner = findToken(context.world, call.token);
  if (!owner) return refuse('invalid_auth');
  if (owner.kind !== method.token) return refuse('not_allowed_token_type');
  if (owner.kind === 'app' || method.token === 'app') {
    return method.token === 'app'
      ? documented(call, method, method.handle(call.args, { ...context, app: owner.app }))
      : refuse('not_allowed_token_type');
  }
  if (owner.install.state !== 'active') return refuse(owner.install.state);
  const full = { ...context, app: owner.app, install: owner.install };
  const needed = typeof method.scopes === 'function' ? method.scopes(call.args, full) : method.scopes;
  if (needed.length > 0 && !needed.some((scope) => owner.install.scopes.has(scope))) {
    return refuse('missing_scope', { needed: needed.join(','), provided: [...owner.install.scopes].join(',') });
  }
  return documented(call, method, method.handle(call.args, full));
}

/** A fake that gives errors which the method does not declare would teach its clients wrong. */
function documented(call: { method: string; args: Args }, method: Method, answer: Answer): Answer {
  if (answer.ok || [...commonErrors, ...method.errors].includes(answer.error)) return answer;
  throw new Error(`The fake's ${call.method} gave ${answer.error}, which it does not declare.`);
}

/** Ends the connection as a crash does: no answer, not even an end. */
export function reset(response: Response): void {
  response.socket?.resetAndDestroy();
}

function send(response: Response, { status, body, retryAfter }: Exclude<Outcome, 'reset'>): void {
  response.status(status);
  if (retryAfter !== undefined) response.set('retry-after', String(retryAfter));
  if (typeof body === 'string') response.type('html').send(body);
  else response.json(body);
}
