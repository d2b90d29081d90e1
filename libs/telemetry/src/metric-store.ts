import { instruments, type InstrumentName } from './instruments.ts';
import {
  histogramSeries,
  observeInto,
  type Exemplar,
  type HistogramSeries,
  type NumberSeries,
} from './metric-series.ts';
import type { Metrics } from './metrics.ts';
import type { SpanIdentity } from './span.ts';

// Connector names come from configuration and are few; this is the net for the day on which they are not.
const mostSeries = 1_000;

/** One instrument with all its series, as an exposition reads it. */
export type Collected =
  | { readonly name: InstrumentName; readonly kind: 'counter' | 'gauge'; readonly series: readonly NumberSeries[] }
  | { readonly name: InstrumentName; readonly kind: 'histogram'; readonly series: readonly HistogramSeries[] };

/** The numbers of a process: written through `Metrics`, read by whoever exposes them. */
export interface MetricStore extends Metrics {
  /** All series there are, in the table's order. Watched gauges are read now. */
  collect(): Collected[];
}

/** What a store asks of its surroundings. `activeSpan` gives exemplars their trace. */
export interface MetricStoreDeps {
  now: () => number;
  activeSpan: () => SpanIdentity | undefined;
}

type Labels = Readonly<Record<string, string>>;

/** Series of one instrument by label values. Past the limit, everything new is counted under the value `other`. */
class SeriesMap<S> {
  readonly #byKey = new Map<string, S>();
  readonly #names: readonly string[];
  readonly #make: (labels: readonly string[]) => S;

  constructor(name: InstrumentName, make: (labels: readonly string[]) => S) {
    this.#names = instruments[name].labels;
    this.#make = make;
  }

  at(labels: Labels): S {
    const key = this.#keyOf(labels);
    return this.#byKey.get(key) ?? this.#add(key, labels);
  }

  delete(labels: Labels): void {
    this.#byKey.delete(this.#keyOf(labels));
  }

  values(): S[] {
    return [...this.#byKey.values()];
  }

  #keyOf(labels: Labels): string {
    let key = '';
    for (const name of this.#names) key += `${labels[name] ?? ''}\u0000`;
    return key;
  }

  #add(key: string, labels: Labels): S {
    if (this.#byKey.size >= mostSeries) return this.#overflow();
    return this.#insert(
      key,
      this.#names.map((name) => labels[name] ?? ''),
    );
  }

  #overflow(): S {
    const labels = this.#names.map(() => 'other');
    const key = labels.map((label) => `${label}\u0000`).join('');
    return this.#byKey.get(key) ?? this.#insert(key, labels);
  }

  #insert(key: string, labels: readonly string[]): S {
    const made = this.#make(labels);
    this.#byKey.set(key, made);
    return made;
  }
}

const emptyNumber = (labels: readonly string[]): NumberSeries => ({ labels, value: 0 });

/**
 * Makes an empty store.
 *
 * It is ours, not OpenTelemetry's SDK: that costs 14 MB in each process and a microsecond for each value, and its Prometheus
 * exporter knows no exemplars. Where OTLP is configured, the SDK reads from here (otlp-metrics.ts).
 */
export function createMetricStore({ now, activeSpan }: MetricStoreDeps): MetricStore {
  const numbers = new Map<InstrumentName, SeriesMap<NumberSeries>>();
  const histograms = new Map<InstrumentName, SeriesMap<HistogramSeries>>();
  const numbersOf = (name: InstrumentName) => existing(numbers, name, () => new SeriesMap(name, emptyNumber));
  const histogramsOf = (name: InstrumentName) => existing(histograms, name, () => new SeriesMap(name, histogramSeries));
  const { watch, watchAll, readWatched } = createWatching(numbers, numbersOf);

  function exemplar(value: number): Exemplar | undefined {
    const span = activeSpan();
    if (span === undefined || !span.sampled) return undefined;
    return { traceId: span.traceId, spanId: span.spanId, value, atMs: now() };
  }

  function collectOne(name: InstrumentName): Collected {
    const { kind } = instruments[name];
    if (kind === 'histogram') return { name, kind, series: histograms.get(name)?.values() ?? [] };
    return { name, kind, series: numbers.get(name)?.values() ?? [] };
  }

  return {
    count(name, labels, by = 1) {
      numbersOf(name).at(labels).value += by;
    },
    observe(name, seconds, labels) {
      observeInto(histogramsOf(name).at(labels), seconds, exemplar(seconds));
    },
    set(name, value, labels) {
      numbersOf(name).at(labels).value = value;
    },
    watch,
    watchAll,
    forget(name, labels) {
      numbersOf(name).delete(labels);
    },
    collect() {
      readWatched();
      return instrumentNames.map(collectOne).filter(({ series }) => series.length > 0);
    },
  };
}

/** Gauges that are read when somebody looks. */
function createWatching(
  numbers: Map<InstrumentName, SeriesMap<NumberSeries>>,
  numbersOf: (name: InstrumentName) => SeriesMap<NumberSeries>,
): Pick<Metrics, 'watch' | 'watchAll'> & { readWatched(): void } {
  const watched = new Map<() => number | undefined, { name: InstrumentName; labels: Labels }>();
  const watchedAll = new Map<() => Iterable<{ labels: Labels; value: number }>, InstrumentName>();
  return {
    watch(name, labels, read) {
      const own = () => read();
      watched.set(own, { name, labels });
      return () => {
        watched.delete(own);
        numbersOf(name).delete(labels);
      };
    },
    watchAll(name, read) {
      const own = () => read();
      watchedAll.set(own, name);
      return () => {
        watchedAll.delete(own);
        numbers.delete(name);
      };
    },
    readWatched() {
      for (const [read, { name, labels }] of watched) {
        const value = read();
        if (value === undefined) numbersOf(name).delete(labels);
        else numbersOf(name).at(labels).value = value;
      }
      for (const name of watchedAll.values()) numbers.delete(name);
      for (const [read, name] of watchedAll) {
        for (const { labels, value } of read()) numbersOf(name).at(labels).value = value;
      }
    },
  };
}

const instrumentNames = Object.keys(instruments).filter((name): name is InstrumentName => name in instruments);

function existing<S>(
  maps: Map<InstrumentName, SeriesMap<S>>,
  name: InstrumentName,
  make: () => SeriesMap<S>,
): SeriesMap<S> {
  const found = maps.get(name);
  if (found !== undefined) return found;
  const made = make();
  maps.set(name, made);
  return made;
}
