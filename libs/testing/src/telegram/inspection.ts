import { waitFor } from '../wait-for.ts';
import type { Bot } from './bot.ts';
import type { FakeTelegram, TelegramCall } from './fake-telegram.ts';
import type { TelegramMessage } from './message.ts';
import { chatOf } from './people.ts';
import type { Site } from './site.ts';
import { openChat, type World } from './world.ts';

type Inspection = Pick<
  FakeTelegram,
  | 'pollConflicts'
  | 'drafts'
  | 'chatActions'
  | 'webhookPosts'
  | 'addChat'
  | 'messages'
  | 'sent'
  | 'calls'
  | 'onCall'
  | 'waitForMessage'
  | 'isPolled'
  | 'unconfirmed'
  | 'resetUpdateIds'
  | 'revoke'
>;

export function createInspection(world: World, site: Site): Inspection {
  const botOf = (name?: string): Bot => {
    const bot = name === undefined ? world.bots[0] : world.bots.find(({ profile }) => profile.username === name);
    if (!bot) throw new TypeError(`there is no bot ${name ?? ''}`);
    return bot;
  };
  return {
    get pollConflicts() {
      return site.pollConflicts();
    },
    drafts: world.drafts,
    chatActions: world.chatActions,
    webhookPosts: site.posts,
    addChat: (options) => void openChat(world, options),
    messages: (chat) => messagesOf(world, chatOf(world, chat).info.id),
    sent: (chat) => messagesOf(world, chatOf(world, chat).info.id).filter((message) => isBotsOwn(world, message)),
    calls: (method) => site.calls.filter((call) => fits(call, method)),
    onCall: (listener) => void site.listeners.push(listener),
    waitForMessage: (wanted = {}, timeoutMs = 5_000) =>
      waitFor(() => botMessages(world, wanted.chat).find((message) => says(message, wanted.text)), {
        what: `a message of a bot${wanted.text === undefined ? '' : ` like ${wanted.text}`}`,
        timeoutMs,
      }),
    isPolled: (name) => site.isPolled(botOf(name)),
    unconfirmed: (name) =>
      botOf(name)
        .queue.pending()
        .map((entry) => entry.update),
    resetUpdateIds: (nextId, name) => botOf(name).queue.resetIds(nextId),
    revoke: (name) => {
      botOf(name).revoked = true;
    },
  };
}

function messagesOf(world: World, chatId: number): TelegramMessage[] {
  const messages = world.chats.get(chatId)?.messages.values() ?? [];
  return [...messages].toSorted((a, b) => a.message_id - b.message_id);
}

function botMessages(world: World, chatId: number | undefined): TelegramMessage[] {
  const ids = chatId === undefined ? [...world.chats.keys()] : [chatId];
  return ids.flatMap((id) => messagesOf(world, id)).filter((message) => isBotsOwn(world, message));
}

/** Posts in a channel carry the channel's name, whoever wrote them. */
function isBotsOwn(world: World, message: TelegramMessage): boolean {
  return world.chats.get(message.chat.id)?.byBots.has(message.message_id) ?? false;
}

function says(message: TelegramMessage, wanted: string | RegExp | undefined): boolean {
  if (wanted === undefined) return true;
  const text = message.text ?? message.caption ?? '';
  return typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text);
}

function fits(call: TelegramCall, method: string | undefined): boolean {
  return method === undefined || call.method.toLowerCase() === method.toLowerCase();
}
