import { z } from 'zod';

/** A span as the collector took it: who made it, in which trace. */
export interface CollectedSpan {
  service: string;
  name: string;
  traceId: string;
}

const attribute = z.looseObject({ key: z.string(), value: z.looseObject({ stringValue: z.string().optional() }) });
const span = z.looseObject({ traceId: z.string(), name: z.string() });
const exported = z.looseObject({
  resourceSpans: z.array(
    z.looseObject({
      resource: z.looseObject({ attributes: z.array(attribute) }),
      scopeSpans: z.array(z.looseObject({ spans: z.array(span) })),
    }),
  ),
});

/** The spans in one body of `POST /v1/traces` (OTLP/HTTP, JSON). */
export function collectedSpans(body: string | Uint8Array): CollectedSpan[] {
  const { resourceSpans } = exported.parse(JSON.parse(Buffer.from(body).toString()));
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
    return scopeSpans.flatMap(({ spans }) => spans.map(({ name, traceId }) => ({ service, name, traceId })));
  });
}
