import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMarkdown } from './parse-markdown.ts';
import { toHtml } from './to-html.ts';

const html = (text: string) => toHtml(parseMarkdown(text));

/** Elements, attributes and link schemes that have no business in what was written in markdown. */
function dangersIn(text: string): string[] {
  const elements = [...text.matchAll(/<(\w+)((?:[^>"]|"[^"]*")*)>/g)];
  return elements.flatMap(([, name = '', attributes = '']) => {
    const harmless =
      /^(p|a|em|strong|del|img|pre|code|table|thead|tbody|tr|th|td|br|hr|h[1-6]|ul|ol|li|blockquote|input)$/.test(name);
    const names = [...attributes.matchAll(/([^\s="]+)(?:="([^"]*)")?/g)].flatMap(([, attribute = '', value = '']) => {
      if (/^on|^style$/i.test(attribute)) return [`${name} ${attribute}`];
      const scheme = /^(href|src)$/i.test(attribute) ? /^\s*(javascript|vbscript|data):/i.exec(value)?.[1] : undefined;
      return scheme ? [`${name} ${attribute} ${scheme}`] : [];
    });
    return harmless ? names : [name, ...names];
  });
}

describe('toHtml', () => {
  it.each([
    { text: '# A\n\nb **c** ~~d~~ `e`', html: '<h1>A</h1>\n<p>b <strong>c</strong> <del>d</del> <code>e</code></p>' },
    { text: '[a](https://b.example "t")', html: '<p><a href="https://b.example" title="t">a</a></p>' },
    {
      text: '- [x] a',
      html: '<ul class="contains-task-list">\n<li class="task-list-item"><input type="checkbox" checked disabled> a</li>\n</ul>',
    },
    { text: '```js\na < b\n```', html: '<pre><code class="language-js">a &#x3C; b\n</code></pre>' },
    { text: '<https://a.example>', html: '<p><a href="https://a.example">https://a.example</a></p>' },
  ])('$text', ({ text, html: expected }) => {
    expect(html(text)).toBe(expected);
  });

  it.each([
    {
      text: '<div>kept</div>',
      shows: '&#x3C;div>kept&#x3C;/div>',
      because: 'what looks like HTML is text, and not lost',
    },
    { text: 'a <b>c</b>', shows: '&#x3C;b>c&#x3C;/b>', because: 'inline as well' },
  ])('$because', ({ text, shows }) => {
    expect(html(text)).toContain(shows);
  });

  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<svg/onload=alert(1)>',
    '<a href="javascript:alert(1)">x</a>',
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](\u0001javascript:alert(1))',
    '[x](java&#x0A;script:alert(1))',
    '[x](data:text/html;base64,PHNjcmlwdD4=)',
    '[x](vbscript:alert(1))',
    '<javascript:alert(1)>',
    '![x](javascript:alert(1))',
    '![x](data:image/svg+xml,<svg onload=alert(1)>)',
    '![x" onerror="alert(1)](a)',
    '[x](a "\\" onmouseover=\\"alert(1)")',
    '[r]\n\n[r]: javascript:alert(1)',
    '```x" onclick="alert(1)\na\n```',
    '<style>*{display:none}</style>',
    '<!-- --><iframe src="https://a.example"></iframe>',
    '| a |\n|-|\n| <script>alert(1)</script> |',
  ])('lets nothing run: %s', (text) => {
    expect(dangersIn(html(text))).toEqual([]);
  });

  it('lets nothing run, for any text', () => {
    const parts = [
      '<',
      '>',
      '"',
      "'",
      '/',
      '=',
      '[x](',
      ')',
      'script',
      'javascript:',
      'onload=',
      'style',
      ' ',
      '\n',
      '`',
      '&lt;',
      '![',
      '](',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...parts)), (text) => {
        expect(dangersIn(html(text.join('')))).toEqual([]);
      }),
    );
  });

  it('would notice', () => {
    const bad = '<p onclick="x"><script><a href=" javascript:x"><p style="a"><img src="data:x" alt="a > b">';
    expect(dangersIn(bad)).toEqual(['p onclick', 'script', 'a href javascript', 'p style', 'img src data']);
  });
});
