import { badRequest, forbidden } from './api-error.ts';
import type { Args } from './args.ts';
import type { Bot } from './bot.ts';
import type { ChatState } from './chat-state.ts';
import type { World } from './world.ts';

/** The chat that a call names by `chat_id` (an id, or @username), whether or not the bot may write there. */
export function namedChat(world: World, args: Args, field = 'chat_id'): ChatState {
  const given = args.text(field);
  if (given === '') throw badRequest(`${field} is empty`);
  const name = given.startsWith('@') ? given.slice(1).toLowerCase() : undefined;
  const chat = name
    ? [...world.chats.values()].find(({ info }) => info.username?.toLowerCase() === name)
    : world.chats.get(Number(given));
  if (!chat) throw badRequest('chat not found');
  return chat;
}

/** The chat that a call wants to write to; throws what Telegram says to a bot that may not. */
export function writableChat(world: World, bot: Bot, args: Args): ChatState {
  const chat = namedChat(world, args);
  if (chat.migratedTo !== undefined) {
    throw badRequest('group chat was upgraded to a supergroup chat', { migrate_to_chat_id: chat.migratedTo });
  }
  const { type } = chat.info;
  if (chat.gone) throw forbidden(type === 'private' ? 'user is deactivated' : 'the group chat was deleted');
  const kind = `${type} chat`;
  switch (chat.bots.get(bot.profile.id) ?? 'unknown') {
    case 'blocked':
      throw forbidden('bot was blocked by the user');
    case 'kicked':
      throw forbidden(`bot was kicked from the ${kind}`);
    case 'left':
      throw forbidden(`bot is not a member of the ${kind}`);
    case 'unknown':
      throw badRequest('chat not found');
    case 'member':
      if (type === 'channel') throw badRequest('need administrator rights in the channel chat');
      return chat;
    case 'administrator':
      return chat;
  }
}

/** The thread to write to, or nothing for the chat itself. The General topic has no thread to write to. */
export function writableThread(chat: ChatState, args: Args): number | undefined {
  const thread = args.int('message_thread_id');
  if (thread === undefined || thread === 0) return undefined;
  if (chat.info.is_forum) {
    const topic = chat.topics.get(thread);
    if (!topic) throw badRequest('message thread not found');
    if (topic.closed) throw badRequest('TOPIC_CLOSED');
    return thread;
  }
  // Outside of forums only answers make threads, and they are known by the message that was answered.
  const begun = [...chat.messages.values()].some((message) => message.message_thread_id === thread);
  if (!begun || chat.info.type !== 'supergroup') throw badRequest('message thread not found');
  return thread;
}
