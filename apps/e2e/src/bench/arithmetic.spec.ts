import { describe, expect, it } from 'vitest';
import { median, percentile, significant } from './arithmetic.ts';

const oneToHundred = Array.from({ length: 100 }, (_, index) => 100 - index);

describe('percentile', () => {
  it.each([
    { values: oneToHundred, p: 0.5, is: 50, because: '50 of 100 values do not exceed it' },
    { values: oneToHundred, p: 0.99, is: 99, because: '99 of 100 values do not exceed it' },
    { values: oneToHundred, p: 1, is: 100, because: 'nothing exceeds the largest' },
    { values: oneToHundred, p: 0, is: 1, because: 'there is no rank below the first' },
    { values: [7], p: 0.99, is: 7, because: 'one value is every percentile' },
    { values: [9, 10, 100], p: 0.5, is: 10, because: 'numbers are not sorted as text' },
    { values: [], p: 0.5, is: Number.NaN, because: 'nothing was measured' },
  ])('of $p is $is, because $because', ({ values, p, is }) => {
    expect(percentile(values, p)).toBe(is);
  });
});

describe('median', () => {
  it.each([
    { values: [3, 1, 2], is: 2, because: 'it stands in the middle' },
    { values: [10, 9, 100, 1], is: 9.5, because: 'two stand in the middle' },
    { values: [], is: Number.NaN, because: 'nothing was measured' },
  ])('of $values is $is, because $because', ({ values, is }) => {
    expect(median(values)).toBe(is);
  });

  it('leaves its input as it is', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

it('significant keeps the digits that mean something', () => {
  expect([significant(12345.6), significant(0.00123456), significant(0.7)]).toEqual([12300, 0.00123, 0.7]);
});
