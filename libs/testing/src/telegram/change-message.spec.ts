import { describe, expect, it } from 'vitest';
import type { TelegramMessage } from './message.ts';
import { startFakeTelegram } from './start-fake-telegram.ts';
import { rawCall } from './testing/raw-call.ts';

const chat_id = -7;
const sameAsBefore =
  'Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message';

async function withMessage() {
  const telegram = await startFakeTelegram({ chats: [{ id: chat_id }] });
  const answer = await rawCall(telegram, 'sendMessage', { chat_id, text: 'first' });
  const { message_id } = answer.result as TelegramMessage;
  const call = (method: string, args: object) => rawCall(telegram, method, { chat_id, message_id, ...args });
  return { telegram, call, message_id, [Symbol.asyncDispose]: () => telegram[Symbol.asyncDispose]() };
}

describe('a message of a bot', () => {
  it('is edited, and says when', async () => {
    await using at = await withMessage();
    const { result } = await at.call('editMessageText', { text: '*second*', parse_mode: 'MarkdownV2' });
    expect(result).toMatchObject({ text: 'second', entities: [{ type: 'bold' }], edit_date: expect.any(Number) });
    expect(at.telegram.messages(chat_id)).toEqual([result]);
  });

  it('gets and loses a keyboard', async () => {
    await using at = await withMessage();
    const reply_markup = { inline_keyboard: [[{ text: 'a', callback_data: 'a' }]] };
    expect((await at.call('editMessageReplyMarkup', { reply_markup })).result).toMatchObject({ reply_markup });
    expect((await at.call('editMessageReplyMarkup', {})).result).not.toHaveProperty('reply_markup');
  });

  it.each([
    { method: 'editMessageText', args: { text: 'first' }, says: sameAsBefore },
    { method: 'editMessageText', args: { text: 'x', message_id: 99 }, says: 'Bad Request: message to edit not found' },
    {
      method: 'editMessageCaption',
      args: { caption: 'x' },
      says: 'Bad Request: there is no caption in the message to edit',
    },
    { method: 'deleteMessage', args: { message_id: 99 }, says: 'Bad Request: message to delete not found' },
    { method: 'setMessageReaction', args: { message_id: 99 }, says: 'Bad Request: message to react not found' },
    {
      method: 'setMessageReaction',
      args: { reaction: [{ type: 'emoji', emoji: '🚗' }] },
      says: 'Bad Request: REACTION_INVALID',
    },
  ])('$method is refused: $says', async ({ method, args, says }) => {
    await using at = await withMessage();
    expect(await at.call(method, args)).toMatchObject({ status: 400, description: says });
  });

  it('is deleted, and people’s messages are not touched in groups', async () => {
    await using at = await withMessage();
    const { message } = at.telegram.say({ chat: chat_id, text: 'mine' });
    const { message_id } = message;
    expect((await at.call('editMessageText', { message_id, text: 'x' })).description).toContain(
      "message can't be edited",
    );
    expect((await at.call('deleteMessage', { message_id })).description).toContain("message can't be deleted");
    expect((await at.call('deleteMessage', {})).result).toBe(true);
    expect(at.telegram.messages(chat_id)).toEqual([message]);
  });
});

describe('a button press', () => {
  it.each([
    { what: 'once', waitMs: 0, times: 1, ok: true },
    { what: 'not twice', waitMs: 0, times: 2, ok: false },
    { what: 'within 150 s', waitMs: 149_000, times: 1, ok: true },
    { what: 'not later', waitMs: 150_000, times: 1, ok: false },
  ])('is answered $what', async ({ waitMs, times, ok }) => {
    let now = 1_800_000_000_000;
    await using telegram = await startFakeTelegram({ now: () => now, chats: [{ id: 7 }] });
    const sent = await rawCall(telegram, 'sendMessage', { chat_id: 7, text: 'choose' });
    const { callback_query } = telegram.pressButton(sent.result as TelegramMessage, 'yes');
    now += waitMs;
    const answer = () => rawCall(telegram, 'answerCallbackQuery', { callback_query_id: callback_query.id });
    for (let time = 1; time < times; time++) await answer();
    const last = await answer();
    expect(last.ok).toBe(ok);
    if (!ok) {
      expect(last.description).toBe(
        'Bad Request: query is too old and response timeout expired or query ID is invalid',
      );
    }
  });
});
