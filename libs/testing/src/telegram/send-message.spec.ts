import { describe, expect, it } from 'vitest';
import { startFakeTelegram } from './start-fake-telegram.ts';
import { rawCall } from './testing/raw-call.ts';

const person = { id: 7 };
const row = (...buttons: object[]) => ({ inline_keyboard: [buttons] });

describe('sendMessage', () => {
  it.each([
    { args: { text: '' }, says: 'message text is empty' },
    { args: { text: ' \n ' }, says: 'text must be non-empty' },
    { args: { text: 'x'.repeat(4097) }, says: 'message is too long' },
    { args: { text: '😀'.repeat(2049) }, says: 'message is too long' },
    { args: { text: 'x', parse_mode: 'Rtf' }, says: 'unsupported parse_mode' },
    {
      args: { text: '1.5', parse_mode: 'MarkdownV2' },
      says: "can't parse entities: Character '.' is reserved and must be escaped with the preceding '\\'",
    },
    {
      args: { text: 'in <24h. or so', parse_mode: 'HTML' },
      says: 'can\'t parse entities: Unsupported start tag "24h." at byte offset 3',
    },
    { args: { text: 'x', reply_parameters: { message_id: 99 } }, says: 'message to be replied not found' },
    { args: { text: 'x', message_thread_id: 5 }, says: 'message thread not found' },
    {
      args: { text: 'x', reply_markup: row({ text: 'a', callback_data: 'é'.repeat(33) }) },
      says: 'BUTTON_DATA_INVALID',
    },
    {
      args: { text: 'x', reply_markup: row({ text: 'a' }) },
      says: "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    },
    { args: { text: 'x', chat_id: 99 }, says: 'chat not found' },
    { args: { text: 'x', chat_id: '' }, says: 'chat_id is empty' },
  ])('refuses: $says', async ({ args, says }) => {
    await using telegram = await startFakeTelegram({ chats: [person] });
    const answer = await rawCall(telegram, 'sendMessage', { chat_id: 7, ...args });
    expect(answer).toEqual({
      status: 400,
      retryAfter: null,
      ok: false,
      error_code: 400,
      description: `Bad Request: ${says}`,
    });
    expect(telegram.messages(7)).toEqual([]);
  });

  it.each([
    { args: { text: 'x'.repeat(4096) }, length: 4096, because: '4096 units are allowed' },
    {
      args: { text: `<b>${'x'.repeat(4096)}</b>`, parse_mode: 'HTML' },
      length: 4096,
      because: 'and counted without markup',
    },
    { args: { text: '  a  ' }, length: 1, because: 'white space at the ends goes' },
    {
      args: { text: 'x', reply_parameters: { message_id: 9, allow_sending_without_reply: true } },
      length: 1,
      because: 'nobody needs to be answered',
    },
    {
      args: { text: 'x', reply_markup: row({ text: 'a', callback_data: 'é'.repeat(32) }) },
      length: 1,
      because: '64 bytes of data are allowed',
    },
  ])('takes: $because', async ({ args, length }) => {
    await using telegram = await startFakeTelegram({ chats: [person] });
    await rawCall(telegram, 'sendMessage', { chat_id: 7, ...args });
    expect(telegram.sent(7)[0]?.text).toHaveLength(length);
  });

  it.each([
    { entity: { offset: 4, length: 1 }, says: 'entity begins after the end of the text at UTF-16 offset 4' },
    {
      entity: { offset: 1, length: 3 },
      says: 'entity beginning at UTF-16 offset 1 ends after the end of the text at UTF-16 offset 4',
    },
    { entity: { offset: 2, length: 1 }, says: 'entity begins in a middle of a UTF-16 symbol at byte offset 1' },
    {
      entity: { offset: 0, length: 2 },
      says: 'entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at byte offset 1',
    },
  ])('refuses an entity of its own: $says', async ({ entity, says }) => {
    await using telegram = await startFakeTelegram({ chats: [person] });
    const entities = [{ type: 'bold', ...entity }];
    const answer = await rawCall(telegram, 'sendMessage', { chat_id: 7, text: 'a😀', entities });
    expect(answer.description).toBe(`Bad Request: ${says}`);
  });

  it('keeps given entities, drops links to nowhere, and adds what it finds', async () => {
    await using telegram = await startFakeTelegram({ chats: [person] });
    const entities = [
      { type: 'bold', offset: 0, length: 2 },
      { type: 'text_link', offset: 3, length: 2, url: 'nowhere' },
      { type: 'code', offset: 6, length: 5 },
    ];
    await rawCall(telegram, 'sendMessage', { chat_id: 7, text: 'hi ya /code /help @somebody', entities });
    expect(telegram.sent(7)[0]?.entities).toEqual([
      entities[0],
      entities[2],
      { type: 'bot_command', offset: 12, length: 5 },
      { type: 'mention', offset: 18, length: 9 },
    ]);
  });

  it('reads query, form and JSON alike, and method names in any case', async () => {
    await using telegram = await startFakeTelegram({ chats: [person] });
    const at = `${telegram.url}/bot${telegram.token}/sendmessage`;
    await fetch(`${at}?chat_id=7&text=query`);
    await fetch(at, { method: 'POST', body: new URLSearchParams({ chat_id: '7', text: 'form' }) });
    const form = new FormData();
    form.set('chat_id', '7');
    form.set('text', 'multipart');
    await fetch(at, { method: 'POST', body: form });
    await rawCall(telegram, 'SENDMESSAGE', { chat_id: '7', text: 'json' });
    expect(telegram.sent(7).map(({ text }) => text)).toEqual(['query', 'form', 'multipart', 'json']);
  });

  it.each([
    { token: '4242:wrong', method: 'getMe', status: 401, description: 'Unauthorized' },
    { token: 'nonsense', method: 'getMe', status: 404, description: 'Not Found' },
    {
      token: '4242:fake-telegram-token',
      method: 'sendRichMessage',
      status: 404,
      description: 'Not Found: method not found',
    },
  ])('answers $status to $token $method', async ({ token, method, status, description }) => {
    await using telegram = await startFakeTelegram();
    const answer = await rawCall({ url: telegram.url, token }, method);
    expect(answer).toMatchObject({ status, error_code: status, description });
  });
});

describe('a chat that a bot may not write to', () => {
  it.each([
    { chat: { id: 7, standing: 'blocked' }, code: 403, says: 'Forbidden: bot was blocked by the user' },
    { chat: { id: 7, standing: 'unknown' }, code: 400, says: 'Bad Request: chat not found' },
    { chat: { id: -7, standing: 'kicked' }, code: 403, says: 'Forbidden: bot was kicked from the group chat' },
    {
      chat: { id: -1_000_000_000_007, standing: 'left' },
      code: 403,
      says: 'Forbidden: bot is not a member of the supergroup chat',
    },
    {
      chat: { id: -1_000_000_000_007, type: 'channel', standing: 'kicked' },
      code: 403,
      says: 'Forbidden: bot was kicked from the channel chat',
    },
  ] as const)('says $says', async ({ chat, code, says }) => {
    await using telegram = await startFakeTelegram({ chats: [chat] });
    const answer = await rawCall(telegram, 'sendMessage', { chat_id: chat.id, text: 'x' });
    expect(answer).toMatchObject({ status: code, description: says });
  });

  it.each([
    { id: 7, says: 'Forbidden: user is deactivated' },
    { id: -7, says: 'Forbidden: the group chat was deleted' },
  ])('says $says', async ({ id, says }) => {
    await using telegram = await startFakeTelegram({ chats: [{ id }] });
    telegram.vanishes(id);
    expect((await rawCall(telegram, 'sendMessage', { chat_id: id, text: 'x' })).description).toBe(says);
  });
});

describe('threads', () => {
  it('are topics in forums: the General one has no id to send to', async () => {
    await using telegram = await startFakeTelegram({ chats: [{ id: -1_000_000_000_007, is_forum: true }] });
    const chat_id = -1_000_000_000_007;
    const thread = telegram.openTopic(chat_id, 'news');
    const send = (message_thread_id?: number) =>
      rawCall(telegram, 'sendMessage', { chat_id, text: 'x', message_thread_id });
    expect((await send(1)).description).toBe('Bad Request: message thread not found');
    expect((await send()).result).not.toHaveProperty('message_thread_id');
    expect((await send(thread)).result).toMatchObject({ message_thread_id: thread, is_topic_message: true });
    telegram.closeTopic(chat_id, thread);
    expect((await send(thread)).description).toBe('Bad Request: TOPIC_CLOSED');
  });

  it('are chains of answers elsewhere in supergroups, and no topics', async () => {
    const chat = -1_000_000_000_007;
    await using telegram = await startFakeTelegram({ chats: [{ id: chat }] });
    const { message } = telegram.say({ chat, text: 'root' });
    const answer = telegram.say({ chat, text: 'answer', reply_to: message.message_id });
    expect(answer.message).toMatchObject({ message_thread_id: message.message_id });
    expect(answer.message).not.toHaveProperty('is_topic_message');
    const sent = await rawCall(telegram, 'sendMessage', {
      chat_id: chat,
      text: 'x',
      message_thread_id: message.message_id,
    });
    expect(sent.result).toMatchObject({ message_thread_id: message.message_id });
  });
});
