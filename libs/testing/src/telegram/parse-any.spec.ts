import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ParseFailure } from './parse-failure.ts';
import { parseHtml } from './parse-html.ts';
import { parseMarkdownV2 } from './parse-markdown-v2.ts';

const parsers = [
  {
    name: 'MarkdownV2',
    parse: parseMarkdownV2,
    escape: (text: string) => text.replaceAll(/[_*[\]()~`>#+\-=|{}.!\\]/g, '\\$&'),
    pieces: ['*', '_', '__', '~', '||', '`', '```', '[', ']', '(', ')', '>', '\n', '\\', '!', 'a', '😀', 'é '],
  },
  {
    name: 'HTML',
    parse: parseHtml,
    escape: (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;'),
    pieces: [
      '<',
      '>',
      '</',
      '<b>',
      '</b>',
      '<pre>',
      '<code class="language-x">',
      '</code>',
      '<a href="',
      '"',
      '&',
      'lt;',
      'a',
      '😀',
    ],
  },
];

describe.each(parsers)('$name', ({ parse, escape, pieces }) => {
  it('reads back every text that was escaped', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(parse(escape(text))).toEqual({ text, entities: [] });
      }),
    );
  });

  it('reads or refuses whatever is written, and its entities lie within the text', () => {
    const written = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(written, (source) => {
        const parsed = attempt(() => parse(source));
        for (const { offset, length } of parsed?.entities ?? []) {
          expect(length).toBeGreaterThan(0);
          expect(offset + length).toBeLessThanOrEqual(parsed?.text.length ?? 0);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

function attempt<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof ParseFailure)) throw error;
    return undefined;
  }
}
