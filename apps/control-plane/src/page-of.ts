/** How to page through a list that is in memory: entries in the order of their keys, newest or first by name. */
export interface Paging<T> {
  limit: number;
  cursor?: string | undefined;
  /** Unique, and in the order of the list: the cursor is the key of the last entry shown. */
  keyOf(entry: T): string;
}

/** One page of a sorted list. A cursor whose entry is gone goes on where it stood. */
export function pageOf<T>(sorted: readonly T[], { limit, cursor, keyOf }: Paging<T>): { items: T[]; next?: string } {
  const [first, last] = [sorted[0], sorted.at(-1)];
  const descending = first !== undefined && last !== undefined && keyOf(first) > keyOf(last);
  const isAfter = (entry: T) => cursor === undefined || (descending ? keyOf(entry) < cursor : keyOf(entry) > cursor);
  const from = sorted.findIndex(isAfter);
  if (from < 0) return { items: [] };
  const items = sorted.slice(from, from + limit);
  const shown = items.at(-1);
  return from + limit < sorted.length && shown !== undefined ? { items, next: keyOf(shown) } : { items };
}
