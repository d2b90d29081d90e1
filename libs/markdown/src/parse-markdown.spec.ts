import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTooDeep } from './markdown-limits.ts';
import { parseMarkdown } from './parse-markdown.ts';
import { toHtml } from './to-html.ts';
import { toPlainText } from './to-plain-text.ts';

/** Text that is likely to mean something: marks, containers, breaks and some words. */
const markdownish = fc
  .array(
    fc.constantFrom(
      '*',
      '**',
      '_',
      '`',
      '```',
      '~~',
      '[',
      '](',
      ')',
      '!',
      '<',
      '>',
      '- ',
      '1. ',
      '# ',
      '|',
      '|-|',
      '\n',
      '\n\n',
      '    ',
      '\t',
      '\\',
      '&amp;',
      'http://a.b',
      'word ',
      'ä',
      '👩‍👩‍👧',
      '\ud800',
      '\0',
      '[^1]',
      '[a]: b',
    ),
  )
  .map((parts) => parts.join(''));

describe('parseMarkdown', () => {
  it('never throws, and neither does rendering', () => {
    fc.assert(
      fc.property(fc.oneof(markdownish, fc.string({ unit: 'binary' })), (text) => {
        const tree = parseMarkdown(text);
        expect(toHtml(tree)).toBeTypeOf('string');
        expect(toPlainText(tree)).toBeTypeOf('string');
      }),
    );
  });

  it.each([
    { name: 'emphasis in emphasis', text: '*a **b '.repeat(4000) + ' c** d*'.repeat(4000) },
    { name: 'unbalanced emphasis', text: '**a*'.repeat(16_000) },
    {
      name: 'code of every length',
      text: Array.from({ length: 350 }, (_, length) => `${'`'.repeat(length)}a`).join(''),
    },
    { name: 'links that look for their end', text: '[a](<'.repeat(16_000) },
    { name: 'brackets', text: '['.repeat(64_000) },
    { name: 'footnotes', text: `${'[^1]'.repeat(16_000)}\n\n[^1]: x` },
    { name: 'quotes in quotes', text: `${'>'.repeat(64_000)}a` },
    { name: 'lists in lists', text: `${'- '.repeat(32_000)}a` },
    {
      name: 'lists in lists, by indentation',
      text: Array.from({ length: 250 }, (_, depth) => `${'  '.repeat(depth)}- a`).join('\n'),
    },
    { name: 'a long table', text: `|a|b|\n|-|-|\n${'|c|d|\n'.repeat(40_000)}` },
    { name: 'a wide table', text: `${'|a'.repeat(3000)}\n${'|-'.repeat(3000)}\n${'|b'.repeat(3000)}` },
  ])('takes no time to speak of for $name', ({ text }) => {
    const started = performance.now();
    toHtml(parseMarkdown(text));
    expect(performance.now() - started).toBeLessThan(15_000);
  });

  it('keeps the blocks of a text whose emphasis is too much, and all its characters', () => {
    const noise = '*a **b '.repeat(400);
    const html = toHtml(parseMarkdown(`# Title\n\n${noise}\n\n- item\n\n\`\`\`js\nlet x;\n\`\`\``));
    expect(html).toContain('<h1>Title</h1>');
    expect(html).toContain(noise.trim());
    expect(html).toContain('<li>item</li>');
    expect(html).toContain('<code class="language-js">');
  });

  it('takes a long text with much emphasis in many paragraphs for what it is', () => {
    const html = toHtml(parseMarkdown('Some *em* and `code`.\n\n'.repeat(300)));
    expect(html.match(/<em>/g)).toHaveLength(300);
  });

  it('does not mistake the marks in a long code block for emphasis', () => {
    const html = toHtml(parseMarkdown(`*a*\n\n\`\`\`\n${'[*]'.repeat(1000)}\n\`\`\``));
    expect(html).toContain('<em>a</em>');
  });
});

describe('isTooDeep', () => {
  it.each([
    { text: `${'> '.repeat(32)}a`, deep: false, because: 'deep, but readable' },
    { text: `${'> '.repeat(33)}a`, deep: true, because: 'quotes' },
    { text: `a\n${'1. '.repeat(33)}a`, deep: true, because: 'lists, on any line' },
    { text: '-'.repeat(80), deep: false, because: 'a rule' },
    { text: '- '.repeat(80), deep: false, because: 'a rule with spaces' },
    { text: `${'*'.repeat(80)}a`, deep: false, because: 'stars without a space make no list' },
    { text: `${' '.repeat(120)}code`, deep: false, because: 'indentation alone' },
    { text: `${' '.repeat(120)}- a`, deep: true, because: 'a list far to the right' },
  ])('$deep: $because', ({ text, deep }) => {
    expect(isTooDeep(text)).toBe(deep);
  });
});
