import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { healOpenMarkdown } from './heal-open-markdown.ts';
import { longAnswer } from './testing/index.ts';

describe('healOpenMarkdown', () => {
  it.each([
    { text: 'a **bold', healed: 'a **bold**' },
    { text: 'a **bold ', healed: 'a **bold** ' },
    { text: '**bold*', healed: '**bold**' },
    { text: 'a *it **b', healed: 'a *it **b***' },
    { text: '~~gone', healed: '~~gone~~' },
    { text: '***both', healed: '***both***' },
    { text: 'a `code', healed: 'a `code`' },
    { text: '``a `', healed: '``a ``' },
    { text: '*a `b', healed: '*a `b`*' },
    { text: '```ts\nlet a', healed: '```ts\nlet a\n```' },
    { text: '~~~~\n```', healed: '~~~~\n```\n~~~~' },
    { text: '```\na\n``', healed: '```\na\n```' },
    { text: '> ```\n> a', healed: '> ```\n> a\n> ```' },
    { text: '- ```\n  a', healed: '- ```\n  a\n  ```' },
    { text: 'see [lab](htt', healed: 'see lab' },
    { text: '![alt](x', healed: 'alt' },
    { text: '**see [lab](ht', healed: '**see lab**' },
    { text: 'one\n\n**two', healed: 'one\n\n**two**' },
    { text: 'a **', healed: 'a ' },
    { text: 'x `', healed: 'x ' },
  ])('$text', ({ text, healed }) => {
    expect(healOpenMarkdown(text)).toBe(healed);
  });

  it.each([
    { text: 'done **x** `y` ~~z~~ [a](b) ![c](d)', because: 'everything is closed' },
    { text: 'snake_case and 2 * 3', because: 'marks that open nothing' },
    { text: '```\n*a\n```\n', because: 'marks in code' },
    { text: '```\na\n  \n```', because: 'an empty line in code ends no block' },
    { text: 'a \\*b \\`c', because: 'escaped marks' },
    { text: '**a\n\nb', because: 'emphasis does not reach over an empty line' },
    { text: '[lab', because: 'half a label may be anything' },
    { text: 'foo__bar__', because: 'underscores within a word' },
    { text: '', because: 'nothing is nothing' },
  ])('leaves a text alone: $because', ({ text }) => {
    expect(healOpenMarkdown(text)).toBe(text);
  });

  it('changes nothing but the end of a growing text, and heals only once', () => {
    const answer = longAnswer();
    fc.assert(
      fc.property(fc.integer({ min: 0, max: answer.length }), (length) => {
        const text = answer.slice(0, length);
        const healed = healOpenMarkdown(text);
        expect(healed.startsWith(text.slice(0, -200))).toBe(true);
        expect(healOpenMarkdown(healed)).toBe(healed);
      }),
    );
  });
});
