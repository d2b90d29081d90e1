import { createMetricStore } from './metric-store.ts';
import type { Metrics } from './metrics.ts';
import { watchProcess } from './process-metrics.ts';
import { prometheusText, type ExpositionFormat } from './prometheus-text.ts';
import { activeSpan, collectSpans } from './tracing.ts';

/** What telemetry is started with. Without `otlpEndpoint` nothing leaves the process, and the SDK is not even loaded. */
export interface TelemetryOptions {
  service: string;
  version: string;
  /** Tells replicas apart in what is exported. */
  instance?: string;
  /** Base URL of an OTLP/HTTP collector, as in OTEL_EXPORTER_OTLP_ENDPOINT: `/v1/traces` and `/v1/metrics` are appended. */
  otlpEndpoint?: string;
  now?: () => number;
}

/** The metrics and the span export of one process. */
export interface Telemetry {
  readonly metrics: Metrics;
  /** The present values, as Prometheus scrapes them. */
  prometheus(format?: ExpositionFormat): Promise<string>;
  /** Sends what is left, waiting a few seconds at most, and stops. */
  stop(): Promise<void>;
}

/** Starts the telemetry of this process: call it once, from the process shell. */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const now = options.now ?? Date.now;
  const store = createMetricStore({ now, activeSpan });
  const stopWatching = watchProcess(store, now() - process.uptime() * 1000);
  store.set('build_info', 1, { service: options.service, version: options.version, node: process.versions.node });
  const exporting = await startExport(options);

  async function startExport({
    otlpEndpoint,
    ...resource
  }: TelemetryOptions): Promise<(() => Promise<void>) | undefined> {
    if (otlpEndpoint === undefined) return undefined;
    const { startOtlp } = await import('./otlp.ts');
    const otlp = startOtlp({ ...resource, endpoint: otlpEndpoint }, { store, now });
    collectSpans(otlp.startSpan);
    return otlp.stop;
  }

  return {
    metrics: store,
    prometheus: (format = 'text') => Promise.resolve(prometheusText(store.collect(), format)),
    async stop() {
      collectSpans();
      stopWatching();
      await exporting?.();
    },
  };
}
