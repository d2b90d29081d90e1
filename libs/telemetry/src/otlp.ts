import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { MetricStore } from './metric-store.ts';
import { otlpMetrics } from './otlp-metrics.ts';
import { otlpSpanStarter } from './otlp-spans.ts';
import type { SpanStarter } from './tracing.ts';

/** Who is exporting, and where to. */
export interface OtlpOptions {
  service: string;
  version: string;
  instance?: string;
  endpoint: string;
}

/** A running export. */
export interface Otlp {
  startSpan: SpanStarter;
  stop(): Promise<void>;
}

const sendTimeoutMs = 3_000;

/**
 * Starts sending spans and metrics to a collector. This file and what it imports are the only users of OpenTelemetry's SDK,
 * and are loaded only where a collector is configured. Headers, sampling and batch sizes come from the SDK's OTEL_* variables.
 */
export function startOtlp(options: OtlpOptions, deps: { store: MetricStore; now: () => number }): Otlp {
  const base = options.endpoint.replace(/\/+$/, '');
  const resource = resourceFromAttributes({
    'service.name': options.service,
    'service.version': options.version,
    'service.namespace': 'trunkline',
    ...(options.instance === undefined ? {} : { 'service.instance.id': options.instance }),
  });
  const traces = new OTLPTraceExporter({ url: `${base}/v1/traces`, timeoutMillis: sendTimeoutMs });
  const tracerProvider = new NodeTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(traces)] });
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter({ url: `${base}/v1/metrics`, timeoutMillis: sendTimeoutMs }),
    metricProducers: [otlpMetrics({ ...deps, resource })],
  });
  const meterProvider = new MeterProvider({ resource, readers: [reader] });

  return {
    startSpan: otlpSpanStarter(tracerProvider.getTracer('trunkline', options.version)),
    async stop() {
      // A collector that is away must not keep the process from stopping.
      await Promise.allSettled([tracerProvider.shutdown(), meterProvider.shutdown()]);
    },
  };
}
