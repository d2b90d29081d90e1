import { problemCodes, problemMediaType, type ProblemCode } from '@trunkline/errors';
import type { JsonSchema } from './json-schema.ts';
import type { OpenApiResponse } from './openapi.ts';
import type { Route } from './route.ts';

/** Everything that an operation can refuse with: its own problems, and those that every operation of its make has. */
export function problemsOf(route: Route): ProblemCode[] {
  const codes: ProblemCode[] = [
    ...(route.role === 'anyone' ? [] : guarded),
    ...(route.role !== 'anyone' && route.method !== 'GET' ? (['cross_site_refused'] as const) : []),
    ...(route.query || route.params || route.versioned ? (['query_invalid'] as const) : []),
    ...(route.body ? readsBody : []),
    ...(route.versioned && route.method !== 'GET' ? (['precondition_failed'] as const) : []),
    'internal_error',
    'bus_unavailable',
    ...(route.problems ?? []),
  ];
  return [...new Set(codes)].sort();
}

const guarded = ['unauthenticated', 'too_many_auth_failures', 'forbidden'] as const;
const readsBody = ['body_invalid', 'payload_invalid', 'body_too_large', 'unsupported_media_type'] as const;

/** The refusals of an operation by status; those of one status are told apart by `code`. */
export function problemResponses(
  route: Route,
  components: Map<string, OpenApiResponse>,
): Record<string, { $ref: string }> {
  const codes = problemsOf(route);
  const byStatus = Map.groupBy(codes, (code) => problemCodes[code].status);
  const responses = [...byStatus].map(([status, group]): [string, { $ref: string }] => {
    const name = group.join('-or-');
    components.set(name, problemResponse(status, group));
    return [String(status), { $ref: `#/components/responses/${name}` }];
  });
  return Object.fromEntries(responses);
}

function problemResponse(status: number, codes: ProblemCode[]): OpenApiResponse {
  const titles = codes.map((code) => `${problemCodes[code].title} (\`${code}\`).`);
  return {
    description: titles.join(' '),
    ...((status === 429 || status === 503) && { headers: { 'Retry-After': retryAfter } }),
    content: {
      [problemMediaType]: {
        schema: { allOf: [{ $ref: '#/components/schemas/Problem' }, { properties: { code: { enum: codes } } }] },
      },
    },
  };
}

const retryAfter: { description: string; schema: JsonSchema } = {
  description: 'Seconds to wait.',
  schema: { type: 'integer', minimum: 1 },
};

/** An RFC 9457 document as every refusal carries it. */
export const problemSchema: JsonSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string', description: '`urn:trunkline:problem:<code>`.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What went wrong here and what to do; holds no secret.' },
    code: { type: 'string', description: 'Never changes its meaning once released.' },
    instance: { type: 'string' },
  },
};
