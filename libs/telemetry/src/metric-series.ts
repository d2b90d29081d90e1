import { secondsBuckets } from './instruments.ts';

/** A value seen lately, with the trace that it came from. */
export interface Exemplar {
  readonly traceId: string;
  readonly spanId: string;
  readonly value: number;
  readonly atMs: number;
}

/** One counter or gauge with one set of label values. */
export interface NumberSeries {
  readonly labels: readonly string[];
  value: number;
}

/** One histogram with one set of label values. `counts` has one more place than there are buckets: above the last. */
export interface HistogramSeries {
  readonly labels: readonly string[];
  readonly counts: Float64Array;
  readonly exemplars: (Exemplar | undefined)[];
  sum: number;
  min: number;
  max: number;
}

/** An empty histogram. */
export function histogramSeries(labels: readonly string[]): HistogramSeries {
  const places = secondsBuckets.length + 1;
  return {
    labels,
    counts: new Float64Array(places),
    exemplars: new Array<Exemplar | undefined>(places).fill(undefined),
    sum: 0,
    min: Infinity,
    max: -Infinity,
  };
}

/** Adds a value, and keeps its exemplar in place of an older one. */
export function observeInto(series: HistogramSeries, seconds: number, exemplar: Exemplar | undefined): void {
  let place = 0;
  while (place < secondsBuckets.length && seconds > (secondsBuckets[place] ?? Infinity)) place += 1;
  series.counts[place] = (series.counts[place] ?? 0) + 1;
  series.sum += seconds;
  if (seconds < series.min) series.min = seconds;
  if (seconds > series.max) series.max = seconds;
  if (exemplar !== undefined) series.exemplars[place] = exemplar;
}
