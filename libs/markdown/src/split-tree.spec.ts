import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MarkdownNode, MarkdownTree } from './markdown-tree.ts';
import { parseMarkdown } from './parse-markdown.ts';
import { splitTree } from './split-tree.ts';
import { anyMarkdown, longAnswer, ordinaryMarkdown } from './testing/index.ts';
import { toPlainText } from './to-plain-text.ts';

const within = (limit: number) => (part: MarkdownTree) => toPlainText(part).length <= limit;
const split = (text: string, limit: number) => splitTree(parseMarkdown(text), within(limit)).map(toPlainText);

/** What a tree says, without its white space. */
function wordsOf(node: MarkdownTree | MarkdownNode): string {
  if ('children' in node) return node.children.map(wordsOf).join('');
  return 'value' in node ? node.value.replace(/\s/g, '') : '';
}

/** The same of parts, a table's heading counted once. */
function wordsOfParts(parts: readonly MarkdownTree[]): string {
  const said = parts.map((part, index) => {
    const heading = headingOf(part.children[0]);
    const before = index > 0 ? headingOf(parts[index - 1]?.children.at(-1)) : undefined;
    return wordsOf(part).slice(heading !== undefined && heading === before ? heading.length : 0);
  });
  return said.join('');
}

function headingOf(node: MarkdownNode | undefined): string | undefined {
  return node?.type === 'table' && node.children[0] ? wordsOf(node.children[0]) : undefined;
}

function isSubsequence(few: string, many: string): boolean {
  let place = 0;
  for (const unit of many) if (few.startsWith(unit, place)) place += unit.length;
  return place >= few.length;
}

describe('splitTree', () => {
  it.each([
    { text: 'one two\n\nthree', limit: 100, parts: ['one two\n\nthree'], because: 'what fits is one part' },
    { text: 'one two\n\nthree', limit: 10, parts: ['one two', 'three'], because: 'between blocks' },
    {
      text: '1. aaa\n2. bbb\n3. ccc',
      limit: 13,
      parts: ['1. aaa\n2. bbb', '3. ccc'],
      because: 'between items, which count on',
    },
    {
      text: '- aaaa bb\n- c',
      limit: 8,
      parts: ['- aaaa', '  bb\n- c'],
      because: 'within an item, whose mark is not repeated',
    },
    {
      text: '- a\n  - bbb\n  - ccc',
      limit: 11,
      parts: ['- a\n  - bbb', '  - ccc'],
      because: 'in a list in a list, which stays there',
    },
    {
      text: '> aaa bbb\n>\n> ccc',
      limit: 9,
      parts: ['> aaa bbb', '> ccc'],
      because: 'in a quote, which is opened again',
    },
    {
      text: '|h|\n|-|\n|a|\n|b|',
      limit: 8,
      parts: ['h\n---\na', 'h\n---\nb'],
      because: 'between rows, under their heading',
    },
    { text: '```ts\naa\nbb\n\ncc\n```', limit: 6, parts: ['aa\nbb\n', 'cc'], because: 'at the ends of lines of code' },
    { text: '```\nabcdef\n```', limit: 4, parts: ['abcd', 'ef'], because: 'in a line of code that is too long' },
    { text: 'One two. Three four.', limit: 15, parts: ['One two.', 'Three four.'], because: 'between sentences' },
    { text: 'one two three', limit: 8, parts: ['one two', 'three'], because: 'between words' },
    { text: 'abcdefgh', limit: 3, parts: ['abc', 'def', 'gh'], because: 'in a word that is too long' },
    { text: '漢字。仮名', limit: 4, parts: ['漢字。', '仮名'], because: 'sentences need no space' },
    { text: 'a **b c** d', limit: 3, parts: ['a b', 'c d'], because: 'in emphasis' },
    { text: 'aa `b c d` e', limit: 7, parts: ['aa', 'b c d e'], because: 'not in a code span, if it fits alone' },
    { text: '`aaaa bbbb`', limit: 5, parts: ['aaaa', 'bbbb'], because: 'in a code span that does not' },
    { text: 'aa [b c](http://d) e', limit: 18, parts: ['aa b c (http://d)', 'e'], because: 'not in a link' },
    { text: 'aa [b c](http://dddd) e', limit: 18, parts: ['aa', 'b c (http://dddd)', 'e'], because: 'but before it' },
    {
      text: '[bb](http://d)',
      limit: 8,
      parts: ['bb', '(http://', 'd)'],
      because: 'a link that does not fit becomes text',
    },
    {
      text: '# head line\n\naaaa bbbb',
      limit: 16,
      parts: ['head line\n\naaaa', 'bbbb'],
      because: 'a heading stays with what follows',
    },
    {
      text: 'aaa\n\n# head\n\nbbb',
      limit: 12,
      parts: ['aaa', 'head\n\nbbb'],
      because: 'even if the part is shorter for it',
    },
    { text: '# head\n\naaaa', limit: 6, parts: ['head', 'aaaa'], because: 'unless both do not fit' },
    { text: 'one  \ntwo', limit: 5, parts: ['one', 'two'], because: 'at a line break' },
  ])('cuts $because', ({ text, limit, parts }) => {
    expect(split(text, limit)).toEqual(parts);
  });

  it.each([
    { text: '👩‍👩‍👧'.repeat(3), limit: 8, parts: Array(3).fill('👩‍👩‍👧'), because: 'a family of one letter fits exactly' },
    { text: '👩‍👩‍👧'.repeat(3), limit: 15, parts: Array(3).fill('👩‍👩‍👧'), because: 'two would be one unit too long' },
    { text: '🇩🇪🇫🇷🇮🇹', limit: 8, parts: ['🇩🇪🇫🇷', '🇮🇹'], because: 'two flags fit exactly' },
    { text: '🇩🇪🇫🇷🇮🇹', limit: 7, parts: ['🇩🇪', '🇫🇷', '🇮🇹'], because: 'half a flag is none' },
    { text: '😀😀😀', limit: 5, parts: ['😀😀', '😀'], because: 'surrogates stay together' },
    {
      text: 'ae\u0301*\u0301x*',
      limit: 3,
      parts: ['a', 'e\u0301\u0301', 'x'],
      because: 'accents stay on their letter, across marks',
    },
    {
      text: `${'👩'.repeat(2)}\u200d👩`,
      limit: 1,
      parts: ['👩', '👩', '\u200d', '👩'],
      because: 'what is longer than a part is cut between code points',
    },
  ])('never cuts a letter: $because', ({ text, limit, parts }) => {
    expect(split(text, limit)).toEqual(parts);
  });

  it('keeps the language and meta of code', () => {
    const parts = splitTree(parseMarkdown('```ts title=a\naa\nbb\n```'), within(3));
    expect(parts.map(({ children: [code] }) => code)).toMatchObject(
      ['aa', 'bb'].map((value) => ({ type: 'code', lang: 'ts', meta: 'title=a', value })),
    );
  });

  it('makes code of a row that is too long, and of a table whose heading is', () => {
    const row = split(`|h|i|\n|-|-|\n|${'a'.repeat(40)}|b|`, 30);
    expect(row.every((part) => part.length <= 30)).toBe(true);
    expect(row.join('').match(/a/g)).toHaveLength(40);
    const heading = split(`|${'h'.repeat(120)}|\n|-|\n${'|b|\n'.repeat(9)}`, 200);
    expect(heading.join('').match(/h/g)).toHaveLength(120);
  });

  it('loses nothing of an ordinary text, and every part fits', () => {
    fc.assert(
      fc.property(ordinaryMarkdown, fc.integer({ min: 250, max: 600 }), (text, limit) => {
        const tree = parseMarkdown(text);
        const headings = tree.children.map(headingOf).filter((heading) => heading !== undefined);
        // Whose heading it is that begins a part must be clear.
        fc.pre(new Set(headings).size === headings.length);
        const parts = splitTree(tree, within(limit));
        expect(parts.filter((part) => !within(limit)(part))).toEqual([]);
        expect(wordsOfParts(parts)).toBe(wordsOf(tree));
      }),
    );
  });

  it('loses nothing of any text, however small the parts', () => {
    fc.assert(
      fc.property(anyMarkdown, fc.integer({ min: 0, max: 40 }), (text, limit) => {
        const tree = parseMarkdown(text);
        const parts = splitTree(tree, within(limit));
        expect(isSubsequence(wordsOf(tree), parts.map(wordsOf).join(''))).toBe(true);
      }),
    );
  });

  it('ends when nothing fits', () => {
    expect(splitTree(parseMarkdown('ab [c](d)\n\n---'), () => false).map(toPlainText)).toEqual([
      'a',
      'b',
      'c',
      '(',
      'd',
      ')',
      '---',
    ]);
    expect(splitTree(parseMarkdown(''), () => false)).toHaveLength(1);
  });

  it('asks about 15 times a part, about parts not much longer than the limit', () => {
    let [asked, characters] = [0, 0];
    const tree = parseMarkdown(longAnswer().repeat(3));
    const parts = splitTree(tree, (part) => {
      const { length } = toPlainText(part);
      asked++;
      characters += length;
      return length <= 2000;
    });
    expect(asked).toBeLessThan(20 * parts.length);
    expect(characters / asked).toBeLessThan(4000);
  });
});
