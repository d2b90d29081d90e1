import { readdirSync, readFileSync } from 'node:fs';
import { canonicalTarget, readDelivery, type Delivery } from '@trunkline/events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { heldValueKey, heldValues, pressData } from './render-buttons.ts';
import { htmlToPlain } from './render-html.ts';
import { messageIdText, readMessageId } from './render-message-id.ts';
import { plainChunks } from './render-plain.ts';
import { reactionEmoji } from './render-reaction.ts';
import { textChunks, type TextFormat } from './render-text.ts';
import { renderSteps, type Earlier } from './render.ts';

const folder = new URL('../fixtures/', import.meta.url);

interface Fixture {
  target?: object;
  format?: TextFormat;
  earlier?: Earlier;
  output: object;
}

function delivery({ target = { chat_id: 5 }, output }: Fixture): Delivery {
  const read = readDelivery({
    v: 1,
    delivery_id: 'dlv_1',
    output_id: 'out_1',
    session_id: 's',
    target: canonicalTarget({ type: 'telegram', connector: 'bot', ...target }),
    created_at: '2026-01-01T00:00:00.000Z',
    expires_at: '2026-01-02T00:00:00.000Z',
    output: { output_id: 'out_1', session_id: 's', ...output },
  });
  if (!read.ok) throw new Error(read.problems.join());
  return read.value;
}

describe('fixtures', () => {
  it.each(readdirSync(folder).filter((file) => file.endsWith('.output.json')))('%s', async (file) => {
    const fixture = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Fixture;
    const steps = renderSteps(delivery(fixture), { format: 'markdown', earlier: [], ...fixture });
    const shown = JSON.stringify(steps, null, 2);
    await expect(`${shown}\n`).toMatchFileSnapshot(`../fixtures/${file.replace('.output.', '.steps.')}`);
  });
});

describe('texts', () => {
  const unit = fc.constantFrom(
    'a',
    ' ',
    '\n',
    '**',
    '`',
    '😀',
    '👩‍👩‍👧',
    'e\u0301',
    '<b>',
    '</b>',
    '&lt;',
    '<24h',
    '[x](https://e.example)',
  );
  const text = fc.array(unit, { maxLength: 60 }).map((units) => units.join(''));

  it.each<TextFormat>(['markdown', 'html', 'plain'])(
    '%s: never more than the limit, no half characters, no blank ones',
    (format) => {
      fc.assert(
        fc.property(text, fc.integer({ min: 20, max: 40 }), (written, limit) => {
          for (const chunk of textChunks(written, { format, limit })) {
            expect(chunk.text.length).toBeLessThanOrEqual(limit);
            expect(chunk.text.isWellFormed()).toBe(true);
            expect(chunk.text.trim()).not.toBe('');
          }
        }),
      );
    },
  );

  it('plain: the pieces are the text', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 20, max: 40 }), (written, limit) => {
        const said = plainChunks(written, limit).join('').replace(/\s/g, '');
        expect(said).toBe(written.replace(/\s/g, ''));
      }),
    );
  });

  it.each([
    { text: 'one two three', limit: 9, chunks: ['one two ', 'three'], because: 'a word stays whole' },
    {
      text: 'one\ntwo three',
      limit: 9,
      chunks: ['one\ntwo ', 'three'],
      because: 'a line that is too short is no seam',
    },
    { text: 'aaaa😀bbbb', limit: 5, chunks: ['aaaa', '😀bbb', 'b'], because: 'a pair stays together' },
    { text: 'aaa👩‍👩‍👧', limit: 9, chunks: ['aaa', '👩‍👩‍👧'], because: 'so does a family' },
    {
      text: `e${'\u0301'.repeat(99)}`,
      limit: 50,
      chunks: [`e${'\u0301'.repeat(49)}`, '\u0301'.repeat(50)],
      because: 'a heap of marks is cut',
    },
  ])('plain: $because', ({ text: written, limit, chunks }) => {
    expect(plainChunks(written, limit)).toEqual(chunks);
  });

  it('html that is too long for one message goes without formatting', () => {
    const chunks = textChunks(`<b>${'x '.repeat(3000)}</b>`, { format: 'html', limit: 4096 });
    expect(chunks).toEqual([{ text: 'x '.repeat(2048) }, { text: 'x '.repeat(952) }]);
  });
});

it.each([
  { html: 'takes <24h & <b>more</b>', plain: 'takes <24h & more', because: 'only Telegram tags are tags' },
  {
    html: '&lt;b&gt; &#128512; &#x41; &nbsp; &#xD800;',
    plain: '<b> 😀 A &nbsp; &#xD800;',
    because: 'references are read',
  },
  {
    html: '<a href="https://e.example/?a=1&amp;b=2">here</a>',
    plain: 'here (https://e.example/?a=1&b=2)',
    because: 'a link stays',
  },
  { html: '<pre><code class="language-ts">a</code></pre><a name=x>y</a>', plain: 'ay', because: 'attributes go' },
])('html as plain text: $because', ({ html, plain }) => {
  expect(htmlToPlain(html)).toBe(plain);
});

describe('buttons', () => {
  it.each([
    { value: 'yes', data: 'yes', because: 'a short value is its own data' },
    { value: 'é'.repeat(32), data: 'é'.repeat(32), because: '64 bytes fit' },
    { value: 'é'.repeat(32) + 'x', data: /^h:[\w-]{22}$/, because: '65 bytes do not' },
    { value: '', data: /^h:[\w-]{22}$/, because: 'Telegram takes no empty data' },
    { value: `h:${'a'.repeat(22)}`, data: /^h:(?!a{22})[\w-]{22}$/, because: 'it would be taken for the other form' },
  ])('$because', ({ value, data }) => {
    expect(pressData(value)).toMatch(data instanceof RegExp ? data : new RegExp(`^${data}$`));
    const held = heldValues([{ type: 'buttons', rows: [[{ label: 'x', value }]] }]);
    expect(held).toEqual(data instanceof RegExp ? [{ key: heldValueKey(pressData(value)), value }] : []);
  });

  it('hang on further messages where they are too many for one', () => {
    const rows = Array.from({ length: 25 }, () =>
      Array.from({ length: 9 }, (_, at) => ({ label: `${at}`, value: 'x' })),
    );
    const steps = renderSteps(delivery({ output: { content: 'x', parts: [{ type: 'buttons', rows }] } }), {
      format: 'plain',
      earlier: [],
    });
    const keyboards = steps.map((step) => ('keyboard' in step ? (step.keyboard ?? []) : []));
    expect(keyboards.map((keyboard) => keyboard.flat().length)).toEqual([99, 99, 27]);
    expect(Math.max(...keyboards.flat().map((row) => row.length))).toBe(8);
  });
});

it.each([
  { name: 'thumbsup', emoji: '👍' },
  { name: ':+1:', emoji: '👍' },
  { name: '🔥', emoji: '🔥' },
  { name: '❤️', emoji: '❤' },
  { name: 'partyparrot', emoji: undefined },
  { name: '1', emoji: undefined },
])('reaction $name is $emoji', ({ name, emoji }) => {
  expect(reactionEmoji(name)).toBe(emoji);
});

it.each([
  { text: '57', place: { messageId: 57 } },
  { text: '-1001:57', place: { chatId: '-1001', messageId: 57 } },
  { text: '0', place: undefined },
  { text: '1700000000.000100', place: undefined },
  { text: 'draft:5', place: undefined },
])('message id $text', ({ text, place }) => {
  expect(readMessageId(text)).toEqual(place);
  if (place) expect(messageIdText(place)).toBe(text);
});
