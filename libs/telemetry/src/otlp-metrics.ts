import { ValueType, type HrTime } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  DataPointType,
  type DataPoint,
  type Histogram,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import { instruments, metricPrefix, secondsBuckets } from './instruments.ts';
import type { HistogramSeries, NumberSeries } from './metric-series.ts';
import type { Collected, MetricStore } from './metric-store.ts';

/** What the producer reads from. */
export interface OtlpMetricsDeps {
  store: MetricStore;
  now: () => number;
  resource: Resource;
}

interface Times {
  startTime: HrTime;
  endTime: HrTime;
}

const units = { count: '1', seconds: 's', bytes: 'By' } as const;

/** Shows our metrics to OpenTelemetry's SDK, which sends them: the same names and numbers as on /metrics. */
export function otlpMetrics({ store, now, resource }: OtlpMetricsDeps): MetricProducer {
  const startTime = hrTime(now());
  return {
    collect() {
      const times = { startTime, endTime: hrTime(now()) };
      const metrics = store.collect().map((collected) => metricData(collected, times));
      const scopeMetrics = [{ scope: { name: 'trunkline' }, metrics }];
      return Promise.resolve({ resourceMetrics: { resource, scopeMetrics }, errors: [] });
    },
  };
}

function metricData(collected: Collected, times: Times): MetricData {
  const { name, kind } = collected;
  const { labels, unit, description } = instruments[name];
  const common = {
    descriptor: { name: `${metricPrefix}${name}`, description, unit: units[unit], valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  if (kind === 'histogram') {
    const dataPoints = collected.series.map((series) =>
      point(histogramValue(series), attributes(labels, series), times),
    );
    return { ...common, dataPointType: DataPointType.HISTOGRAM, dataPoints };
  }
  const dataPoints = collected.series.map((series) => point(series.value, attributes(labels, series), times));
  if (kind === 'gauge') return { ...common, dataPointType: DataPointType.GAUGE, dataPoints };
  return { ...common, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints };
}

function point<T>(value: T, attributes: Record<string, string>, times: Times): DataPoint<T> {
  return { ...times, attributes, value };
}

function attributes(names: readonly string[], { labels }: NumberSeries | HistogramSeries): Record<string, string> {
  return Object.fromEntries(names.map((name, index) => [name, labels[index] ?? '']));
}

function histogramValue({ counts, sum, min, max }: HistogramSeries): Histogram {
  const count = counts.reduce((total, each) => total + each, 0);
  return { buckets: { boundaries: [...secondsBuckets], counts: [...counts] }, sum, count, min, max };
}

const hrTime = (ms: number): HrTime => [Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)];
