import { measureIngress } from './ingress.ts';
import { measureLatency } from './latency.ts';
import type { BenchContext, Row } from './row.ts';

/** Everything that is measured, in order; `rows` names what each measurement yields. */
export const measurements: readonly { rows: readonly string[]; measure: (context: BenchContext) => Promise<Row[]> }[] = [
  { rows: ['http ingress throughput', 'http ingress p99 at half load'], measure: measureIngress },
  { rows: ['webhook to turn p50'], measure: measureLatency },
];
