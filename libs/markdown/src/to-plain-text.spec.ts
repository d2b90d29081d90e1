import { describe, expect, it } from 'vitest';
import { parseMarkdown } from './parse-markdown.ts';
import { toPlainText } from './to-plain-text.ts';

describe('toPlainText', () => {
  it.each([
    {
      text: '# Title\n\nSome *em*, **strong** and ~~gone~~.',
      plain: 'Title\n\nSome em, strong and gone.',
      because: 'marks of emphasis are dropped',
    },
    { text: 'one  \ntwo\\\nthree', plain: 'one\ntwo\nthree', because: 'line breaks stay' },
    { text: '[docs](https://a.example/x)', plain: 'docs (https://a.example/x)', because: 'a link shows its target' },
    {
      text: 'https://a.example, <https://b.example>, www.c.example and d@e.example',
      plain: 'https://a.example, https://b.example, www.c.example and d@e.example',
      because: 'an address is shown once',
    },
    {
      text: '[docs][1] [gone][2]\n\n[1]: https://a.example',
      plain: 'docs (https://a.example) [gone][2]',
      because: 'a link may be defined elsewhere',
    },
    {
      text: '![cat](https://a.example/c.png) ![](https://a.example/d.png)',
      plain: 'cat (https://a.example/c.png) https://a.example/d.png',
      because: 'an image is its description',
    },
    {
      text: '- a\n- b\n  - c\n\n    d\n- [x] done\n- [ ] open',
      plain: '- a\n- b\n  - c\n\n    d\n- [x] done\n- [ ] open',
      because: 'lists keep their form',
    },
    {
      text: '9. a\n10. b\n    ```\n    code\n    ```',
      plain: '9. a\n10. b\n    code',
      because: 'numbers count on, and what belongs to an item is under it',
    },
    { text: '> a\n> > b\n\nc', plain: '> a\n>\n> > b\n\nc', because: 'quotes keep their marks' },
    {
      text: '```js\nlet a = `*b*`;\n\n  c\n```\n\n`*d*`',
      plain: 'let a = `*b*`;\n\n  c\n\n*d*',
      because: 'code is kept as it is',
    },
    { text: 'a\n\n---\n\nb', plain: 'a\n\n---\n\nb', because: 'a rule is a line' },
    { text: '<div>a</div>\n\n<!-- b -->', plain: '<div>a</div>\n\n<!-- b -->', because: 'HTML is text' },
    { text: '', plain: '', because: 'nothing is nothing' },
  ])('$because', ({ text, plain }) => {
    expect(toPlainText(parseMarkdown(text))).toBe(plain);
  });

  it('sets a table in columns', () => {
    const text =
      '| Name | Qty | Where |\n|:-|-:|:-:|\n| Äpfel | 12 | a |\n| [Tee](https://t.example) | 3 | 👩‍👩‍👧 |\n| no more |';
    expect(toPlainText(parseMarkdown(text))).toBe(
      [
        'Name                     Qty  Where',
        '-----------------------  ---  -----',
        'Äpfel                     12    a',
        'Tee (https://t.example)    3    👩‍👩‍👧',
        'no more',
      ].join('\n'),
    );
  });
});
