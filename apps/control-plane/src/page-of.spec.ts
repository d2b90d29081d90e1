import { describe, expect, it } from 'vitest';
import { pageOf } from './page-of.ts';

const keyOf = (entry: string) => entry;

function pages(entries: string[], descending: boolean): string[][] {
  const all: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = pageOf(entries, { limit: 2, cursor, keyOf, descending });
    all.push(page.items);
    cursor = page.next;
  } while (cursor !== undefined);
  return all;
}

describe('a page', () => {
  it.each([
    { entries: ['b', 'a', 'c'], descending: false, shown: [['a', 'b'], ['c']], because: 'ascending' },
    { entries: ['b', 'a', 'c'], descending: true, shown: [['c', 'b'], ['a']], because: 'descending' },
    { entries: ['a', 'b'], descending: true, shown: [['b', 'a']], because: 'a full page may be the last' },
    { entries: [], descending: false, shown: [[]], because: 'nothing is there' },
  ])('shows each entry once: $because', ({ entries, descending, shown }) => {
    expect(pages(entries, descending)).toEqual(shown);
  });

  it('goes on behind a cursor whose entry is gone, also when one entry is left', () => {
    expect(pageOf(['a'], { limit: 2, cursor: 'b', keyOf, descending: true })).toEqual({ items: ['a'] });
    expect(pageOf(['c'], { limit: 2, cursor: 'b', keyOf, descending: true })).toEqual({ items: [] });
  });
});
