import type { Bus } from '@trunkline/bus';
import { startFakeTelegram, startNats, type FakeTelegram, type NatsServer } from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { delivering, deliveryTo, freshBus, queue, settled } from './testing/delivering.ts';

let nats: NatsServer;
let bus: Bus;
beforeAll(async () => {
  nats = await startNats();
  bus = await freshBus(nats.url);
});
afterAll(async () => {
  await bus.close();
  await nats[Symbol.asyncDispose]();
});

const refusals = (telegram: FakeTelegram) =>
  telegram.calls().filter(({ outcome }) => outcome !== 'lost' && !outcome.ok);
const textsIn = (telegram: FakeTelegram, chat: number) => telegram.sent(chat).map(({ text = '' }) => text);
const bare = (text: string) => text.replace(/\s+/g, '');

/** G17: what models write, and what breaks gateways that escape by hand. */
const awkward = {
  numbers: 'Version 1.5! (see #3) - done_ok = {yes}|{no} ~ + > .',
  'unbalanced star': 'a * b and **c and _d',
  'a tag that is none': 'takes <24h, <b>not closed & done',
  'nested backticks': 'use ``a `b` c`` and ```\nfence never closed `x`',
  'pairs at the boundary': `${'x'.repeat(4095)}😀${'y'.repeat(4094)}😀😀 end`,
  'thirty thousand characters': Array.from({ length: 3000 }, (_, at) => `Word ${at}.`).join(' '),
};

describe.each(['markdown', 'plain'] as const)('G17: %s', (format) => {
  it.each(Object.entries(awkward))('%s', async (_name, content) => {
    await using telegram = await startFakeTelegram({ chats: [{ id: 7 }] });
    telegram.say({ text: 'hello', user: 7 });
    await using _running = await delivering({ bus, telegram });
    const delivery = deliveryTo({ chat_id: 7 }, { content, format });
    await queue([delivery], bus);
    expect((await settled([delivery], bus)).map(({ state }) => state)).toEqual(['delivered']);
    expect(refusals(telegram)).toEqual([]);
    const texts = textsIn(telegram, 7);
    for (const text of texts) expect(text.length).toBeLessThanOrEqual(4096);
    if (format === 'plain') expect(bare(texts.join(''))).toBe(bare(content));
    else for (const word of content.match(/[a-z\d]{2,}/gi) ?? []) expect(texts.join(' ')).toContain(word);
  });
});

describe('what Telegram cannot parse', () => {
  it('G17: is said once more as plain text, and only that piece', async () => {
    await using telegram = await startFakeTelegram({ chats: [{ id: 7 }] });
    telegram.say({ text: 'hello', user: 7 });
    await using _running = await delivering({ bus, telegram });
    const parts = ['**one**', '**two**', '**three**'].map((text) => ({ type: 'text' as const, text }));
    telegram.faults.add({
      method: 'sendMessage',
      when: ({ text }) => text === 'two',
      fault: { kind: 'error', code: 400, description: "Bad Request: can't parse entities: whatever" },
    });
    const delivery = deliveryTo({ chat_id: 7 }, { parts });
    await queue([delivery], bus);
    expect(await settled([delivery], bus)).toMatchObject([{ state: 'delivered', attempt_count: 3 }]);
    expect(telegram.sent(7).map(({ text, entities }) => [text, entities?.length ?? 0])).toEqual([
      ['one', 1],
      ['two', 0],
      ['three', 1],
    ]);
    expect(telegram.calls('sendMessage')).toHaveLength(4);
  });

  it('html that is no html arrives as it was written', async () => {
    await using telegram = await startFakeTelegram({ chats: [{ id: 7 }] });
    telegram.say({ text: 'hello', user: 7 });
    await using _running = await delivering({ bus, telegram }, { fields: { format: 'html' } });
    const good = deliveryTo({ chat_id: 7 }, { content: '<b>fine</b> &amp; well' });
    const bad = deliveryTo({ chat_id: 7 }, { content: 'takes <24h & <b>more</b>' });
    const long = deliveryTo({ chat_id: 7 }, { content: `<i>${'long '.repeat(1000)}</i>` });
    await queue([good, bad, long], bus);
    for (const { state } of await settled([good, bad, long], bus)) expect(state).toBe('delivered');
    const [first, second, ...rest] = telegram.sent(7);
    expect(first).toMatchObject({ text: 'fine & well', entities: [{ type: 'bold', offset: 0, length: 4 }] });
    expect(second?.text).toBe('takes <24h & more');
    expect(bare(rest.map(({ text }) => text).join(''))).toBe('long'.repeat(1000));
  });
});
