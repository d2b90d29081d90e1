import { z } from 'zod';

// Only the fields that we read; Telegram adds others at any time.

const id = z.int();

const chat = z.object({
  id,
  type: z.enum(['private', 'group', 'supergroup', 'channel']),
  title: z.string().optional(),
  username: z.string().optional(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
});
export type Chat = z.infer<typeof chat>;
export const chatSchema = chat;

/** A person or a bot. */
export const userSchema = z.object({
  id,
  is_bot: z.boolean().optional(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
  username: z.string().optional(),
  language_code: z.string().optional(),
});
export type User = z.infer<typeof userSchema>;

/** A stretch of a text that means something; offsets count UTF-16 units, as JavaScript does. */
const textEntity = z.object({
  type: z.string(),
  offset: z.int().min(0),
  length: z.int().min(0),
  url: z.string().optional(),
  user: userSchema.optional(),
  language: z.string().optional(),
});
export type TextEntity = z.infer<typeof textEntity>;
const textEntities = z.array(textEntity).optional();

const file = z.object({
  file_id: z.string().min(1),
  file_name: z.string().optional(),
  mime_type: z.string().optional(),
  file_size: z.number().optional(),
});
export type TelegramFile = z.infer<typeof file>;

const place = z.object({ latitude: z.number(), longitude: z.number(), live_period: z.number().optional() });

const button = z.object({
  text: z.string(),
  callback_data: z.string().optional(),
  url: z.string().optional(),
});

/** A message that is replied to; only what tells whose and which it is. */
const repliedTo = z.object({ message_id: id, from: userSchema.optional(), sender_chat: chat.optional() });

/** A message of a chat or a channel, with all kinds of content that become events. */
export const messageSchema = z.object({
  message_id: id,
  date: z.number(),
  edit_date: z.number().optional(),
  chat,
  from: userSchema.optional(),
  sender_chat: chat.optional(),
  author_signature: z.string().optional(),
  message_thread_id: id.optional(),
  is_topic_message: z.boolean().optional(),
  is_automatic_forward: z.boolean().optional(),
  forward_origin: z.looseObject({ type: z.string() }).optional(),
  reply_to_message: repliedTo.optional(),
  quote: z.object({ text: z.string() }).optional(),
  via_bot: userSchema.optional(),
  media_group_id: z.string().optional(),
  reply_markup: z.object({ inline_keyboard: z.array(z.array(button)) }).optional(),
  migrate_to_chat_id: id.optional(),
  migrate_from_chat_id: id.optional(),

  text: z.string().optional(),
  entities: textEntities,
  caption: z.string().optional(),
  caption_entities: textEntities,
  photo: z.array(file.extend({ width: z.number().optional(), height: z.number().optional() })).optional(),
  animation: file.optional(),
  document: file.optional(),
  video: file.optional(),
  video_note: file.optional(),
  audio: file.extend({ performer: z.string().optional(), title: z.string().optional() }).optional(),
  voice: file.optional(),
  sticker: file
    .extend({ emoji: z.string().optional(), is_animated: z.boolean().optional(), is_video: z.boolean().optional() })
    .optional(),
  location: place.optional(),
  venue: z.object({ location: place, title: z.string(), address: z.string() }).optional(),
  contact: z
    .object({
      phone_number: z.string(),
      first_name: z.string(),
      last_name: z.string().optional(),
      user_id: id.optional(),
    })
    .optional(),
  poll: z.object({ id: z.string(), question: z.string(), options: z.array(z.object({ text: z.string() })) }).optional(),
  dice: z.object({ emoji: z.string(), value: z.number() }).optional(),
  checklist: z.object({ title: z.string(), tasks: z.array(z.object({ text: z.string() })) }).optional(),
});
export type Message = z.infer<typeof messageSchema>;
