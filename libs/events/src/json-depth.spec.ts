import { expect, it } from 'vitest';
import { jsonDepth } from './json-depth.ts';

const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));

it.each([
  { value: 'x', depth: 0 },
  { value: {}, depth: 1 },
  { value: { a: [{ b: 1 }], c: {} }, depth: 3 },
  { value: nested(64), depth: 64 },
  { value: nested(50_000), depth: 65 },
])('jsonDepth counts to just beyond its limit: $depth', ({ value, depth }) => {
  expect(jsonDepth(value, 64)).toBe(depth);
});
