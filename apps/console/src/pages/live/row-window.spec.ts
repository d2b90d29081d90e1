import { describe, expect, it } from 'vitest';
import { emptyWindow, mostRows, withRows, type LiveRow } from './row-window.ts';

const rows = (from: number, to: number): LiveRow[] =>
  Array.from({ length: to - from }, (_, index) => ({
    n: from + index,
    item: { what: 'event', at: '2026-01-01T00:00:00Z', data: {} },
  }));
const shown = (window: { rows: readonly LiveRow[] }) => window.rows.map(({ n }) => n);

describe('the window of rows', () => {
  it('has the newest first', () => {
    expect(shown(withRows(withRows(emptyWindow, rows(0, 2)), rows(2, 4)))).toEqual([3, 2, 1, 0]);
  });

  it('never grows beyond its bound, and counts what fell out', () => {
    const full = withRows(emptyWindow, rows(0, mostRows));
    expect(full.fallen).toBe(0);
    const more = withRows(full, rows(mostRows, mostRows + 3));
    expect([more.rows.length, more.fallen, more.rows[0]?.n, more.rows.at(-1)?.n]).toEqual([
      ...[mostRows, 3],
      ...[mostRows + 2, 3],
    ]);
    expect(withRows(emptyWindow, rows(0, mostRows + 7)).fallen).toBe(7);
  });
});
