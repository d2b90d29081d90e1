import { readdirSync, readFileSync } from 'node:fs';
import { parseMarkdown } from '@trunkline/markdown';
import { anyMarkdown, longAnswer, ordinaryMarkdown } from '@trunkline/markdown/testing';
import fc from 'fast-check';
import { slackifyMarkdown } from 'slackify-markdown';
import { describe, expect, it } from 'vitest';
import { mrkdwnChunks, toMrkdwn } from './mrkdwn.ts';

const fixtures = new URL('../fixtures/mrkdwn/', import.meta.url);
const mrkdwn = (text: string) => toMrkdwn(parseMarkdown(text));

/** Angle brackets that are not a link to a harmless scheme: what could mention somebody. */
const liveIn = (text: string) =>
  [...text.matchAll(/<[^>]*>?/g)]
    .map(([tag]) => tag)
    .filter((tag) => !/^<(?:https?|mailto|tel|ftp|slack):[^<>|\s]*(?:\|[^<>|\n]+)?>$/i.test(tag));

/** What one sees of mrkdwn, but white space and the seams of chunks. */
const seen = (text: string) =>
  text
    .replace(/^ *>/gm, '')
    .replace(/[\s\u200b`*_~]/g, '')
    .replace(/&gt;/g, '>');

describe('toMrkdwn', () => {
  it.each(readdirSync(fixtures).filter((file) => file.endsWith('.md')))('%s', async (file) => {
    const text = readFileSync(new URL(file, fixtures), 'utf8');
    await expect(`${mrkdwn(text)}\n`).toMatchFileSnapshot(`../fixtures/mrkdwn/${file.replace('.md', '.mrkdwn.txt')}`);
  });

  it.each([
    {
      text: '<!channel> <@U1> <#C1>',
      shows: '&lt;!channel&gt; &lt;@U1&gt; &lt;#C1&gt;',
      because: 'mentions in the text are text',
    },
    { text: '[a](!channel) [b](@U1)', shows: 'a (!channel) b (@U1)', because: 'mentions in targets too' },
    { text: '[x](javascript:alert)', shows: 'x (javascript:alert)', because: 'other schemes are text' },
    {
      text: '[a|b>c](https://d.example/e|f>g)',
      shows: '<https://d.example/e%7Cf%3Eg|a∣b&gt;c>',
      because: 'a link cannot be left',
    },
    { text: 'http://a.b```', shows: '<http://a.b%60%60%60>', because: 'ticks in a target are no fence' },
    { text: 'a**b**c', shows: 'a\u200b*b*\u200bc', because: 'a mark needs the border of a word' },
    { text: '**a***b*', shows: '*a*\u200b_b_', because: 'and distance from another' },
    {
      text: '\\*a\\* \\_b\\_ \\~c\\~',
      shows: '*\u200ba\u200b* _\u200bb\u200b_ ~\u200bc\u200b~',
      because: 'marks in the text are no marks',
    },
    { text: 'snake_case 2 * 3', shows: 'snake_case 2 * 3', because: 'where they cannot be any, they stay alone' },
    { text: '\\`\\`\\`a', shows: '`\u200b`\u200b`\u200ba', because: 'ticks in the text are no fence' },
    { text: '`` a`b ``', shows: 'a`\u200bb', because: 'Slack has no code span with a tick' },
    { text: '````\n```\n````', shows: '```\n``\u200b`\n```', because: 'nor a fence with a fence' },
    { text: '\\> a', shows: '\u200b&gt; a', because: 'no quote by accident' },
    { text: '**a\nb**', shows: '*a*\n*b*', because: 'a mark ends with its line' },
    { text: '# a **b** c', shows: '*a b c*', because: 'no bold in bold' },
  ])('$because', ({ text, shows }) => {
    expect(mrkdwn(text)).toBe(shows);
  });

  // Differences of slackify-markdown, checked by hand: its rules are ***, its tables stay markdown, its tasks stay [ ], it does
  // not escape the & of code and targets, it leaves mentions alive, it labels an
  // address with itself, it puts a zero-width space at each mark.
  it.each([
    'Some *emphasis*, **strong**, ~~gone~~ and `code`.',
    '# Title\n\nText under it.\n\n## Second',
    'a [link](https://a.example/x?a=1&b=2) and more',
    '- one\n- two\n- three',
    '1. one\n2. two',
    '> quoted\n> text',
    '```ts\nlet a = b && c;\n```',
    '![alt](https://a.example/i.png)',
    'hel*l*o w**o**rld',
    'AT&T a & b',
  ])('shows what slackify-markdown shows: %s', (text) => {
    const plain = (shown: string) => seen(shown).replaceAll('&amp;', '&');
    expect(plain(mrkdwn(text))).toBe(plain(slackifyMarkdown(text)));
  });
});

describe('mrkdwnChunks', () => {
  it('are within the limit, balanced, not blank, and mention nobody, for any text', () => {
    fc.assert(
      fc.property(anyMarkdown, fc.integer({ min: 200, max: 600 }), (text, limit) => {
        for (const chunk of mrkdwnChunks(parseMarkdown(text), { limit })) {
          expect(chunk.length).toBeLessThanOrEqual(limit);
          expect(chunk.trim()).not.toBe('');
          expect((chunk.match(/```/g)?.length ?? 0) % 2).toBe(0);
          expect(liveIn(chunk)).toEqual([]);
        }
      }),
    );
  });

  it('say together what the whole says, seams apart', () => {
    const withoutTables = ordinaryMarkdown.filter((text) => !text.includes('|--:|'));
    fc.assert(
      fc.property(withoutTables, fc.integer({ min: 300, max: 600 }), (text, limit) => {
        const tree = parseMarkdown(text);
        expect(seen(mrkdwnChunks(tree, { limit }).join('\n'))).toBe(seen(toMrkdwn(tree)));
      }),
    );
  });

  it('bring a long answer whole', () => {
    const tree = parseMarkdown(longAnswer());
    const chunks = mrkdwnChunks(tree);
    expect(chunks.length).toBeLessThan(16);
    expect(chunks.filter((chunk) => chunk.length > 4000)).toEqual([]);
    expect(seen(chunks.join('\n'))).toBe(seen(toMrkdwn(tree)));
    expect(chunks.flatMap(liveIn)).toEqual([]);
  });

  it.each([
    { text: 'a'.repeat(4000), sizes: [4000], because: 'exactly the limit' },
    { text: 'a'.repeat(4001), sizes: [4000, 1], because: 'one more' },
    { text: `${'a'.repeat(3999)}😀`, sizes: [3999, 2], because: 'surrogates stay together' },
    { text: `${'a'.repeat(3990)}👨‍👩‍👧‍👦`, sizes: [3990, 11], because: 'a family stays together' },
    { text: '&'.repeat(801), sizes: [4000, 5], because: 'an escaped character is five, and not cut' },
    { text: '&#32;', sizes: [], because: 'blank is nothing' },
  ])('cut at the limit: $because', ({ text, sizes }) => {
    expect(mrkdwnChunks(parseMarkdown(text)).map((chunk) => chunk.length)).toEqual(sizes);
  });
});

describe('the judges of these tests', () => {
  it('would notice a mention', () => {
    expect(liveIn('<!here> <@U1> <#C1|a> <https://a|b> <x')).toEqual(['<!here>', '<@U1>', '<#C1|a>', '<x']);
  });
});
