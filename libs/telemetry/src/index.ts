export { createLogger, logLevels, type Logger, type LoggerOptions, type LogLevel, type WriteLog } from './logger.ts';
export { instruments, metricPrefix, type InstrumentName, type LabelsOf, type NameOf } from './instruments.ts';
export { type Metrics } from './metrics.ts';
export { expositionTypes, type ExpositionFormat } from './prometheus-text.ts';
export { type Span, type SpanAttributes, type SpanIdentity, type SpanKind, type SpanOptions } from './span.ts';
export { startTelemetry, type Telemetry, type TelemetryOptions } from './telemetry.ts';
export { parseTraceparent, traceparentOf } from './traceparent.ts';
export { activeSpan, inTrace, startSpan, withSpan } from './tracing.ts';
