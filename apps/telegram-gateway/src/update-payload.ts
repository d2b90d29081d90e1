import { z } from 'zod';
import { chatSchema, messageSchema, userSchema } from './message-payload.ts';

const id = z.int();

/** A message of ours whose content Telegram does not show any more has the date 0. */
const pressedMessage = messageSchema.partial({ date: true });

const reaction = z.object({
  type: z.string(),
  emoji: z.string().optional(),
  custom_emoji_id: z.string().optional(),
});
export type Reaction = z.infer<typeof reaction>;

const member = z.object({ status: z.string(), is_member: z.boolean().optional() });
export type Member = z.infer<typeof member>;

const callbackQuery = z.object({
  id: z.string().min(1),
  from: userSchema,
  message: pressedMessage.optional(),
  chat_instance: z.string().optional(),
  data: z.string().optional(),
  game_short_name: z.string().optional(),
});
export type CallbackQuery = z.infer<typeof callbackQuery>;

const messageReaction = z.object({
  chat: chatSchema,
  message_id: id,
  user: userSchema.optional(),
  actor_chat: chatSchema.optional(),
  date: z.number(),
  old_reaction: z.array(reaction),
  new_reaction: z.array(reaction),
});
export type MessageReaction = z.infer<typeof messageReaction>;

const memberUpdate = z.object({
  chat: chatSchema,
  from: userSchema,
  date: z.number(),
  old_chat_member: member,
  new_chat_member: member,
});
export type MemberUpdate = z.infer<typeof memberUpdate>;

const stoppedGeneration = z.object({
  chat: chatSchema,
  message_thread_id: id.optional(),
  draft_id: id.optional(),
});
export type StoppedGeneration = z.infer<typeof stoppedGeneration>;

/** An update of Telegram: its id, and one field that says what happened. Kinds that become no events are not listed. */
export const updateSchema = z.object({
  update_id: id.min(0),
  message: messageSchema.optional(),
  edited_message: messageSchema.optional(),
  channel_post: messageSchema.optional(),
  edited_channel_post: messageSchema.optional(),
  callback_query: callbackQuery.optional(),
  message_reaction: messageReaction.optional(),
  my_chat_member: memberUpdate.optional(),
  stopped_message_generation: stoppedGeneration.optional(),
});
export type Update = z.infer<typeof updateSchema>;

/** Any update at all: what it takes to name it. */
export const identifiedUpdateSchema = z.looseObject({ update_id: id.min(0) });
export type IdentifiedUpdate = z.infer<typeof identifiedUpdateSchema>;

const withPressData = z.object({ callback_query: z.object({ data: z.string() }) });

/** The data of the pressed button, if the update is such a press. */
export function pressDataOf(update: unknown): string | undefined {
  const read = withPressData.safeParse(update);
  return read.success ? read.data.callback_query.data : undefined;
}
