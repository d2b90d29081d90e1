import fc from 'fast-check';
import { expect, it } from 'vitest';
import { plainlyMarked } from './text-markdown-plain.ts';
import { writtenTree } from './text-markdown.ts';

const bold = (from: number, to: number) => ({ from, to, entity: { type: 'bold', offset: from, length: to - from } });

it.each([
  { text: 'Build 7 is green.', stretches: [bold(0, 5)], is: '**Build** 7 is green.', because: 'a word is marked' },
  { text: 'green 7!', stretches: [bold(0, 5), bold(6, 7)], is: '**green** **7**!', because: 'several are, apart' },
  { text: 'a*b c', stretches: [bold(4, 5)], is: undefined, because: 'there is something to escape' },
  { text: '1. a', stretches: [bold(3, 4)], is: undefined, because: 'a line that begins so is a list' },
  { text: 'abc', stretches: [bold(0, 2)], is: undefined, because: 'a mark in a word needs care' },
])('$because', ({ text, stretches, is }) => {
  expect(plainlyMarked(text, stretches)).toBe(is);
});

it('is what the tree is written as, or leaves it to the tree', () => {
  const words = fc.array(
    fc.constantFrom(
      'a',
      'Zoë',
      '10',
      '1.',
      '-',
      '(b)',
      'x-y',
      "it's",
      'https://x.test/a',
      '!',
      '50%',
      '😀',
      '✔',
      'c,',
      ':',
      '"q"',
    ),
    { minLength: 1, maxLength: 6 },
  );
  const types = fc.constantFrom('bold', 'italic', 'strikethrough', 'code', 'text_link');
  const cuts = fc.uniqueArray(fc.nat(24), { maxLength: 6 });
  let plain = 0;
  fc.assert(
    fc.property(words, cuts, fc.array(types, { minLength: 3, maxLength: 3 }), (parts, at, kinds) => {
      const text = parts.join(' ');
      const ends = at.filter((end) => end <= text.length).sort((a, b) => a - b);
      const stretches = kinds.flatMap((type, index) => {
        const [from = 0, to = 0] = ends.slice(2 * index, 2 * index + 2);
        return from < to ? [{ from, to, entity: { type, offset: from, length: to - from } }] : [];
      });
      const marked = plainlyMarked(text, stretches);
      if (marked === undefined) return;
      plain++;
      expect(marked).toBe(writtenTree(text, stretches));
    }),
    { numRuns: 5_000 },
  );
  expect(plain).toBeGreaterThan(100);
});
