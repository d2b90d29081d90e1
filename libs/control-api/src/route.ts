import type { ProblemCode } from '@trunkline/errors';
import type { z } from 'zod';

/** What a caller may do; each role may do what the ones before it may. */
export const roles = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Whether a role covers what an operation asks for. */
export function roleCovers(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}

/**
 * One operation of the control plane's API, as data: server, client, OpenAPI document and authorization tests are made from it.
 *
 * Parts of the path are written `:name`. `query` and `body` are strict: what a caller misspells is refused, not ignored.
 */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: `/v1/${string}`;
  /** `anyone`: needs no token. */
  role: Role | 'anyone';
  /** The heading that it stands under in the reference. */
  tag: string;
  /** One line for the reference. */
  summary: string;
  description?: string;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** A body as somebody would send it: every operation with a body has one. */
  example?: unknown;
  /** The JSON of a success; nothing for 204, and for what is not JSON (`media`). */
  answer?: z.ZodType;
  /** Of a success. Default 200, and 204 without `answer`. */
  status?: 200 | 201 | 202 | 204;
  /** Further statuses that a handler chooses between, with the same answer. */
  alsoStatus?: readonly (200 | 201 | 202)[];
  /** What a success is when it is not one JSON document. */
  media?: 'text/event-stream';
  /** Answers carry an ETag, and a write may demand with If-Match that nobody wrote since. */
  versioned?: boolean;
  /** What it can answer beyond what every operation can. */
  problems?: readonly ProblemCode[];
}

/** Operations by their id; keeps the exact type of each. */
export function defineRoutes<const R extends Record<string, Route>>(routes: R): R {
  return routes;
}

/** The parts of the path, as the server sees them. */
export type ParamsOf<R extends Route> = R['params'] extends z.ZodType ? z.output<R['params']> : Record<never, never>;
/** The query, as the server sees it. */
export type QueryOf<R extends Route> = R['query'] extends z.ZodType ? z.output<R['query']> : Record<never, never>;
/** The body, as the server sees it. */
export type BodyOf<R extends Route> = R['body'] extends z.ZodType ? z.output<R['body']> : undefined;
/** What the server hands out. */
export type AnswerOf<R extends Route> = R['answer'] extends z.ZodType ? z.input<R['answer']> : undefined;
/** What the client gets. */
export type ReceivedOf<R extends Route> = R['answer'] extends z.ZodType ? z.output<R['answer']> : undefined;

type Needed<K extends string, S> = S extends z.ZodType
  ? Record<never, never> extends z.input<S>
    ? { [P in K]?: z.input<S> }
    : { [P in K]: z.input<S> }
  : Record<never, never>;

/** What a caller gives. */
export type CallOf<R extends Route> = Needed<'params', R['params']> &
  Needed<'query', R['query']> &
  (R['body'] extends z.ZodType ? { body: z.input<R['body']> } : Record<never, never>) &
  (R extends { versioned: true } ? { ifMatch?: string; ifNoneMatch?: '*' } : Record<never, never>);
