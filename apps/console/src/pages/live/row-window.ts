import type { FeedItem } from '@trunkline/control-api';

/** An item with a number that stays its own. */
export interface LiveRow {
  n: number;
  item: FeedItem;
}

/** The newest rows, newest first. Memory is bounded: `fallen` counts those that made room. */
export interface RowWindow {
  rows: readonly LiveRow[];
  fallen: number;
}

export const mostRows = 500;
export const emptyWindow: RowWindow = { rows: [], fallen: 0 };

/** The window with newer rows in it; `more` is oldest first. */
export function withRows({ rows, fallen }: RowWindow, more: readonly LiveRow[]): RowWindow {
  const all = [...more.toReversed(), ...rows];
  return { rows: all.slice(0, mostRows), fallen: fallen + Math.max(0, all.length - mostRows) };
}
