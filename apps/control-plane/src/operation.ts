import type { Role } from '@trunkline/control-api';
import type { AnswerOf, BodyOf, ParamsOf, QueryOf, Route } from '@trunkline/control-api';
import { problem, type Problem, type ProblemCode } from '@trunkline/errors';
import type { IngressRequest } from '@trunkline/gateway-kit';
import type { AuditNote } from './audit/record-audit.ts';

/** Who calls: the token, never its secret. */
export interface Caller {
  token_id: string;
  name: string;
  role: Role;
  expires_at?: string | undefined;
  /** Of the console's session, when it is that which the caller was known by. */
  csrfToken?: string | undefined;
}

/** A request that was authenticated, authorized and parsed. */
export interface OperationRequest<R extends Route = Route> {
  caller: Caller;
  params: ParamsOf<R>;
  query: QueryOf<R>;
  body: BodyOf<R>;
  /** The entity tag that `If-Match` names, without its quotes; `*` for any. */
  ifMatch: string | undefined;
  exchange: IngressRequest;
}

/** A refusal; what it says is for the caller. */
export interface Refusal {
  problem: Problem;
  headers?: Record<string, string>;
}

interface Success<R extends Route> {
  answer: AnswerOf<R>;
  /** Without quotes. */
  etag?: string;
  /** Instead of the route's: one of its `alsoStatus`. */
  status?: 200 | 201 | 202;
  headers?: Record<string, string>;
}

/** Written to the caller by the handler itself, as it comes. */
interface Streamed {
  stream(exchange: IngressRequest): Promise<void>;
}

/**
 * What came of an operation. A write says what it changed, for the audit trail; `nothing_changed` for dry runs and repeats.
 */
export type Reply<R extends Route> =
  Refusal | (R['method'] extends 'GET' ? Success<R> | Streamed : Success<R> & { audit: AuditNote | 'nothing_changed' });

/** A reply of any operation, as far as serving it needs to know. */
export type AnyReply =
  | Refusal
  | Streamed
  | (Pick<Success<Route>, 'etag' | 'status' | 'headers'> & { answer?: unknown; audit?: AuditNote | 'nothing_changed' });

/** Does one operation. */
export type OperationHandler<R extends Route> = (request: OperationRequest<R>) => Promise<Reply<R>>;

/** A handler for each operation of a table of routes. */
export type HandlersOf<T extends Record<string, Route>> = { [K in keyof T]: OperationHandler<T[K]> };

/** A refusal by its code; `detail` names the remedy. */
export function refuse(code: ProblemCode, detail: string, extension: Record<string, unknown> = {}): Refusal {
  return { problem: problem(code, { ...extension, detail }) };
}
