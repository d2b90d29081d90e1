import type { ReactionType, TelegramChat, TelegramMessage, TelegramUser } from './message.ts';

export interface CallbackQuery {
  id: string;
  from: TelegramUser;
  message?: TelegramMessage;
  chat_instance: string;
  data?: string;
}

export interface MessageReaction {
  chat: TelegramChat;
  message_id: number;
  user: TelegramUser;
  date: number;
  old_reaction: ReactionType[];
  new_reaction: ReactionType[];
}

export interface ChatMemberUpdated {
  chat: TelegramChat;
  from: TelegramUser;
  date: number;
  old_chat_member: { status: string; user: TelegramUser };
  new_chat_member: { status: string; user: TelegramUser };
}

/** What an update can be, by the name of its field. */
export interface UpdateKinds {
  message: TelegramMessage;
  edited_message: TelegramMessage;
  channel_post: TelegramMessage;
  edited_channel_post: TelegramMessage;
  callback_query: CallbackQuery;
  message_reaction: MessageReaction;
  my_chat_member: ChatMemberUpdated;
  chat_member: ChatMemberUpdated;
  stopped_message_generation: { chat: TelegramChat; message_thread_id?: number; draft_id: number };
}

export type UpdateKind = keyof UpdateKinds;

/** One update as a bot gets it. `update_id` is 0 in one that no bot was told of: not asked for, hidden by privacy mode, or no bot there. */
export type TelegramUpdate = { update_id: number } & Partial<UpdateKinds>;

/** An update that is known to be of this kind. */
export type UpdateOf<K extends UpdateKind> = TelegramUpdate & Pick<UpdateKinds, K>;

/** Not sent unless a bot asks for them by name. */
const offByDefault = ['message_reaction', 'message_reaction_count', 'chat_member'];

/** Whether a bot gets updates of this kind: an empty or absent list means the defaults. */
export function isWanted(kind: UpdateKind, allowed: readonly string[]): boolean {
  return allowed.length > 0 ? allowed.includes(kind) : !offByDefault.includes(kind);
}

const daySeconds = 24 * 3600;

/** Until when, in epoch seconds, Telegram keeps an update for its bot: 150 s for button presses, a day after the message for the rest. */
export function keptUntil(update: Partial<UpdateKinds>, nowSeconds: number): number {
  if (update.callback_query) return nowSeconds + 150;
  const message = update.message ?? update.edited_message ?? update.channel_post ?? update.edited_channel_post;
  return (message?.date ?? nowSeconds) + daySeconds;
}

/** The line in which a webhook gets this update after those before it; lines do not wait for each other. */
export function webhookLine(update: Partial<UpdateKinds>): string {
  const message = update.message ?? update.edited_message ?? update.channel_post ?? update.edited_channel_post;
  if (message) return `chat:${message.chat.id}`;
  if (update.callback_query) return `user:${update.callback_query.from.id}`;
  if (update.message_reaction) return `reaction:${update.message_reaction.chat.id}`;
  if (update.stopped_message_generation) return `stop:${update.stopped_message_generation.chat.id}`;
  const member = update.my_chat_member ?? update.chat_member;
  return member ? `member:${member.chat.id}` : 'other';
}
