/** Who talks to whom in a span, as OpenTelemetry names it. */
export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/** What a span is annotated with. Never the text of a message, never a secret. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** What a span starts from. `parent` and `links` are W3C `traceparent` values; unreadable ones are ignored. */
export interface SpanOptions {
  kind?: SpanKind;
  parent?: string | undefined;
  links?: readonly string[];
  attributes?: SpanAttributes;
}

/** One timed piece of work. Its ids exist, and propagate, whether or not anybody collects spans. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
  set(attributes: SpanAttributes): void;
  /** Marks the span as failed. `why` is an error or a short reason; its text goes to the collector. */
  fail(why: unknown): void;
  end(): void;
}

/** Identity of a span in another process. */
export interface SpanIdentity {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
}
