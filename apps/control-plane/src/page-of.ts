/** How to page through a list that is in memory. */
export interface Paging<T> {
  limit: number;
  cursor?: string | undefined;
  /** Unique; the list is in the order of these keys, and the cursor is the key of the last entry shown. */
  keyOf(entry: T): string;
  /** Greatest key first, as for keys that begin with a time. */
  descending?: boolean;
}

/** One page of a list, whatever its order was. A cursor whose entry is gone goes on where it stood. */
export function pageOf<T>(entries: readonly T[], paging: Paging<T>): { items: T[]; next?: string } {
  const { limit, cursor, keyOf, descending = false } = paging;
  const isBefore = (a: string, b: string) => (descending ? a > b : a < b);
  const left = entries
    .filter((entry) => cursor === undefined || isBefore(cursor, keyOf(entry)))
    .sort((a, b) => (isBefore(keyOf(a), keyOf(b)) ? -1 : 1));
  const items = left.slice(0, limit);
  const shown = items.at(-1);
  return left.length > limit && shown !== undefined ? { items, next: keyOf(shown) } : { items };
}
