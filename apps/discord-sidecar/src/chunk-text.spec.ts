import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunkText, fenceAfter } from './chunk-text.ts';
import { discordMarkdown, plainText } from './discord-markdown.ts';

const words = (count: number) => Array.from({ length: count }, (_, i) => `word${i}`).join(' ');
type Fence = ReturnType<typeof fenceAfter>;
const openAtEnd = (text: string) => text.split('\n').reduce<Fence>((fence, line) => fenceAfter(line, fence), undefined);

describe('a long text in pieces', () => {
  it.each([
    { text: '', pieces: [], because: 'nothing is nothing' },
    { text: 'short', pieces: ['short'], because: 'what fits stays' },
    { text: 'one two\n\nthree four', pieces: ['one two', 'three four'], because: 'a blank line is the best seam' },
    { text: 'one two\nthree\nfour', pieces: ['one two\nthree', 'four'], because: 'then the end of a line' },
    { text: 'one two three four', pieces: ['one two three', 'four'], because: 'then a space' },
    { text: 'abcdefghijklmnopqrst', pieces: ['abcdefghijklmno', 'pqrst'], because: 'a word that is too long is cut' },
    { text: 'aaaaaaaaaaaaaa😀b', pieces: ['aaaaaaaaaaaaaa', '😀b'], because: 'a surrogate pair stays whole' },
    { text: 'aaaaaaaaaaaa👩‍👩‍👧b', pieces: ['aaaaaaaaaaaa', '👩‍👩‍👧b'], because: 'a grapheme stays whole' },
    { text: 'see [a b](h://x) ok', pieces: ['see', '[a b](h://x) ok'], because: 'a link stays whole' },
    { text: 'see the <@123> ok', pieces: ['see the <@123>', 'ok'], because: 'a mention stays whole' },
    {
      text: '```ts\na\nb\nc\nd\n```',
      pieces: ['```ts\na\nb\nc\n```', '```ts\nd\n```'],
      because: 'a fence is closed and opened again',
    },
  ])('$because', ({ text, pieces }) => {
    expect(chunkText(text, 15)).toEqual(pieces);
  });

  it('is 2,000 long at most, with nothing lost, whatever it is', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '\n',
        '\n\n',
        ' ',
        '```',
        '```ts\n',
        '~~~~\n',
        '`',
        '**',
        '[a b](https://x.org/y)',
        '<@123>',
        '👩‍👩‍👧',
        '😀',
      ),
      fc.string({ unit: 'grapheme', maxLength: 90 }),
      fc.nat(30).map(words),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), fc.constantFrom(200, 500, 2_000), (parts, limit) => {
        const text = parts.join('');
        const chunks = chunkText(text, limit);
        for (const chunk of chunks) expect(chunk.length).toBeLessThanOrEqual(limit);
        for (const chunk of chunks) expect(chunk.isWellFormed()).toBe(true);
        for (const chunk of chunks.slice(0, -1)) expect(openAtEnd(chunk)).toBeUndefined();
        // Seams are white space and fences; everything else is there, in its order.
        const said = (all: string) => all.replace(/^ {0,3}[`~]{3,}.*$/gm, '').replace(/\s/g, '');
        if (!/[`~]{3}/.test(text)) expect(said(chunks.join('\n'))).toBe(said(text));
      }),
      { numRuns: 300 },
    );
  });

  it.each(['[', '![', '**', '`', '<', ' ', '\n', '| ', '#### ', '[a](', '👩‍👩‍👧'])(
    '60,000 characters of %j is no trouble',
    (unit) => {
      const text = unit.repeat(60_000 / unit.length) + 'x';
      expect(chunkText(discordMarkdown(text)).every((chunk) => chunk.length <= 2_000)).toBe(true);
      expect(plainText(text)).toContain('x');
    },
  );

  it('40,000 characters with a fence of 9,000 come out whole', () => {
    const code = Array.from({ length: 300 }, (_, i) => `const line${i} = ${'x'.repeat(10)};`).join('\n');
    const text = `${words(1_500)}\n\n\`\`\`ts\n${code}\n\`\`\`\n\n${words(2_500)}`;
    const chunks = chunkText(text);
    expect(chunks.every((chunk) => chunk.length <= 2_000 && !openAtEnd(chunk))).toBe(true);
    const joined = chunks.join('\n').replaceAll('\n```\n```ts\n', '\n');
    expect(joined.replace(/\s+/g, ' ')).toBe(text.replace(/\s+/g, ' '));
  });
});
