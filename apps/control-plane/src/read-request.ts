import type { Route } from '@trunkline/control-api';
import { problem, type Problem } from '@trunkline/errors';
import { describeIssues } from '@trunkline/events';
import { parseJson, queryOf, readBody, type IngressRequest } from '@trunkline/gateway-kit';
import type { z } from 'zod';

/** The largest body that is read. */
const bodyLimit = 1024 * 1024;

/** The parts of a request, parsed by the route's schemas. */
export interface ReadParts {
  params: unknown;
  query: unknown;
  body: unknown;
  ifMatch: string | undefined;
}

/** Reads and checks all parts of a request; every mistake in a part is named, no value is repeated. */
export async function readRequest(
  route: Route,
  exchange: IngressRequest,
): Promise<{ parts: ReadParts } | { problem: Problem }> {
  const params = check(route.params, exchange.params);
  const query = check(route.query, queryFields(queryOf(exchange.req)));
  const problems = [...params.problems, ...query.problems];
  if (problems.length > 0) return { problem: problem('query_invalid', { detail: `${problems.join('; ')}.` }) };
  const ifMatch = readIfMatch(exchange.req.headers['if-match']);
  if (ifMatch === null) return { problem: problem('query_invalid', { detail: notAnETag }) };
  const body = await readJsonBody(route, exchange);
  return 'problem' in body ? body : { parts: { params: params.value, query: query.value, body: body.value, ifMatch } };
}

function check(schema: z.ZodType | undefined, given: unknown): { value: unknown; problems: string[] } {
  if (!schema) return { value: {}, problems: [] };
  const parsed = schema.safeParse(given);
  return parsed.success
    ? { value: parsed.data, problems: [] }
    : { value: undefined, problems: describeIssues(parsed.error) };
}

/** A key that is there several times is a list. */
function queryFields(query: URLSearchParams): Record<string, string | string[]> {
  const names = new Set(query.keys());
  const fields = [...names].map((name): [string, string | string[]] => {
    const values = query.getAll(name);
    return [name, values.length === 1 ? (values[0] ?? '') : values];
  });
  return Object.fromEntries(fields);
}

const notAnETag = 'If-Match: send the ETag of the answer before, with its quotes, or *.';

/** RFC 9110, section 13.1.1: `*` or strong entity tags; several make no sense here. `null` for anything else. */
function readIfMatch(header: string | undefined): string | undefined | null {
  if (header === undefined || header.trim() === '*') return header?.trim();
  return /^"([\x21\x23-\x7e]*)"$/.exec(header.trim())?.[1] ?? null;
}

async function readJsonBody(
  route: Route,
  exchange: IngressRequest,
): Promise<{ value: unknown } | { problem: Problem }> {
  if (!route.body) return { value: undefined };
  const read = await readBody(exchange, bodyLimit);
  if (!read.ok) return { problem: read.problem };
  const json = parseJson(read.bytes);
  if (!json.ok) return { problem: json.problem };
  const body = check(route.body, json.value);
  if (body.problems.length === 0) return { value: body.value };
  return { problem: problem('payload_invalid', { detail: `${body.problems.join('; ')}.` }) };
}
