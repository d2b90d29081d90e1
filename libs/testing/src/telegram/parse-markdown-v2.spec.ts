import { describe, expect, it } from 'vitest';
import { parseMarkdownV2 } from './parse-markdown-v2.ts';

const bold = (offset: number, length: number) => ({ type: 'bold', offset, length });
const italic = (offset: number, length: number) => ({ type: 'italic', offset, length });

describe('MarkdownV2', () => {
  it.each([
    { source: 'plain words', text: 'plain words', entities: [], because: 'nothing is marked' },
    { source: '1\\.5\\!', text: '1.5!', entities: [], because: 'a backslash makes reserved characters plain' },
    { source: 'a\\b', text: 'ab', entities: [], because: 'a backslash is eaten before any ASCII character' },
    { source: 'a\\é', text: 'a\\é', entities: [], because: 'but stays before others' },
    { source: '*a* b', text: 'a b', entities: [bold(0, 1)], because: 'bold' },
    { source: '😀*a*', text: '😀a', entities: [bold(2, 1)], because: 'offsets count UTF-16 units' },
    { source: '**', text: '', entities: [], because: 'an entity without text is none' },
    { source: '*a _b_ c*', text: 'a b c', entities: [bold(0, 5), italic(2, 1)], because: 'entities nest' },
    {
      source: '__u__ ~s~ ||p||',
      text: 'u s p',
      entities: [
        { type: 'underline', offset: 0, length: 1 },
        { type: 'strikethrough', offset: 2, length: 1 },
        { type: 'spoiler', offset: 4, length: 1 },
      ],
      because: 'the other styles',
    },
    {
      source: '*a `b*` c*',
      text: 'a b* c',
      entities: [bold(0, 2), { type: 'code', offset: 2, length: 2 }, bold(4, 2)],
      because: 'in code nothing is reserved, and styles end around it',
    },
    {
      source: '```ts\nlet a = 1.5;\n```',
      text: 'let a = 1.5;\n',
      entities: [{ type: 'pre', offset: 0, length: 13, language: 'ts' }],
      because: 'a fence has a language and eats one line break',
    },
    {
      source: '```\na\\`b```',
      text: 'a`b',
      entities: [{ type: 'pre', offset: 0, length: 3 }],
      because: 'a fence without one',
    },
    {
      source: '```word```',
      text: 'word',
      entities: [{ type: 'pre', offset: 0, length: 4 }],
      because: 'a word that no white space follows is text',
    },
    {
      source: '[a\\.b](https://e.org/(x\\)?q=_)',
      text: 'a.b',
      entities: [{ type: 'text_link', offset: 0, length: 3, url: 'https://e.org/(x)?q=_' }],
      because: 'in a URL only ) and backslash are special',
    },
    {
      source: '[a](http://e.org)',
      text: 'a',
      entities: [{ type: 'text_link', offset: 0, length: 1, url: 'http://e.org/' }],
      because: 'Telegram ends a bare host with a slash',
    },
    { source: '[a](no such)', text: 'a', entities: [], because: 'a link to nowhere is dropped in silence' },
    {
      source: '[a](tg://user?id=7)',
      text: 'a',
      entities: [{ type: 'text_mention', offset: 0, length: 1, user: { id: 7, is_bot: false, first_name: 'User 7' } }],
      because: 'a mention of somebody without a name',
    },
    {
      source: '![x](tg://emoji?id=53)',
      text: 'x',
      entities: [{ type: 'custom_emoji', offset: 0, length: 1, custom_emoji_id: '53' }],
      because: 'a custom emoji',
    },
    {
      source: '>a\n>*b*\nc',
      text: 'a\nb\nc',
      entities: [{ type: 'blockquote', offset: 0, length: 3 }, bold(2, 1)],
      because: 'a quote goes on while lines begin with >',
    },
    {
      source: '>a\n>b||\nc',
      text: 'a\nb\nc',
      entities: [{ type: 'expandable_blockquote', offset: 0, length: 3 }],
      because: 'one that ends in || can be expanded',
    },
    {
      source: '>a\n**>b||',
      text: 'a\nb',
      entities: [
        { type: 'blockquote', offset: 0, length: 1 },
        { type: 'expandable_blockquote', offset: 2, length: 1 },
      ],
      because: 'empty bold parts two quotes',
    },
  ])('reads $source: $because', ({ source, text, entities }) => {
    expect(parseMarkdownV2(source)).toEqual({ text, entities });
  });

  it.each([
    { source: 'v1.5', says: "Character '.' is reserved and must be escaped with the preceding '\\'" },
    { source: 'a > b', says: "Character '>' is reserved and must be escaped with the preceding '\\'" },
    { source: 'a | b', says: "Character '|' is reserved and must be escaped with the preceding '\\'" },
    { source: 'wow!', says: "Character '!' is reserved and must be escaped with the preceding '\\'" },
    { source: 'é *b', says: "Can't find end of Bold entity at byte offset 3" },
    { source: 'a _b __c__', says: "Can't find end of Italic entity at byte offset 2" },
    { source: '😀`b', says: "Can't find end of Code entity at byte offset 4" },
    { source: '```x', says: "Can't find end of Pre entity at byte offset 0" },
    { source: '```ts\nx', says: "Can't find end of PreCode entity at byte offset 0" },
    { source: '*a _b* c_', says: "Can't find end of Italic entity at byte offset 8" },
    { source: '[a', says: "Can't find end of TextUrl entity at byte offset 0" },
    { source: '[a](http://e.org', says: "Can't find end of a URL at byte offset 4" },
    { source: '>a *b\nc*', says: "Can't find end of Bold entity at byte offset 3" },
  ])('refuses $source', ({ source, says }) => {
    expect(() => parseMarkdownV2(source)).toThrow(says);
  });
});
