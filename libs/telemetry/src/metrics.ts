import type { LabelsOf, NameOf } from './instruments.ts';

/** Where the rest of the code counts and measures. All calls are synchronous, cheap and never throw. */
export interface Metrics {
  /** Adds to a counter. */
  count<N extends NameOf<'counter'>>(name: N, labels: LabelsOf<N>, by?: number): void;
  /** Records one value, with the active trace as its exemplar. */
  observe<N extends NameOf<'histogram'>>(name: N, seconds: number, labels: LabelsOf<N>): void;
  /** Sets a gauge. */
  set<N extends NameOf<'gauge'>>(name: N, value: number, labels: LabelsOf<N>): void;
  /** A gauge that is read when somebody looks. The returned function takes its series away again. */
  watch<N extends NameOf<'gauge'>>(name: N, labels: LabelsOf<N>, read: () => number | undefined): () => void;
  /** The same for a gauge whose series come and go: all that there are now. A label value that is missing has no series any more. */
  watchAll<N extends NameOf<'gauge'>>(
    name: N,
    read: () => Iterable<{ labels: LabelsOf<N>; value: number }>,
  ): () => void;
  /** Takes away one series of a gauge: a connector that was deleted has no backlog any more. */
  forget<N extends NameOf<'gauge'>>(name: N, labels: LabelsOf<N>): void;
}
