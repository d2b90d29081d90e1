import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Span as OtelSpan,
  type Tracer,
} from '@opentelemetry/api';
import type { Span, SpanAttributes, SpanIdentity } from './span.ts';
import { parseTraceparent } from './traceparent.ts';
import type { SpanStarter } from './tracing.ts';

const kinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

/** One of our spans, kept by OpenTelemetry. */
class CollectedSpan implements Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
  readonly #span: OtelSpan;

  constructor(span: OtelSpan) {
    const { traceId, spanId, traceFlags } = span.spanContext();
    this.traceId = traceId;
    this.spanId = spanId;
    this.sampled = (traceFlags & TraceFlags.SAMPLED) !== 0;
    this.#span = span;
  }

  set(attributes: SpanAttributes): void {
    this.#span.setAttributes(attributes);
  }

  fail(why: unknown): void {
    if (why instanceof Error) this.#span.recordException(why);
    this.#span.setStatus({ code: SpanStatusCode.ERROR, message: why instanceof Error ? why.message : String(why) });
  }

  end(): void {
    this.#span.end();
  }
}

/** Starts spans with an OpenTelemetry tracer. */
export function otlpSpanStarter(tracer: Tracer): SpanStarter {
  return (name, options, parent) => {
    const links = (options.links ?? []).flatMap((link) => {
      const identity = parseTraceparent(link);
      return identity === undefined ? [] : [{ context: spanContext(identity) }];
    });
    const settings = { kind: kinds[options.kind ?? 'internal'], links, attributes: { ...options.attributes } };
    return new CollectedSpan(tracer.startSpan(name, settings, contextOf(parent)));
  };
}

function contextOf(parent: SpanIdentity | undefined): Context {
  return parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, spanContext(parent));
}

function spanContext({ traceId, spanId, sampled }: SpanIdentity) {
  return { traceId, spanId, traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE, isRemote: true };
}
