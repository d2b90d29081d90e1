import { readdirSync, readFileSync } from 'node:fs';
import { readOutput, type Output } from '@trunkline/events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outputOfBlock } from './render-buttons.ts';
import { splitText } from './render-split.ts';
import { renderOutput, type RenderContext } from './render.ts';

const folder = new URL('../fixtures/', import.meta.url);
const target = { type: 'slack', connector: 'team', channel_id: 'C1' } as const;

function outputOf(fields: object): Output {
  const read = readOutput({ output_id: 'out_1', session_id: 's', ...fields });
  if (!read.ok) throw new Error(read.problems.join());
  return read.value;
}

const render = (fields: object, context: Partial<RenderContext> = {}) =>
  renderOutput(outputOf(fields), { target, format: 'markdown', ...context });

describe('fixtures', () => {
  it.each(readdirSync(folder).filter((file) => file.endsWith('.output.json')))('%s', async (file) => {
    const { output, context } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as {
      output: object;
      context?: Partial<RenderContext>;
    };
    const shown = JSON.stringify(render(output, context), null, 2);
    await expect(`${shown}\n`).toMatchFileSnapshot(`../fixtures/${file.replace('.output.', '.steps.')}`);
  });
});

describe('buttons', () => {
  const row = (n: number) => Array.from({ length: 25 }, (_, at) => ({ label: `${n}.${at}`, value: `${n}` }));
  const parts = Array.from({ length: 3 }, (_, part) => ({
    type: 'buttons',
    rows: Array.from({ length: 25 }, (_row, n) => row(part * 25 + n)),
  }));

  it('are in blocks that Slack takes, with ids that stand once in an output', () => {
    const steps = render({ content: 'Which?', parts });
    const blocks = steps.map((step) => (step.do === 'post' ? (step.message.blocks ?? []) : []));
    for (const each of blocks) expect(each.length).toBeLessThanOrEqual(50);
    const ids = blocks.flat().flatMap((block) => (block.type === 'actions' ? [block.block_id] : []));
    expect(new Set(ids).size).toBe(75);
    expect(new Set(ids.map(outputOfBlock))).toEqual(new Set(['out_1']));
    for (const step of steps) if (step.do === 'post') expect(step.message.text.length).toBeLessThanOrEqual(4_000);
  });

  it('of others belong to no output', () => {
    expect(outputOfBlock('aBc1')).toBeUndefined();
    expect(outputOfBlock('trunkline:out:with:colons:7')).toBe('out:with:colons');
  });
});

describe('splitText', () => {
  const text = fc
    .array(fc.constantFrom('word ', '\n', '👩‍👩‍👧‍👦', 'é', '<https://example.com|a link>', '&amp;', '```', 'x'.repeat(30)), {
      maxLength: 60,
    })
    .map((pieces) => pieces.join(''));

  it('loses nothing and keeps to the limit', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 40, max: 120 }), (whole, limit) => {
        const pieces = splitText(whole, { limit });
        expect(pieces.join('')).toBe(whole);
        for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(limit);
      }),
    );
  });

  it('cuts no emoji, no link, no entity', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 40, max: 120 }), (whole, limit) => {
        for (const piece of splitText(whole, { limit })) {
          expect(piece.isWellFormed()).toBe(true);
          expect(piece.split('<').length).toBe(piece.split('>').length);
          expect(piece.split('&').length).toBe(piece.split('&amp;').length);
        }
      }),
    );
  });

  it('closes a fence and opens it again', () => {
    const code = Array.from({ length: 40 }, (_, n) => `line ${n}`).join('\n');
    const pieces = splitText(`before\n\`\`\`\n${code}\n\`\`\`\nafter`, { limit: 100, fences: true });
    expect(pieces.length).toBeGreaterThan(3);
    for (const piece of pieces) {
      expect(piece.length).toBeLessThanOrEqual(100);
      expect(piece.split('```').length % 2).toBe(1);
    }
    const lines = pieces.flatMap((piece) => piece.split('\n')).filter((line) => line.startsWith('line'));
    expect(lines).toEqual(code.split('\n'));
  });
});
