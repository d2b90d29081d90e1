import { badRequest } from './api-error.ts';
import type { ReactionType, TelegramChat, TelegramMessage, TelegramUser } from './message.ts';

/** How a bot stands in a chat; `unknown` is a private chat whose user never wrote to it. */
export type Standing = 'member' | 'administrator' | 'left' | 'kicked' | 'blocked' | 'unknown';

/** What one chat is made of. Ids of messages count up within it. */
export interface ChatState {
  info: TelegramChat;
  messages: Map<number, TelegramMessage>;
  /** Ids of those that bots sent. */
  byBots: Set<number>;
  lastMessageId: number;
  /** By the bot's id. */
  bots: Map<number, Standing>;
  people: Map<number, TelegramUser>;
  /** Forum topics by thread id. */
  topics: Map<number, { name: string; closed: boolean }>;
  /** By message, then by user or bot. */
  reactions: Map<number, Map<number, ReactionType[]>>;
  migratedTo?: number;
  /** The group was deleted, or the user's account was. */
  gone: boolean;
}

export function createChatState(info: TelegramChat): ChatState {
  return {
    info,
    messages: new Map(),
    byBots: new Set(),
    lastMessageId: 0,
    bots: new Map(),
    people: new Map(),
    topics: new Map(),
    reactions: new Map(),
    gone: false,
  };
}

/** What kind of chat an id belongs to, where nobody said otherwise. */
export function kindOfId(id: number): 'private' | 'group' | 'supergroup' {
  if (id > 0) return 'private';
  return id <= -1_000_000_000_000 ? 'supergroup' : 'group';
}

/** Puts a message into its chat under the next id. */
export function addMessage(chat: ChatState, message: Omit<TelegramMessage, 'message_id' | 'chat'>): TelegramMessage {
  const message_id = ++chat.lastMessageId;
  const added: TelegramMessage = { message_id, chat: chat.info, ...message };
  chat.messages.set(message_id, added);
  return added;
}

/** A message as it stands in another that answers it: without what it itself answered. */
export function quoted(message: TelegramMessage): TelegramMessage {
  const { reply_to_message: _deeper, ...rest } = message;
  return rest;
}

/** The message, or Telegram's error in these words. */
export function messageIn(chat: ChatState, id: number | undefined, missing: string): TelegramMessage {
  const message = id === undefined ? undefined : chat.messages.get(id);
  if (!message) throw badRequest(missing);
  return message;
}
