import { canonicalTarget } from '@trunkline/events';
import { startFakeTelegram, type FakeTelegram } from '@trunkline/testing';
import { describe, expect, it } from 'vitest';
import { createBotApi } from './bot-api.ts';
import { createTelegramPresenter } from './live.ts';
import { telegramConnector } from './testing/telegram-connector.ts';

const context = { deliveryId: 'dlv_1', signal: new AbortController().signal };
const at = (fields: object) => canonicalTarget({ type: 'telegram', connector: 'bot', ...fields });

function presenterOf(telegram: FakeTelegram, fields: object = {}) {
  let now = 1_000_000;
  const config = telegramConnector({ ...fields });
  const api = createBotApi({ token: telegram.token, apiBaseUrl: telegram.url, timeoutMs: 10_000 });
  const presenter = createTelegramPresenter({
    bots: { get: () => ({ config, api }) },
    migrations: { newestId: (_connector, id) => id },
    budget: { take: async () => () => {} },
    now: () => now,
  });
  return Object.assign(presenter, { pass: (ms: number) => (now += ms) });
}

async function talking() {
  const telegram = await startFakeTelegram({ chats: [{ id: 7 }, { id: -9, type: 'supergroup' }] });
  const { message_id } = telegram.say({ text: 'hello', user: 7 }).message;
  return Object.assign(telegram, { asked: message_id });
}

describe('in private chats', () => {
  it('a text grows in a draft, which leaves nothing behind', async () => {
    await using telegram = await talking();
    const presenter = presenterOf(telegram);
    const shown = await presenter.open(at({ chat_id: 7 }), 'It **wor', context);
    expect(shown).toEqual({ id: expect.stringMatching(/^draft:[1-9]\d*$/) });
    if (shown === 'cannot') return;
    expect(await presenter.update(at({ chat_id: 7 }), shown.id, 'It **works**', context)).toBe('ok');
    expect(telegram.drafts).toMatchObject([{ text: expect.stringMatching(/^It /) }, { text: 'It works' }]);
    expect(new Set(telegram.drafts.map(({ draft_id }) => draft_id)).size).toBe(1);
    expect(telegram.sent(7)).toEqual([]);
  });

  it('a server that knows no drafts is asked once, and gets messages', async () => {
    await using telegram = await talking();
    telegram.faults.add({
      method: 'sendMessageDraft',
      times: 9,
      fault: { kind: 'error', code: 404, description: 'Not Found: method not found' },
    });
    const presenter = presenterOf(telegram);
    const target = at({ chat_id: 7, reply_to_message_id: telegram.asked });
    for (const text of ['one', 'two'])
      expect(await presenter.open(target, text, context)).toMatchObject({ id: expect.stringMatching(/^\d+$/) });
    expect(telegram.calls('sendMessageDraft')).toHaveLength(1);
    expect(telegram.sent(7)).toMatchObject([
      { text: 'one', reply_to_message: { message_id: telegram.asked } },
      { text: 'two' },
    ]);
  });
});

describe('in groups', () => {
  async function opened(telegram: FakeTelegram, fields: object = {}) {
    const presenter = presenterOf(telegram, fields);
    const shown = await presenter.open(at({ chat_id: -9 }), 'one', context);
    if (shown === 'cannot') throw new Error('It cannot be shown.');
    presenter.pass(3_000);
    const update = (text: string) => presenter.update(at({ chat_id: -9 }), shown.id, text, context);
    return { presenter, update, id: Number(shown.id) };
  }

  it('a text grows in a message, every three seconds at most', async () => {
    await using telegram = await talking();
    const { presenter, update } = await opened(telegram);
    expect(await update('one two')).toBe('ok');
    presenter.pass(1_500);
    expect(await update('one two three')).toEqual({ afterMs: 1_500 });
    expect(telegram.sent(-9)).toMatchObject([{ text: 'one two' }]);
    presenter.pass(1_500);
    expect(await update('one two')).toBe('ok');
    expect(telegram.drafts).toEqual([]);
  });

  it.each([
    {
      fault: { kind: 'rate_limited', retryAfter: 7 } as const,
      answer: { afterMs: 7_000 },
      because: 'Telegram asks for a pause',
    },
    { fault: 'drop' as const, answer: { afterMs: 5_000 }, because: 'the connection broke' },
    {
      fault: { kind: 'error', code: 400, description: 'Bad Request: message to edit not found' } as const,
      answer: 'gone',
      because: 'somebody deleted it',
    },
  ])('an update is $answer when $because', async ({ fault, answer }) => {
    await using telegram = await talking();
    const { update } = await opened(telegram);
    telegram.faults.add({ method: 'editMessageText', fault });
    expect(await update('one two')).toEqual(answer);
  });

  it('html that is not whole yet is shown without formatting', async () => {
    await using telegram = await talking();
    const { update } = await opened(telegram, { format: 'html' });
    expect(await update('<b>bold</b> &amp; <i>not whole')).toBe('ok');
    expect(telegram.sent(-9)).toMatchObject([{ text: 'bold & not whole' }]);
  });
});

it('shows nothing where it cannot: an unknown chat, a chat that blocked the bot', async () => {
  await using telegram = await talking();
  telegram.blocks(7);
  const presenter = presenterOf(telegram);
  for (const chat_id of [7, 8, -10]) expect(await presenter.open(at({ chat_id }), 'x', context)).toBe('cannot');
});

it('typing is shown in the topic', async () => {
  await using telegram = await talking();
  telegram.say({ text: 'first', chat: -9 });
  const topic = telegram.openTopic(-9, 'Help');
  await presenterOf(telegram).status?.(at({ chat_id: -9, message_thread_id: topic }), 'thinking', context);
  expect(telegram.calls('sendChatAction')[0]?.args).toMatchObject({
    chat_id: -9,
    action: 'typing',
    message_thread_id: topic,
  });
});
