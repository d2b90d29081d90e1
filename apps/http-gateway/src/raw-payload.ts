import type { CompiledMapping, Mapped, MappingScope } from './mapping.ts';
import { readAnyBody } from './request-body.ts';
import type { DistinctHeaders, SignatureSchemeName } from './signature-schemes.ts';
import { sourceFacts, type SourceFacts } from './webhook-source.ts';

/** A raw body, translated: by the mapping where it says something, else as its platform's facts are. */
export interface RawPayload {
  mapped: Mapped;
  facts: SourceFacts;
  text: string;
  body: unknown;
}

/** `detail` is for the caller. */
export type RawRead =
  { ok: true; payload: RawPayload } | { ok: false; code: 'body_invalid' | 'mapping_failed'; detail: string };

interface RawRequest {
  headers: DistinctHeaders;
  query: URLSearchParams;
  body: Buffer;
}

/** Reads any JSON, form or text body. */
export function readRaw(
  request: RawRequest,
  connector: { scheme: SignatureSchemeName | undefined; mapping: CompiledMapping | undefined },
): RawRead {
  const read = readAnyBody(request.headers, request.body);
  if (!read.ok) return { ok: false, code: 'body_invalid', detail: read.detail };
  const body = read.value;
  const facts = sourceFacts(connector.scheme, request.headers, body);
  const run = connector.mapping?.(scopeOf(request, body)) ?? { ok: true, mapped: { ignored: false, bindingKeys: [] } };
  if (!run.ok) return { ok: false, code: 'mapping_failed', detail: run.detail };
  const text = run.mapped.content ?? textOf(body, request.body.length);
  return { ok: true, payload: { mapped: run.mapped, facts, text, body } };
}

const hidden = /^(?:authorization|proxy-authorization|cookie|x-api-key)$|signature|hmac/;

function scopeOf({ headers, query }: RawRequest, body: unknown): MappingScope {
  const seen = Object.entries(headers).filter(([name]) => !hidden.test(name));
  return {
    body,
    headers: Object.fromEntries(seen.map(([name, values]) => [name, (values ?? []).join(', ')])),
    query: Object.fromEntries(query),
  };
}

const longestPretty = 64 * 1024;

/** Pretty-printed JSON, or the text itself. Indentation can multiply a nested body's size: large ones stay compact. */
export function textOf(value: unknown, size: number): string {
  if (typeof value === 'string') return value;
  return JSON.stringify(value, null, size <= longestPretty ? 2 : undefined) ?? '';
}
