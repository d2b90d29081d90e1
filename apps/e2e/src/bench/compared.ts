import { median, significant } from './arithmetic.ts';
import type { Row } from './row.ts';

/** Medians of pairs that were measured one right after the other; the ratio is the median of the pairs' ratios. */
export function compared(
  row: Pick<Row, 'name' | 'unit' | 'target'>,
  pairs: readonly (readonly [number, number])[],
): Row {
  return {
    name: row.name,
    value: significant(median(pairs.map(([value]) => value))),
    floor: significant(median(pairs.map(([, floor]) => floor))),
    ratio: significant(median(pairs.map(([value, floor]) => value / floor))),
    unit: row.unit,
    ...(row.target !== undefined && { target: row.target }),
  };
}
