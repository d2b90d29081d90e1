import { z } from 'zod';

/** A span as the collector took it: who made it, in which trace, under which span. */
export interface CollectedSpan {
  service: string;
  name: string;
  traceId: string;
  spanId: string;
  /** Empty where it continues nothing. */
  parentSpanId: string;
}

const attribute = z.looseObject({ key: z.string(), value: z.looseObject({ stringValue: z.string().optional() }) });
const span = z.looseObject({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().default(''),
  name: z.string(),
});
const exported = z.looseObject({
  resourceSpans: z.array(
    z.looseObject({
      resource: z.looseObject({ attributes: z.array(attribute) }),
      scopeSpans: z.array(z.looseObject({ spans: z.array(span) })),
    }),
  ),
});

/** The spans in one body of `POST /v1/traces` (OTLP/HTTP, JSON), or in one line of the collector's file. */
export function collectedSpans(body: string | Uint8Array): CollectedSpan[] {
  const { resourceSpans } = exported.parse(JSON.parse(Buffer.from(body).toString()));
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
    return scopeSpans.flatMap(({ spans }) =>
      spans.map(({ name, traceId, spanId, parentSpanId }) => ({ service, name, traceId, spanId, parentSpanId })),
    );
  });
}

/** Who called, as a test says it in `traceparent`. */
export const caller = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
};

/** The way of a webhook whose `traceparent` is the caller's to the answer of an agent: each span, and what it continues. */
export const wayOfWebhook = [
  'http-gateway http.receive < caller',
  'session-router route event < http-gateway http.receive',
  'session-router route output < session-router route event',
  'http-gateway deliver < session-router route output',
].sort();

/** The caller's trace in these words, each span once. What continues a span that nobody has collected ends in `?`. */
export function wayOf(spans: readonly CollectedSpan[]): string[] {
  const own = spans.filter(({ traceId }) => traceId === caller.traceId);
  const names = new Map(own.map(({ spanId, service, name }) => [spanId, `${service} ${name}`]));
  names.set(caller.spanId, 'caller');
  const steps = own.map(({ spanId, parentSpanId }) => `${names.get(spanId)} < ${names.get(parentSpanId) ?? '?'}`);
  return [...new Set(steps)].sort();
}
