import { z } from 'zod';

const id = z.string().regex(/^\d+$/);

const user = z.object({
  id,
  username: z.string().default(''),
  global_name: z.string().nullish(),
  bot: z.boolean().optional(),
});
export type DiscordUser = z.infer<typeof user>;

const attachment = z.object({
  url: z.string(),
  filename: z.string(),
  size: z.number(),
  content_type: z.string().nullish(),
});

/** A message, as the gateway and as the history have it; only what we read. */
export const messageSchema = z.object({
  id,
  channel_id: id,
  guild_id: id.nullish(),
  author: user,
  content: z.string().default(''),
  timestamp: z.string(),
  edited_timestamp: z.string().nullish(),
  type: z.number().default(0),
  nonce: z.union([z.string(), z.number()]).nullish(),
  webhook_id: id.nullish(),
  mentions: z.array(user).default([]),
  attachments: z.array(attachment).default([]),
  message_reference: z.object({ message_id: id.nullish(), type: z.number().nullish() }).nullish(),
  referenced_message: z.object({ author: user }).nullish(),
});
export type DiscordMessage = z.infer<typeof messageSchema>;

const deletionSchema = z.object({ id, channel_id: id, guild_id: id.nullish() });
const bulkDeletionSchema = z.object({ ids: z.array(id), channel_id: id, guild_id: id.nullish() });

const reactionSchema = z.object({
  user_id: id,
  channel_id: id,
  message_id: id,
  guild_id: id.nullish(),
  message_author_id: id.nullish(),
  emoji: z.object({ id: id.nullish(), name: z.string().nullish() }),
  member: z.object({ user: user.optional() }).nullish(),
});
export type DiscordReaction = z.infer<typeof reactionSchema>;

const interactionSchema = z.object({
  id,
  token: z.string(),
  type: z.literal(3),
  channel_id: id,
  guild_id: id.nullish(),
  data: z.object({ custom_id: z.string(), component_type: z.literal(2) }),
  message: z.object({ id, components: z.array(z.unknown()).default([]) }),
  member: z.object({ user }).nullish(),
  user: user.nullish(),
});
export type DiscordPress = z.infer<typeof interactionSchema>;

/** Something that happened on Discord, of the kinds that we take. */
export type Happening =
  | { kind: 'message'; channelId: string; guildId: string | undefined; message: DiscordMessage }
  | { kind: 'edit'; channelId: string; guildId: string | undefined; message: DiscordMessage }
  | { kind: 'deletion'; channelId: string; guildId: string | undefined; messageId: string }
  | { kind: 'reaction'; channelId: string; guildId: string | undefined; reaction: DiscordReaction }
  | { kind: 'press'; channelId: string; guildId: string | undefined; press: DiscordPress };

const readers: Record<string, (d: unknown) => Happening[]> = {
  MESSAGE_CREATE: (d) => of(messageSchema, d, (message) => [{ kind: 'message', ...placed(message), message }]),
  MESSAGE_UPDATE: (d) => of(messageSchema, d, (message) => [{ kind: 'edit', ...placed(message), message }]),
  MESSAGE_DELETE: (d) => of(deletionSchema, d, (each) => [{ kind: 'deletion', ...placed(each), messageId: each.id }]),
  MESSAGE_DELETE_BULK: (d) =>
    of(bulkDeletionSchema, d, (all) => all.ids.map((messageId) => ({ kind: 'deletion', ...placed(all), messageId }))),
  MESSAGE_REACTION_ADD: (d) =>
    of(reactionSchema, d, (reaction) => [{ kind: 'reaction', ...placed(reaction), reaction }]),
  INTERACTION_CREATE: (d) => of(interactionSchema, d, (press) => [{ kind: 'press', ...placed(press), press }]),
};

/** Names of the gateway's dispatches that are read. */
export const dispatchNames = Object.keys(readers);

/** What a dispatch of the gateway tells; nothing if it is of a kind or form that we do not take. */
export function readDispatch(name: string, d: unknown): Happening[] {
  return readers[name]?.(d) ?? [];
}

function of<T>(schema: z.ZodType<T>, d: unknown, then: (value: T) => Happening[]): Happening[] {
  const { data } = schema.safeParse(d);
  return data === undefined ? [] : then(data);
}

const placed = (payload: { channel_id: string; guild_id?: string | null | undefined }) => ({
  channelId: payload.channel_id,
  guildId: payload.guild_id ?? undefined,
});
