import { readdirSync, readFileSync } from 'node:fs';
import { parseMarkdown } from '@trunkline/markdown';
import { anyMarkdown, longAnswer, ordinaryMarkdown } from '@trunkline/markdown/testing';
import fc from 'fast-check';
import telegramify from 'telegramify-markdown';
import { describe, expect, it } from 'vitest';
import { entityChunks, toEntities, type EntityText, type TextEntity } from './entities.ts';

const fixtures = new URL('../fixtures/entities/', import.meta.url);
const rendered = (text: string) => toEntities(parseMarkdown(text));
const partOf = ({ text }: EntityText, { offset, length }: TextEntity) => text.slice(offset, offset + length);
const shown = (message: EntityText) => message.entities.map((entity) => `${entity.type}: ${partOf(message, entity)}`);

/** What Telegram would refuse, ignore or change, by its rules: written without a look at the renderer. */
function faultsOf(message: EntityText): string[] {
  const { text, entities } = message;
  const faults = entities.length > 100 ? ['too many'] : [];
  const open: TextEntity[] = [];
  let before = { offset: 0, length: Infinity };
  for (const entity of entities) {
    const part = partOf(message, entity);
    const end = entity.offset + entity.length;
    const keepsIndent = entity.type === 'pre' || entity.type === 'blockquote';
    if (entity.length <= 0 || end > text.length) faults.push('outside');
    if (part !== part.trimEnd() || (keepsIndent ? /^\s*\n/.test(part) : /^\s/.test(part))) faults.push('white space');
    if (/^[\udc00-\udfff]/.test(part) || /[\ud800-\udbff]$/.test(part)) {
      if (text.isWellFormed()) faults.push('half a character');
    }
    if (entity.offset < before.offset || (entity.offset === before.offset && entity.length > before.length))
      faults.push('unsorted');
    while (open.length > 0 && endOf(open.at(-1)) <= entity.offset) open.pop();
    if (open.some((outer) => endOf(outer) < end)) faults.push('crossing');
    for (const outer of open) if (!mayContain(outer, entity)) faults.push(`${entity.type} in ${outer.type}`);
    if (entity.type === 'text_link' && !/^(?:https?|tg|mailto):/i.test(entity.url)) faults.push('scheme');
    open.push(entity);
    before = entity;
  }
  return faults;
}

const endOf = (entity: TextEntity | undefined) => (entity ? entity.offset + entity.length : 0);
const isStyle = ({ type }: TextEntity) => type === 'bold' || type === 'italic' || type === 'strikethrough';
const isCode = ({ type }: TextEntity) => type === 'code' || type === 'pre';

function mayContain(outer: TextEntity, inner: TextEntity): boolean {
  if (isCode(outer) || outer.type === inner.type) return false;
  if (isStyle(outer)) return !isCode(inner);
  return outer.type === 'blockquote' || isStyle(inner);
}

describe('toEntities', () => {
  it.each(readdirSync(fixtures).filter((file) => file.endsWith('.md')))('%s', async (file) => {
    const message = rendered(readFileSync(new URL(file, fixtures), 'utf8'));
    const golden = `${JSON.stringify(
      message.entities.map((entity) => ({ ...entity, shows: partOf(message, entity) })),
      null,
      2,
    )}\n`;
    await expect(`${message.text}\n`).toMatchFileSnapshot(`../fixtures/entities/${file.replace('.md', '.txt')}`);
    await expect(golden).toMatchFileSnapshot(`../fixtures/entities/${file.replace('.md', '.entities.json')}`);
  });

  it.each([
    { text: '**a *b* c**', entities: ['bold: a b c', 'italic: b'], because: 'styles nest' },
    { text: '**a `b` c**', entities: ['bold: a', 'code: b', 'bold: c'], because: 'but not around code' },
    {
      text: '[a `b` **c**](https://d.example)',
      entities: ['text_link: a b c', 'bold: c'],
      because: 'nor is there code in a link',
    },
    { text: '# a **b**', entities: ['bold: a b'], because: 'no bold in bold' },
    { text: '> a\n> > b', entities: ['blockquote: a\n\n> b'], because: 'nor a quote in a quote' },
    { text: '```js\n  a\n\n```', entities: ['pre:   a'], because: 'code keeps its indentation' },
    { text: '[a](docs/b) [c](javascript:d)', entities: [], because: 'other schemes are text' },
    {
      text: '[a](tg://user?id=1) [b](mailto:c@d.e)',
      entities: ['text_link: a', 'text_link: b'],
      because: 'these are not',
    },
    { text: 'https://a.example', entities: [], because: 'Telegram finds an address itself' },
    { text: '😀 **b**', entities: ['bold: b'], because: 'offsets count UTF-16 units' },
    { text: '|a|\n|-|\n|b|', entities: ['pre: a\n---\nb'], because: 'a table is set as code' },
  ])('$because', ({ text, entities }) => {
    expect(shown(rendered(text))).toEqual(entities);
  });

  it('shows at most 100 entities', () => {
    const message = rendered('**a** '.repeat(120));
    expect(message.entities).toHaveLength(100);
    expect(message.text).toBe('a '.repeat(120).trim());
  });

  // Differences of telegramify-markdown, checked by hand: it has no rules, tables or tasks, drops the language of code, keeps the > of a
  // quote (which its parse mode reads), and leaves out targets with schemes that it does not know.
  it.each([
    'Some *emphasis*, **strong**, ~~gone~~ and `code`.',
    '# Title\n\nText under it.',
    'a [link](https://a.example/x?a=1&b=2) and more',
    '- one\n- two\n- three',
    '1. one\n2. two',
    '> quoted text',
    '```ts\nlet a = b && c;\n```',
    'Version 1.5! (really) #1 + 2 = 3 | {x} a-b',
    'AT&T a < b > c',
  ])('shows what telegramify-markdown shows: %s', (text) => {
    const visible = telegramify(text, 'escape')
      .replace(/\]\((?:\\.|[^)\\])*\)/g, ']')
      .replace(/\\(.)|([*_~`[\]>]|\|\|)/g, (_mark, escaped: string | undefined) => escaped ?? '');
    expect(rendered(text).text.replace(/\s/g, '')).toBe(visible.replace(/\s/g, ''));
  });
});

describe('entityChunks', () => {
  it('are within the limit, not blank, and nothing that Telegram would refuse, for any text', () => {
    fc.assert(
      fc.property(anyMarkdown, fc.integer({ min: 100, max: 400 }), (text, limit) => {
        for (const chunk of entityChunks(parseMarkdown(text), { limit })) {
          expect(chunk.text.length).toBeLessThanOrEqual(limit);
          // Telegram takes white space away up to the first entity.
          expect(chunk.text.trim()).toBe(chunk.entities[0]?.offset === 0 ? chunk.text.trim() : chunk.text);
          expect(chunk.text.trimEnd()).toBe(chunk.text);
          expect(chunk.text.trim()).not.toBe('');
          expect(faultsOf(chunk)).toEqual([]);
        }
      }),
    );
  });

  it('say together what the whole says, seams apart', () => {
    const withoutTables = ordinaryMarkdown.filter((text) => !text.includes('|--:|'));
    fc.assert(
      fc.property(withoutTables, fc.integer({ min: 200, max: 600 }), (text, limit) => {
        const tree = parseMarkdown(text);
        const said = entityChunks(tree, { limit }).map((chunk) => chunk.text);
        expect(said.join('').replace(/\s/g, '')).toBe(toEntities(tree).text.replace(/\s/g, ''));
      }),
    );
  });

  it('bring a long answer whole', () => {
    const tree = parseMarkdown(longAnswer());
    const chunks = entityChunks(tree);
    expect(chunks.length).toBeLessThan(14);
    expect(chunks.filter(({ text }) => text.length > 4096)).toEqual([]);
    expect(chunks.flatMap(faultsOf)).toEqual([]);
    expect(
      chunks
        .map(({ text }) => text)
        .join('')
        .replace(/\s/g, ''),
    ).toBe(toEntities(tree).text.replace(/\s/g, ''));
    const code = chunks.flatMap(({ entities }) =>
      entities.filter((entity) => entity.type === 'pre' && entity.language === 'ts'),
    );
    expect(code.length).toBeGreaterThan(2);
  });

  it.each([
    { text: 'a'.repeat(4096), sizes: [4096], because: 'exactly the limit' },
    { text: 'a'.repeat(4097), sizes: [4096, 1], because: 'one more' },
    { text: `${'a'.repeat(4095)}😀`, sizes: [4095, 2], because: 'surrogates stay together' },
    { text: `${'a'.repeat(4090)}👨‍👩‍👧‍👦`, sizes: [4090, 11], because: 'a family stays together' },
    { text: '🇩🇪'.repeat(1025), sizes: [4096, 4], because: 'flags fill it exactly' },
    { text: `**${'a'.repeat(5000)}**`, sizes: [4096, 904], because: 'bold goes on' },
    { text: '&#8203;', sizes: [], because: 'what cannot be seen is nothing' },
  ])('cut at the limit: $because', ({ text, sizes }) => {
    expect(entityChunks(parseMarkdown(text)).map((chunk) => chunk.text.length)).toEqual(sizes);
  });
});

describe('the judge of these tests', () => {
  it.each([
    {
      entities: [
        { type: 'bold', offset: 0, length: 3 },
        { type: 'italic', offset: 1, length: 3 },
      ],
      fault: 'crossing',
    },
    {
      entities: [
        { type: 'bold', offset: 1, length: 1 },
        { type: 'italic', offset: 0, length: 1 },
      ],
      fault: 'unsorted',
    },
    {
      entities: [
        { type: 'bold', offset: 0, length: 5 },
        { type: 'code', offset: 0, length: 3 },
      ],
      fault: 'code in bold',
    },
    { entities: [{ type: 'bold', offset: 5, length: 4 }], fault: 'white space' },
    { entities: [{ type: 'bold', offset: 8, length: 4 }], fault: 'outside' },
    { entities: [{ type: 'text_link', offset: 0, length: 1, url: 'javascript:a' }], fault: 'scheme' },
  ] satisfies { entities: TextEntity[]; fault: string }[])('would notice $fault', ({ entities, fault }) => {
    expect(faultsOf({ text: 'abcde fgh', entities })).toContain(fault);
  });
});
