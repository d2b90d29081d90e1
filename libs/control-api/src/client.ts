import { problemMediaType, type Problem } from '@trunkline/errors';
import { z } from 'zod';
import { ControlRefusedError, ControlUnreachableError } from './errors.ts';
import { followFeed, type FeedEntry, type FollowOptions } from './follow-feed.ts';
import type { CallOf, ReceivedOf, Route } from './route.ts';
import { routes, type OperationId } from './routes.ts';

export interface ControlClientOptions {
  /** Base URL of the control plane. */
  url: string;
  token?: string | undefined;
  fetch?: typeof fetch;
  /** For a whole answer. Default 30,000. */
  timeoutMs?: number;
}

/** What an operation gave: its answer, and the ETag to name in `ifMatch` where it has one. */
export interface Received<A> {
  body: A;
  etag?: string;
}

/** Calls operations of the control plane by their id. */
export interface ControlClient {
  /** Throws ControlRefusedError for a problem document, ControlUnreachableError where nobody answers. */
  call<K extends OperationId>(
    operation: K,
    call: CallOf<(typeof routes)[K]>,
  ): Promise<Received<ReceivedOf<(typeof routes)[K]>>>;
  /** The answer as it comes: for operations that stream. */
  open<K extends OperationId>(
    operation: K,
    call: CallOf<(typeof routes)[K]>,
    options?: { signal?: AbortSignal; headers?: Record<string, string> },
  ): Promise<Response>;
  /** The live feed, over lost connections: nothing is missing or repeated but what the feed does not keep. */
  stream(query: StreamQuery, options?: FollowOptions): AsyncGenerator<FeedEntry>;
}

type StreamQuery = NonNullable<CallOf<(typeof routes)['streamFeed']>['query']>;

interface AnyCall {
  params?: unknown;
  query?: unknown;
  body?: unknown;
  ifMatch?: string;
  ifNoneMatch?: '*';
}

/** Makes a client; opens no connection yet. */
export function createControlClient(options: ControlClientOptions): ControlClient {
  const send = sender(options);
  const { timeoutMs = 30_000 } = options;
  return {
    async call<K extends OperationId>(operation: K, call: CallOf<(typeof routes)[K]>) {
      const route: Route = routes[operation];
      const response = await send(route, call, { signal: AbortSignal.timeout(timeoutMs) });
      const etag = response.headers.get('etag');
      const body: unknown = route.answer === undefined ? undefined : route.answer.parse(await response.json());
      // What the operation's own schema has just parsed: TypeScript cannot follow a lookup by a generic key.
      return { body: body as ReceivedOf<(typeof routes)[K]>, ...(etag !== null && { etag }) };
    },
    open: (operation, call, more = {}) => send(routes[operation], call, more),
    stream: (query, more = {}) => followFeed((each) => send(routes.streamFeed, { query }, each), more),
  };
}

function sender({ url, token, fetch: doFetch = fetch }: ControlClientOptions) {
  return async (
    route: Route,
    call: AnyCall,
    { signal, headers = {} }: { signal?: AbortSignal; headers?: Record<string, string> },
  ): Promise<Response> => {
    const response = await doFetch(new URL(pathOf(route, call), url), {
      method: route.method,
      redirect: 'error',
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(call.body !== undefined && { 'content-type': 'application/json' }),
        ...(call.ifMatch !== undefined && { 'if-match': call.ifMatch }),
        ...(call.ifNoneMatch !== undefined && { 'if-none-match': call.ifNoneMatch }),
        ...headers,
      },
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
      ...(signal && { signal }),
    }).catch((cause: unknown) => {
      throw new ControlUnreachableError(url, { cause });
    });
    if (response.ok) return response;
    throw (
      (await refusal(response)) ?? new ControlUnreachableError(url, { cause: new Error(`HTTP ${response.status}`) })
    );
  };
}

/** The path with its parts and query filled in. */
export function pathOf(route: Pick<Route, 'path'>, { params, query }: Pick<AnyCall, 'params' | 'query'>): string {
  const given = new Map(Object.entries(params ?? {}));
  const path = route.path.replaceAll(/:([a-z_]+)/g, (_, name: string) => encodeURIComponent(String(given.get(name))));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {}))
    for (const each of queryValues(value)) search.append(name, each);
  return search.size === 0 ? path : `${path}?${search.toString()}`;
}

const queryValues = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((each) => each !== undefined).map(String);

const problemSchema = z.looseObject({ code: z.string(), title: z.string(), detail: z.string(), status: z.number() });

async function refusal(response: Response): Promise<ControlRefusedError | undefined> {
  if (!response.headers.get('content-type')?.startsWith(problemMediaType)) return undefined;
  const document: unknown = await response.json().catch(() => undefined);
  const read = problemSchema.safeParse(document);
  // A newer server may know more codes than this client; nothing here depends on the list.
  return read.success ? new ControlRefusedError(read.data as Problem) : undefined;
}
