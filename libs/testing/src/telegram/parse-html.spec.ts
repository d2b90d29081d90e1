import { describe, expect, it } from 'vitest';
import { parseHtml } from './parse-html.ts';

const bold = (offset: number, length: number) => ({ type: 'bold', offset, length });

describe('HTML', () => {
  it.each([
    { source: '1.5 > 1 & *x*', text: '1.5 > 1 & *x*', entities: [], because: 'only < begins a tag' },
    {
      source: '&lt;a&gt; &amp; &quot;&#65;&#x1F600;',
      text: '<a> & "A😀',
      entities: [],
      because: 'these references are read',
    },
    { source: '&nbsp;&foo;', text: '&nbsp;&foo;', entities: [], because: 'others are text' },
    { source: '😀<b>a</b>', text: '😀a', entities: [bold(2, 1)], because: 'offsets count UTF-16 units' },
    { source: '<B>a</b >', text: 'a', entities: [bold(0, 1)], because: 'case and space do not matter' },
    { source: '<b>a</>', text: 'a', entities: [bold(0, 1)], because: 'an end without a name ends the last' },
    { source: '<b></b>', text: '', entities: [], because: 'an entity without text is none' },
    {
      source: '<i>a</i><em>b</em><u>c</u><ins>d</ins><s>e</s><del>f</del><span class="tg-spoiler">g</span>',
      text: 'abcdefg',
      entities: ['italic', 'italic', 'underline', 'underline', 'strikethrough', 'strikethrough', 'spoiler'].map(
        (type, offset) => ({ type, offset, length: 1 }),
      ),
      because: 'styles',
    },
    {
      source: "<a href='https://e.org/?a=1&amp;b=2'>x</a>",
      text: 'x',
      entities: [{ type: 'text_link', offset: 0, length: 1, url: 'https://e.org/?a=1&b=2' }],
      because: 'a link',
    },
    {
      source: '<a href="javascript:x">x</a>',
      text: 'x',
      entities: [],
      because: 'a link to nowhere is dropped in silence',
    },
    {
      source: '<pre><code class="language-ts">let a;</code></pre>',
      text: 'let a;',
      entities: [{ type: 'pre', offset: 0, length: 6, language: 'ts' }],
      because: 'code in pre is one entity with its language',
    },
    {
      source: '<b>a<code class="language-ts">b</code></b>',
      text: 'ab',
      entities: [bold(0, 1), { type: 'code', offset: 1, length: 1 }],
      because: 'code alone has no language and stands alone',
    },
    {
      source: '<blockquote expandable>a</blockquote>\n<blockquote>b</blockquote>',
      text: 'a\nb',
      entities: [
        { type: 'expandable_blockquote', offset: 0, length: 1 },
        { type: 'blockquote', offset: 2, length: 1 },
      ],
      because: 'quotes',
    },
    {
      source: '<tg-emoji emoji-id="53">x</tg-emoji>',
      text: 'x',
      entities: [{ type: 'custom_emoji', offset: 0, length: 1, custom_emoji_id: '53' }],
      because: 'a custom emoji',
    },
  ])('reads $source: $because', ({ source, text, entities }) => {
    expect(parseHtml(source)).toEqual({ text, entities });
  });

  it.each([
    { source: 'in <24h.', says: 'Unclosed start tag at byte offset 3' },
    { source: 'in <24h. or so', says: 'Unsupported start tag "24h." at byte offset 3' },
    { source: 'é <P>x</P>', says: 'Unsupported start tag "p" at byte offset 3' },
    { source: '1 < 2', says: 'Unsupported start tag "" at byte offset 2' },
    { source: 'a</b>', says: 'Unexpected end tag at byte offset 1' },
    { source: '<b>a</i>', says: 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"' },
    { source: '<b>a</b', says: 'Unclosed end tag at byte offset 4' },
    { source: '<b><i>a</i>', says: 'Can\'t find end tag corresponding to start tag "b"' },
    { source: '<span>a</span>', says: 'Tag "span" must have class "tg-spoiler" at byte offset 0' },
    {
      source: '<a href>x</a>',
      says: 'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0',
    },
    { source: '<a ="x">x</a>', says: 'Empty attribute name in the tag "a" at byte offset 0' },
    { source: '<a href=e/f>x</a>', says: 'Unexpected end of name token at byte offset 8' },
    { source: '<a href="x', says: 'Unclosed start tag at byte offset 0' },
  ])('refuses $source', ({ source, says }) => {
    expect(() => parseHtml(source)).toThrow(says);
  });
});
