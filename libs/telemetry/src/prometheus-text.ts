import { instruments, metricPrefix, secondsBuckets, type InstrumentName } from './instruments.ts';
import type { Exemplar, HistogramSeries, NumberSeries } from './metric-series.ts';
import type { Collected } from './metric-store.ts';

/** The two texts a Prometheus can ask for. Only OpenMetrics can carry exemplars. */
export type ExpositionFormat = 'text' | 'openmetrics';

/** Media type of each format. */
export const expositionTypes: Readonly<Record<ExpositionFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** Writes collected metrics as the text that Prometheus scrapes. */
export function prometheusText(collected: readonly Collected[], format: ExpositionFormat): string {
  const lines = collected.flatMap((metric) => [...header(metric, format), ...samples(metric, format)]);
  if (format === 'openmetrics') lines.push('# EOF');
  return `${lines.join('\n')}\n`;
}

function header({ name, kind }: Collected, format: ExpositionFormat): string[] {
  // OpenMetrics names the family, and only its samples end in `_total`.
  const family = format === 'openmetrics' ? fullName(name).replace(/_total$/, '') : fullName(name);
  return [`# HELP ${family} ${instruments[name].description.replaceAll('\\', '\\\\')}`, `# TYPE ${family} ${kind}`];
}

function samples(metric: Collected, format: ExpositionFormat): string[] {
  const names = instruments[metric.name].labels;
  const full = fullName(metric.name);
  if (metric.kind === 'histogram')
    return metric.series.flatMap((series) => histogramLines(full, { names, series, format }));
  return metric.series.map(
    (series: NumberSeries) => `${full}${labelText(names, series.labels)} ${numberText(series.value)}`,
  );
}

interface HistogramParts {
  names: readonly string[];
  series: HistogramSeries;
  format: ExpositionFormat;
}

function histogramLines(full: string, { names, series, format }: HistogramParts): string[] {
  const lines: string[] = [];
  let total = 0;
  series.counts.forEach((count, place) => {
    total += count;
    const bound = secondsBuckets[place] ?? Infinity;
    const labels = labelText([...names, 'le'], [...series.labels, numberText(bound)]);
    const exemplar = format === 'openmetrics' ? exemplarText(series.exemplars[place]) : '';
    lines.push(`${full}_bucket${labels} ${total}${exemplar}`);
  });
  const labels = labelText(names, series.labels);
  lines.push(`${full}_sum${labels} ${numberText(series.sum)}`, `${full}_count${labels} ${total}`);
  return lines;
}

const fullName = (name: InstrumentName) => `${metricPrefix}${name}`;

function exemplarText(exemplar: Exemplar | undefined): string {
  if (exemplar === undefined) return '';
  const { traceId, spanId, value, atMs } = exemplar;
  return ` # {trace_id="${traceId}",span_id="${spanId}"} ${numberText(value)} ${(atMs / 1000).toFixed(3)}`;
}

function labelText(names: readonly string[], values: readonly string[]): string {
  if (names.length === 0) return '';
  return `{${names.map((name, index) => `${name}="${escapeLabel(values[index] ?? '')}"`).join(',')}}`;
}

const escapeLabel = (value: string) => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

function numberText(value: number): string {
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : String(value);
}
