import type { JsonSchema, SchemaComponents } from './json-schema.ts';
import { foreignSchema, wireSchema } from './json-schema.ts';
import { problemResponses, problemSchema } from './openapi-problems.ts';
import { csrfHeader, sessionCookie } from './console-routes.ts';
import type { Route } from './route.ts';

/** A parameter in the path, the query or a header. */
export interface OpenApiParameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  description?: string;
  schema: JsonSchema;
}

/** What an operation may answer with one status. */
export interface OpenApiResponse {
  description: string;
  headers?: Record<string, { description: string; schema: JsonSchema }>;
  content?: Record<string, { schema: JsonSchema }>;
}

export interface OpenApiOperation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  'x-role': Route['role'];
  security?: readonly Readonly<Record<string, readonly string[]>>[];
  parameters?: OpenApiParameter[];
  requestBody?: { required: true; content: { 'application/json': { schema: JsonSchema; example?: unknown } } };
  responses: Record<string, OpenApiResponse | { $ref: string }>;
}

/** The document, as far as we write it. */
export interface OpenApiDocument {
  openapi: '3.1.0';
  info: { title: string; version: string; summary: string; description: string; license: object };
  servers: { url: string }[];
  tags: { name: string }[];
  security: readonly Readonly<Record<string, readonly string[]>>[];
  paths: Record<string, Partial<Record<'get' | 'post' | 'put' | 'delete', OpenApiOperation>>>;
  components: {
    securitySchemes: object;
    schemas: Record<string, JsonSchema>;
    responses: Record<string, OpenApiResponse>;
  };
}

/** What the table of routes leaves open and the server knows. */
export interface OpenApiParts {
  /** Of the API: changes when it grows or breaks. */
  version: string;
  /** Instead of the body's schema in the table, by operation. */
  bodies?: Readonly<Record<string, JsonSchema>>;
}

/** OpenAPI 3.1 document of a table of routes. */
export function openApiDocument(routes: Readonly<Record<string, Route>>, parts: OpenApiParts): OpenApiDocument {
  const schemas: SchemaComponents = new Map([['Problem', problemSchema]]);
  const responses = new Map<string, OpenApiResponse>();
  const paths: OpenApiDocument['paths'] = {};
  for (const [id, route] of Object.entries(routes)) {
    const path = route.path.replaceAll(/:([a-z_]+)/g, '{$1}');
    const method = methodNames[route.method];
    paths[path] = {
      ...paths[path],
      [method]: operationOf({ id, route, body: parts.bodies?.[id] }, { schemas, responses }),
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Trunkline control plane',
      version: parts.version,
      summary: 'For operators: connectors, secrets, sessions, deliveries, events, tokens.',
      description: introduction,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(Object.values(routes).map(({ tag }) => tag))].map((name) => ({ name })),
    security: forReads,
    paths,
    components: { securitySchemes, schemas: sorted(schemas), responses: sorted(responses) },
  };
}

const methodNames = { GET: 'get', POST: 'post', PUT: 'put', DELETE: 'delete' } as const;

const introduction = `Send \`Authorization: Bearer <token>\`. A token has a role: a viewer reads, an operator also replays, enables and disables, an
admin does everything. Every refusal is an \`application/problem+json\` document whose \`code\` never changes its meaning.

Lists come in pages: send \`next\` of a page as \`cursor\` to get the one after. Answers with an \`ETag\` can be written back
with \`If-Match\`, which is refused with 412 when somebody else wrote meanwhile. Fields that an answer has beyond the ones named
here belong to later versions: ignore them.`;

const forReads = [{ bearer: [] }, { session: [] }] as const;
const forWrites = [{ bearer: [] }, { session: [], csrf: [] }] as const;

const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'A token: `trunkline tokens create`.' },
  session: { type: 'apiKey', in: 'cookie', name: sessionCookie, description: 'What the console signs in with.' },
  csrf: { type: 'apiKey', in: 'header', name: csrfHeader, description: '`csrf_token` of the session.' },
} as const;

interface Operation {
  id: string;
  route: Route;
  body: JsonSchema | undefined;
}

interface Components {
  schemas: SchemaComponents;
  responses: Map<string, OpenApiResponse>;
}

function operationOf({ id, route, body }: Operation, { schemas, responses }: Components): OpenApiOperation {
  const parameters = parametersOf(id, route, schemas);
  return {
    operationId: id,
    tags: [route.tag],
    summary: route.summary,
    ...(route.description !== undefined && { description: route.description }),
    'x-role': route.role,
    ...securityOf(route),
    ...(parameters.length > 0 && { parameters }),
    ...(route.body && {
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: body
              ? foreignSchema(body, { name: `${id}.body`, components: schemas })
              : wireSchema(route.body, { io: 'input', name: `${id}.body`, components: schemas }),
            ...(route.example !== undefined && { example: route.example }),
          },
        },
      },
    }),
    responses: { ...successes(id, route, schemas), ...problemResponses(route, responses) },
  };
}

function securityOf({ role, method }: Route): Pick<OpenApiOperation, 'security'> {
  if (role === 'anyone') return { security: [] };
  return method === 'GET' ? {} : { security: forWrites };
}

function parametersOf(id: string, route: Route, components: SchemaComponents): OpenApiParameter[] {
  const headers: OpenApiParameter[] = [
    ...(route.versioned && route.method !== 'GET' ? [ifMatch] : []),
    ...(route.media === 'text/event-stream' ? [lastEventId] : []),
  ];
  const inPath = fieldsOf(route.params, { name: `${id}.params`, components });
  const inQuery = fieldsOf(route.query, { name: `${id}.query`, components });
  return [
    ...inPath.map((field): OpenApiParameter => ({ ...field, in: 'path', required: true })),
    ...inQuery.map((field): OpenApiParameter => ({ ...field, in: 'query' })),
    ...headers,
  ];
}

function fieldsOf(
  schema: Route['params'],
  at: { name: string; components: SchemaComponents },
): Omit<OpenApiParameter, 'in'>[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = wireSchema(schema, { io: 'input', ...at });
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest }: JsonSchema = typeof property === 'object' ? property : {};
    return {
      name,
      required: required.includes(name),
      ...(description !== undefined && { description }),
      schema: rest,
    };
  });
}

const ifMatch: OpenApiParameter = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description:
    '`ETag` of the answer before, with its quotes: refused with 412 when somebody wrote since. `*`: it must be there.',
  schema: { type: 'string' },
};
const lastEventId: OpenApiParameter = {
  name: 'Last-Event-ID',
  in: 'header',
  required: false,
  description: 'Id of the last event that arrived: the stream goes on after it.',
  schema: { type: 'string' },
};

function successes(id: string, route: Route, components: SchemaComponents): OpenApiOperation['responses'] {
  const response = successOf(id, route, components);
  const statuses = [route.status ?? (route.answer || route.media ? 200 : 204), ...(route.alsoStatus ?? [])];
  return Object.fromEntries(statuses.map((status) => [String(status), { description: meaning[status], ...response }]));
}

const meaning = {
  200: 'Done.',
  201: 'Made.',
  202: 'Accepted; done later.',
  204: 'Done; there is nothing to say.',
} as const;

function successOf(id: string, route: Route, components: SchemaComponents): Omit<OpenApiResponse, 'description'> {
  const headers = route.versioned ? { headers: { ETag: etag } } : {};
  if (route.media) return { ...headers, content: { [route.media]: { schema: { type: 'string' } } } };
  if (!route.answer) return headers;
  const schema = wireSchema(route.answer, { io: 'output', name: `${id}.answer`, components });
  return { ...headers, content: { 'application/json': { schema } } };
}

const etag: { description: string; schema: JsonSchema } = {
  description: 'Version of what was answered, for `If-Match`.',
  schema: { type: 'string' },
};

function sorted<V>(map: ReadonlyMap<string, V>): Record<string, V> {
  return Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
}
