import { AsyncLocalStorage } from 'node:async_hooks';
import { randomHex } from './random-ids.ts';
import type { Span, SpanIdentity, SpanOptions } from './span.ts';
import { parseTraceparent } from './traceparent.ts';

/** Starts a span under a parent that was already resolved. Replaced when spans are exported. */
export type SpanStarter = (name: string, options: SpanOptions, parent: SpanIdentity | undefined) => Span;

/**
 * A span that nobody collects: an identity to pass on, nothing else. This is what a process without an exporter runs on
 * each event, so it must cost next to nothing.
 */
class UncollectedSpan implements Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;

  constructor(parent: SpanIdentity | undefined) {
    this.traceId = parent?.traceId ?? randomHex(16);
    this.spanId = randomHex(8);
    this.sampled = parent?.sampled ?? true;
  }

  set(): void {}
  fail(): void {}
  end(): void {}
}

const active = new AsyncLocalStorage<SpanIdentity>();
const uncollected: SpanStarter = (_name, _options, parent) => new UncollectedSpan(parent);
let starter = uncollected;

/** Sends spans somewhere from now on; without an argument, nowhere. One per process, like OpenTelemetry's own registry. */
export function collectSpans(next: SpanStarter = uncollected): void {
  starter = next;
}

/** The span of the work going on, if `withSpan` or `inTrace` is around it. */
export function activeSpan(): SpanIdentity | undefined {
  return active.getStore();
}

/** Starts a span; the caller ends it. Its parent is `options.parent`, else the active span, else none (a new trace). */
export function startSpan(name: string, options: SpanOptions = {}): Span {
  const parent = options.parent === undefined ? active.getStore() : parseTraceparent(options.parent);
  return starter(name, options, parent);
}

/** Runs `work` as a part of a trace that began elsewhere: the spans, exemplars and log lines in it belong there. Where none began, just runs it. */
export function inTrace<T>(traceparent: string | undefined, work: () => T): T {
  const begun = parseTraceparent(traceparent);
  return begun === undefined ? work() : active.run(begun, work);
}

/** Runs `work` inside a span: active while it runs, failed if it throws, ended in any case. */
export async function withSpan<T>(
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<T> | T,
): Promise<T> {
  const span = startSpan(name, options);
  try {
    return await active.run(span, work, span);
  } catch (error) {
    span.fail(error);
    throw error;
  } finally {
    span.end();
  }
}
