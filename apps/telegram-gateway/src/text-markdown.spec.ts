import { parseMarkdown, toPlainText } from '@trunkline/markdown';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markdownOf } from './text-markdown.ts';

const entity = (type: string, offset: number, length: number, more: object = {}) => ({ type, offset, length, ...more });

describe('markdownOf', () => {
  it.each([
    { text: 'plain *text*', entities: [], markdown: undefined, because: 'nothing is formatted' },
    { text: 'x @ana #y', entities: [entity('mention', 2, 4)], markdown: undefined, because: 'mentions are no format' },
    { text: 'a bold b', entities: [entity('bold', 2, 4)], markdown: 'a **bold** b', because: 'bold' },
    { text: '😀😀 x', entities: [entity('bold', 2, 2)], markdown: '😀**😀** x', because: 'offsets count UTF-16 units' },
    { text: 'a b ', entities: [entity('bold', 1, 3)], markdown: 'a **b**', because: 'a mark beside a space is none' },
    {
      text: 'abcd',
      entities: [entity('bold', 0, 3), entity('italic', 1, 3)],
      markdown: '**&#x61;_&#x62;c_**_d_',
      because: 'what reaches out is cut there and goes on behind it',
    },
    {
      text: 'one\n\ntwo',
      entities: [entity('bold', 0, 8)],
      markdown: '**one**\n\n**two**',
      because: 'emphasis ends with its paragraph',
    },
    {
      text: 'f(`x`)',
      entities: [entity('code', 0, 6)],
      markdown: '``f(`x`)``',
      because: 'code may hold its own marks',
    },
    {
      text: 'a\n```\nb',
      entities: [entity('pre', 2, 5, { language: 'md' })],
      markdown: 'a\n\n````md\n```\nb\n````',
      because: 'so may blocks',
    },
    {
      text: 'say\nit',
      entities: [entity('expandable_blockquote', 0, 6)],
      markdown: '> say\n> it',
      because: 'a quotation',
    },
    {
      text: 'here',
      entities: [entity('text_link', 0, 4, { url: 'https://x.test/a b' })],
      markdown: '[here](<https://x.test/a b>)',
      because: 'a link',
    },
    { text: 'x', entities: [entity('bold', 5, 9)], markdown: undefined, because: 'it lies outside' },
  ])('$because', ({ text, entities, markdown }) => {
    expect(markdownOf({ text, entities })).toBe(markdown);
  });

  it('keeps every word, whatever is formatted how', () => {
    const words = fc.array(fc.constantFrom('a', 'b*', '_c', '`d', '#', '1.', '<e>', '~f~', '[g](h)', '😀', '&amp;'), {
      minLength: 1,
      maxLength: 8,
    });
    const types = fc.constantFrom('bold', 'italic', 'strikethrough', 'code', 'text_link');
    const entities = fc.array(
      fc.record({ type: types, offset: fc.nat(20), length: fc.nat(20), url: fc.constant('https://x.test/') }),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(words, entities, (parts, marks) => {
        const text = parts.join(' ');
        const whole = marks.map((mark) => aligned(text, mark));
        const markdown = markdownOf({ text, entities: whole });
        if (markdown === undefined) return;
        const shown = toPlainText(parseMarkdown(markdown)).replaceAll(' (https://x.test/)', '').replace(/\s+/g, '');
        expect(shown.replaceAll('(https://x.test/)', '')).toBe(text.replace(/\s+/g, ''));
      }),
      { numRuns: 2000 },
    );
  });
});

/** Telegram does not cut an emoji in two. */
function aligned<T extends { offset: number; length: number }>(text: string, mark: T): T {
  const isInside = (at: number) => /[\uDC00-\uDFFF]/.test(text[at] ?? '');
  const offset = isInside(mark.offset) ? mark.offset - 1 : mark.offset;
  const end = mark.offset + mark.length;
  return { ...mark, offset, length: (isInside(end) ? end + 1 : end) - offset };
}
