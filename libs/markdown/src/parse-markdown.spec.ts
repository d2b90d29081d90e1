import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMarkdown } from './parse-markdown.ts';
import { anyMarkdown } from './testing/index.ts';
import { toHtml } from './to-html.ts';
import { toPlainText } from './to-plain-text.ts';

describe('parseMarkdown', () => {
  it('never throws, and neither does rendering', () => {
    fc.assert(
      fc.property(anyMarkdown, (text) => {
        const tree = parseMarkdown(text);
        expect(toHtml(tree)).toBeTypeOf('string');
        expect(toPlainText(tree)).toBeTypeOf('string');
      }),
    );
  });

  it.each([
    { name: 'references to a long target', text: `[a]: ${'x'.repeat(90_000)}\n\n${'[a]\n\n'.repeat(900)}` },
    { name: 'a wide table of short rows', text: `${'|a'.repeat(1500)}\n${'|-'.repeat(1500)}\n${'|b\n'.repeat(1200)}` },
    { name: 'lists in lists', text: `${'- '.repeat(32)}a\n`.repeat(3900) },
    { name: 'links', text: '[a](b) '.repeat(200).concat('\n\n').repeat(180) },
    { name: 'addresses', text: 'a@b.c '.repeat(40_000) },
  ])('makes no more of $name than a renderer can bear', ({ text }) => {
    const html = toHtml(parseMarkdown(text));
    expect(html.length).toBeLessThan(5 * text.length + 300_000);
    expect(html.match(/<\w/g)?.length ?? 0).toBeLessThan(45_000);
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
