import { describe, expect, it } from 'vitest';
import type { TelegramMessage } from './message.ts';
import { startFakeTelegram } from './start-fake-telegram.ts';
import { rawCall } from './testing/raw-call.ts';

const group = -1_000_000_000_007;

describe('people', () => {
  it('write to a bot in a chat of their own', async () => {
    await using telegram = await startFakeTelegram({ now: () => 1_800_000_000_500 });
    const update = telegram.say({ user: { id: 7, first_name: 'Ana', username: 'ana' }, text: '/start now' });
    expect(update).toEqual({
      update_id: 100_000_001,
      message: {
        message_id: 1,
        date: 1_800_000_000,
        chat: { id: 7, type: 'private', first_name: 'Ana', username: 'ana' },
        from: { id: 7, is_bot: false, first_name: 'Ana', username: 'ana', language_code: 'en' },
        text: '/start now',
        entities: [{ type: 'bot_command', offset: 0, length: 6 }],
      },
    });
    expect(telegram.unconfirmed()).toEqual([update]);
  });

  it.each([
    { text: 'hello', hears: false, because: 'not what people say to each other' },
    { text: '/help', hears: true, because: 'a command to nobody by name' },
    { text: '/help@shy_bot', hears: true, because: 'a command to it' },
    { text: '/help@other_bot', hears: false, because: 'no command to another' },
    { text: 'hey @shy_bot', hears: true, because: 'a mention' },
  ])('in a group, a bot in privacy mode hears $text: $hears, $because', async ({ text, hears }) => {
    const bots = [{ token: '1:a', username: 'shy_bot', can_read_all_group_messages: false }];
    await using telegram = await startFakeTelegram({ bots });
    expect(telegram.say({ chat: group, text }).update_id > 0).toBe(hears);
    expect(telegram.unconfirmed()).toHaveLength(hears ? 1 : 0);
  });

  it('in a group, answers to it are heard in privacy mode, by that bot alone', async () => {
    const bots = ['1:a', '2:b'].map((token) => ({ token, can_read_all_group_messages: false }));
    await using telegram = await startFakeTelegram({ bots, chats: [{ id: group }] });
    const { result } = await rawCall(telegram, 'sendMessage', { chat_id: group, text: 'well?' });
    telegram.say({ chat: group, text: 'fine', reply_to: (result as TelegramMessage).message_id });
    expect(telegram.unconfirmed('fake1_bot')).toHaveLength(1);
    expect(telegram.unconfirmed('fake2_bot')).toHaveLength(0);
  });

  it('write in topics, where even what answers nothing answers the opening', async () => {
    await using telegram = await startFakeTelegram({ chats: [{ id: group, is_forum: true }] });
    const thread = telegram.openTopic(group, 'news');
    expect(telegram.say({ chat: group, thread, text: 'hi' }).message).toMatchObject({
      message_thread_id: thread,
      is_topic_message: true,
      reply_to_message: { message_id: thread, forum_topic_created: { name: 'news' } },
    });
    expect(telegram.say({ chat: group, text: 'in General' }).message).not.toHaveProperty('message_thread_id');
  });

  it('edit, react, press and post in channels', async () => {
    await using telegram = await startFakeTelegram({ chats: [{ id: 7 }] });
    await rawCall(telegram, 'getUpdates', {
      allowed_updates: ['edited_message', 'message_reaction', 'channel_post', 'callback_query'],
    });
    const { message } = telegram.say({ user: 7, text: 'one' });
    const at = { chat: 7, message_id: message.message_id };
    expect(telegram.edit({ ...at, text: 'two' }).edited_message).toMatchObject({
      text: 'two',
      edit_date: expect.any(Number),
    });
    expect(telegram.react({ ...at, emoji: ['👍'] }).message_reaction.new_reaction).toEqual([
      { type: 'emoji', emoji: '👍' },
    ]);
    expect(telegram.react({ ...at, emoji: [] }).message_reaction.old_reaction).toEqual([
      { type: 'emoji', emoji: '👍' },
    ]);
    const { channel_post } = telegram.channelPost({ chat: -1_000_000_000_009, text: 'news' });
    expect(channel_post).toMatchObject({ sender_chat: { type: 'channel' }, chat: { type: 'channel' } });
    const { result } = await rawCall(telegram, 'sendMessage', { chat_id: 7, text: 'choose' });
    expect(telegram.pressButton(result as TelegramMessage, 'yes').callback_query).toMatchObject({
      data: 'yes',
      from: { id: 7 },
      message: { text: 'choose' },
    });
    expect(telegram.unconfirmed()).toHaveLength(5);
  });

  it('send files, places and people', async () => {
    await using telegram = await startFakeTelegram();
    expect(telegram.photo({ caption: 'see' }).message).toMatchObject({ caption: 'see', photo: [{}, { width: 800 }] });
    expect(telegram.document({ file_name: 'a.pdf' }).message.document).toMatchObject({ file_name: 'a.pdf' });
    expect(telegram.sticker().message.sticker).toMatchObject({ emoji: '👍' });
    expect(telegram.voice().message.voice).toMatchObject({ mime_type: 'audio/ogg' });
    expect(telegram.location({ latitude: 1, longitude: 2 }).message.location).toEqual({ latitude: 1, longitude: 2 });
    expect(telegram.contact({ phone_number: '+1', first_name: 'Bo' }).message.contact).toMatchObject({
      first_name: 'Bo',
    });
    const album = telegram.album({ files: [{ caption: 'both' }, {}] });
    expect(new Set(album.map(({ message }) => message.media_group_id)).size).toBe(1);
    expect(telegram.unconfirmed()).toHaveLength(8);
  });

  it('let bots in and throw them out', async () => {
    await using telegram = await startFakeTelegram({ chats: [{ id: group, standing: 'left' }, { id: 7 }] });
    const send = (chat_id: number) => rawCall(telegram, 'sendMessage', { chat_id, text: 'x' });
    expect(telegram.say({ chat: group, text: 'not for you' }).update_id).toBe(0);
    const statuses = ({ my_chat_member: change }: ReturnType<typeof telegram.joins>) =>
      [change.old_chat_member, change.new_chat_member].map(({ status }) => status);
    expect(statuses(telegram.joins(group))).toEqual(['left', 'member']);
    expect((await send(group)).ok).toBe(true);
    expect(statuses(telegram.leaves(group))).toEqual(['member', 'kicked']);
    expect((await send(group)).status).toBe(403);
    expect(statuses(telegram.blocks(7))).toEqual(['member', 'kicked']);
    expect((await send(7)).description).toBe('Forbidden: bot was blocked by the user');
    expect(statuses(telegram.unblocks(7))).toEqual(['kicked', 'member']);
    expect((await send(7)).ok).toBe(true);
  });

  it.each([
    { order: 'old_first', first: 'migrate_to_chat_id' },
    { order: 'new_first', first: 'migrate_from_chat_id' },
  ] as const)('turn a group into a supergroup, $order', async ({ order, first }) => {
    await using telegram = await startFakeTelegram({ chats: [{ id: -7, title: 'us' }] });
    const { to, updates } = telegram.migrate(-7, { order });
    expect(updates[0]?.message).toHaveProperty(first);
    expect(telegram.unconfirmed()).toEqual(updates);
    const answer = await rawCall(telegram, 'sendMessage', { chat_id: -7, text: 'x' });
    expect(answer).toMatchObject({
      description: 'Bad Request: group chat was upgraded to a supergroup chat',
      parameters: { migrate_to_chat_id: to },
    });
    expect((await rawCall(telegram, 'sendMessage', { chat_id: to, text: 'x' })).result).toMatchObject({
      message_id: 2,
    });
  });

  it('stop a draft that is being written', async () => {
    await using telegram = await startFakeTelegram({ chats: [{ id: 7 }, { id: -7 }] });
    const draft = { chat_id: 7, draft_id: 5, text: 'thinking' };
    expect((await rawCall(telegram, 'sendMessageDraft', draft)).result).toBe(true);
    expect(telegram.drafts).toMatchObject([draft]);
    const stopped = telegram.stopGeneration({ chat: 7, draft_id: 5 });
    expect(stopped.stopped_message_generation).toMatchObject({ draft_id: 5, chat: { id: 7 } });
    expect((await rawCall(telegram, 'sendMessageDraft', { ...draft, chat_id: -7 })).status).toBe(400);
    expect((await rawCall(telegram, 'sendMessageDraft', { ...draft, draft_id: 0 })).status).toBe(400);
  });
});
