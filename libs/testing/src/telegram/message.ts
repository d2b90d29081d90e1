/** A user or a bot, as Telegram writes them. */
export interface TelegramUser {
  id: number;
  is_bot: boolean;
  first_name: string;
  last_name?: string;
  username?: string;
  language_code?: string;
}

export type ChatKind = 'private' | 'group' | 'supergroup' | 'channel';

/** A chat, as it stands in a message. */
export interface TelegramChat {
  id: number;
  type: ChatKind;
  title?: string;
  username?: string;
  first_name?: string;
  is_forum?: true;
}

/** Offset and length count UTF-16 units. */
export interface MessageEntity {
  type: string;
  offset: number;
  length: number;
  url?: string;
  language?: string;
  user?: TelegramUser;
  custom_emoji_id?: string;
}

/** A file as a bot sees it: `file_id` differs from bot to bot, `file_unique_id` does not. */
export interface TelegramFile {
  file_id: string;
  file_unique_id: string;
  file_size?: number;
  file_name?: string;
  mime_type?: string;
  width?: number;
  height?: number;
  duration?: number;
  emoji?: string;
  is_animated?: boolean;
  is_video?: boolean;
  type?: string;
}

export interface InlineKeyboard {
  inline_keyboard: { text: string; callback_data?: string; url?: string; [other: string]: unknown }[][];
}

/** Where somebody's reaction stands: an emoji, or a kind that the fake only passes on. */
export interface ReactionType {
  type: string;
  emoji?: string;
  custom_emoji_id?: string;
}

/** A message in the words of the Bot API, with the fields that the fake knows. */
export interface TelegramMessage {
  message_id: number;
  date: number;
  chat: TelegramChat;
  from?: TelegramUser;
  sender_chat?: TelegramChat;
  message_thread_id?: number;
  is_topic_message?: true;
  is_automatic_forward?: true;
  edit_date?: number;
  media_group_id?: string;
  reply_to_message?: TelegramMessage;
  quote?: { text: string; position: number; is_manual?: true };
  text?: string;
  entities?: MessageEntity[];
  caption?: string;
  caption_entities?: MessageEntity[];
  photo?: TelegramFile[];
  document?: TelegramFile;
  audio?: TelegramFile;
  video?: TelegramFile;
  voice?: TelegramFile;
  sticker?: TelegramFile;
  location?: { latitude: number; longitude: number };
  contact?: { phone_number: string; first_name: string; user_id?: number };
  reply_markup?: InlineKeyboard;
  migrate_to_chat_id?: number;
  migrate_from_chat_id?: number;
  new_chat_members?: TelegramUser[];
  left_chat_member?: TelegramUser;
  forum_topic_created?: { name: string; icon_color: number };
  link_preview_options?: unknown;
}
