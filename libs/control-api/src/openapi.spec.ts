import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openApiDocument } from './openapi.ts';
import type { Route } from './route.ts';

interface Node {
  children: Node[];
}
const node: z.ZodType<Node> = z.object({
  get children() {
    return z.array(node);
  },
});

const things = { path: '/v1/things/:thing_id', role: 'operator', tag: 'Things', summary: 'One.' } as const;
const params = z.strictObject({ thing_id: z.string().describe('Which.') });
const write: Route = {
  ...things,
  method: 'PUT',
  params,
  query: z.strictObject({ dry_run: z.stringbool().optional(), n: z.coerce.number().default(3) }),
  body: z.strictObject({ size: z.int(), at: z.iso.datetime().default('2026-01-01T00:00:00Z') }),
  example: { size: 3 },
  answer: z.strictObject({ size: z.int(), at: z.iso.datetime().default('2026-01-01T00:00:00Z') }),
  versioned: true,
  alsoStatus: [201],
  problems: ['connector_not_found', 'event_not_found'],
};
const routes: Record<string, Route> = {
  read: { ...things, method: 'GET', params, answer: node },
  write,
  watch: { ...things, path: '/v1/stream', method: 'GET', role: 'anyone', media: 'text/event-stream' },
  drop: { ...things, path: '/v1/things', method: 'DELETE', role: 'admin' },
};
const document = openApiDocument(routes, { version: '1.0.0' });
const thing = document.paths['/v1/things/{thing_id}'];

describe('openApiDocument', () => {
  it('writes the parts of a request with their place, type and meaning', () => {
    const parameters = thing?.put?.parameters?.map(({ name, in: place, required, schema }) => [
      name,
      place,
      required,
      schema,
    ]);
    expect(parameters).toEqual([
      ['thing_id', 'path', true, { type: 'string' }],
      ['dry_run', 'query', false, { type: 'string' }],
      ['n', 'query', false, { type: 'number', default: 3 }],
      ['If-Match', 'header', false, { type: 'string' }],
    ]);
    expect(thing?.get?.parameters?.[0]?.description).toBe('Which.');
  });

  it('closes what a caller writes, where defaults may be left out; opens what we answer, where they are there', () => {
    const at = { type: 'string', format: 'date-time', default: '2026-01-01T00:00:00Z' };
    const properties = { size: { type: 'integer' }, at };
    expect(thing?.put?.requestBody?.content['application/json'].schema).toEqual({
      type: 'object',
      properties,
      required: ['size'],
      additionalProperties: false,
    });
    for (const status of ['200', '201'])
      expect(thing?.put?.responses[status]).toMatchObject({
        headers: { ETag: {} },
        content: { 'application/json': { schema: { type: 'object', properties, required: ['size', 'at'] } } },
      });
    expect(JSON.stringify(thing?.put?.responses)).not.toContain('additionalProperties');
  });

  it('shows the example of a body', () => {
    expect(thing?.put?.requestBody?.content['application/json'].example).toEqual({ size: 3 });
  });

  it('makes a component of what holds itself', () => {
    const holdsItself = { $ref: '#/components/schemas/read.answer' };
    expect(thing?.get?.responses['200']).toMatchObject({ content: { 'application/json': { schema: holdsItself } } });
    expect(document.components.schemas['read.answer']).toMatchObject({
      properties: { children: { items: holdsItself } },
    });
  });

  it('names every refusal by status: those of the operation, and those that any of its make has', () => {
    const codes = (operation: object = {}) =>
      Object.fromEntries(
        Object.entries(Reflect.get(operation, 'responses') as Record<string, { $ref?: string }>)
          .filter(([, { $ref }]) => $ref !== undefined)
          .map(([status, { $ref = '' }]) => [status, $ref.replace('#/components/responses/', '')]),
      );
    expect(codes(thing?.put)).toEqual({
      400: 'body_invalid-or-payload_invalid-or-query_invalid',
      401: 'unauthenticated',
      403: 'cross_site_refused-or-forbidden',
      404: 'connector_not_found-or-event_not_found',
      412: 'precondition_failed',
      413: 'body_too_large',
      415: 'unsupported_media_type',
      429: 'too_many_auth_failures',
      500: 'internal_error',
      503: 'bus_unavailable',
    });
    expect(codes(document.paths['/v1/stream']?.get)).toEqual({ 500: 'internal_error', 503: 'bus_unavailable' });
  });

  it('asks for the csrf token where a cookie authenticates a change, and for nothing where anyone may call', () => {
    expect(thing?.get?.security ?? document.security).toEqual([{ bearer: [] }, { session: [] }]);
    expect(thing?.put?.security).toEqual([{ bearer: [] }, { session: [], csrf: [] }]);
    expect(document.paths['/v1/stream']?.get?.security).toEqual([]);
  });

  it('knows streams and answers without content', () => {
    const stream = document.paths['/v1/stream']?.get;
    expect(stream?.responses['200']).toMatchObject({ content: { 'text/event-stream': {} } });
    expect(stream?.parameters?.map(({ name }) => name)).toEqual(['Last-Event-ID']);
    expect(document.paths['/v1/things']?.delete?.responses['204']).toEqual({ description: expect.any(String) });
  });

  it('takes a better body from who knows more than the table, with its definitions', () => {
    const body = { $defs: { name: { type: 'string' } }, properties: { name: { $ref: '#/$defs/name' } } } as const;
    const { paths, components } = openApiDocument({ write }, { version: '1', bodies: { write: body } });
    expect(paths['/v1/things/{thing_id}']?.put?.requestBody?.content['application/json'].schema).toEqual({
      properties: { name: { $ref: '#/components/schemas/write.body.name' } },
    });
    expect(components.schemas['write.body.name']).toEqual({ type: 'string' });
  });
});
