import type { DiscordAttachment, DiscordMessage, DiscordUser } from './message.ts';
import { intents, joinThread, type ChannelState, type World } from './world.ts';

/** What is posted, by a person or through the API. */
export interface Draft {
  author: DiscordUser;
  content: string;
  attachments?: DiscordAttachment[];
  components?: unknown[];
  nonce?: string;
  /** The message that it answers. */
  replyTo?: DiscordMessage;
  /** Whether `@everyone`, people and roles ring. */
  mayMention?: { everyone: boolean; users: boolean; repliedUser: boolean };
  type?: number;
  webhookId?: string;
}

const everyoneRings = { everyone: true, users: true, repliedUser: true };

/** Stores a message and tells the gateway's connections. */
export function postMessage(world: World, state: ChannelState, draft: Draft): DiscordMessage {
  const { author, content, replyTo, mayMention = everyoneRings } = draft;
  const { channel } = state;
  const place = { channel_id: channel.id, ...(channel.guild_id && { guild_id: channel.guild_id }) };
  const mentions = mayMention.users ? mentionedIn(world, content) : [];
  if (replyTo && mayMention.repliedUser && !mentions.includes(replyTo.author)) mentions.push(replyTo.author);
  const message: DiscordMessage = {
    id: world.nextId(),
    ...place,
    author,
    content,
    timestamp: new Date(world.now()).toISOString(),
    edited_timestamp: null,
    tts: false,
    mention_everyone: mayMention.everyone && /@(everyone|here)/.test(content),
    mentions,
    mention_roles: mayMention.users ? [...content.matchAll(/<@&(\d+)>/g)].map(([, id]) => id ?? '') : [],
    attachments: draft.attachments ?? [],
    embeds: [],
    components: draft.components ?? [],
    reactions: [],
    pinned: false,
    type: draft.type ?? (replyTo ? 19 : 0),
    ...(draft.nonce !== undefined && { nonce: draft.nonce }),
    ...(draft.webhookId !== undefined && { webhook_id: draft.webhookId }),
    ...(replyTo && { message_reference: { type: 0, message_id: replyTo.id, ...place }, referenced_message: replyTo }),
  };
  state.messages.push(message);
  channel.last_message_id = message.id;
  if (author === world.bot.user || mentions.includes(world.bot.user)) joinThread(world, state);
  tell(world, 'MESSAGE_CREATE', message);
  return message;
}

/** Dispatches a message as it is now. */
export function tell(world: World, t: 'MESSAGE_CREATE' | 'MESSAGE_UPDATE', message: DiscordMessage): void {
  const intent = message.guild_id ? intents.guildMessages : intents.directMessages;
  world.dispatch({ t, d: { ...message }, intent });
}

/** Takes a message away. */
export function removeMessage(world: World, state: ChannelState, message: DiscordMessage): void {
  state.messages.splice(state.messages.indexOf(message), 1);
  const { id, channel_id, guild_id } = message;
  const intent = guild_id ? intents.guildMessages : intents.directMessages;
  world.dispatch({ t: 'MESSAGE_DELETE', d: { id, channel_id, ...(guild_id && { guild_id }) }, intent });
}

/** What is written between `<@` and `>`, of those who exist. */
export function mentionedIn(world: World, content: string): DiscordUser[] {
  const ids = new Set([...content.matchAll(/<@!?(\d+)>/g)].map(([, id]) => id ?? ''));
  return [...ids].flatMap((id) => world.users.get(id) ?? []);
}

/**
 * A message as an application without the privileged intent sees it: without what was written, unless it is its own, a direct one,
 * or mentions it.
 */
export function seenBy(
  world: World,
  message: Record<string, unknown>,
  messageContent: boolean,
): Record<string, unknown> {
  const { author, guild_id, mentions } = message;
  const own = isUser(author) && author.id === world.bot.user.id;
  const named = Array.isArray(mentions) && mentions.some((each) => isUser(each) && each.id === world.bot.user.id);
  if (messageContent || own || named || guild_id === undefined) return message;
  return { ...message, content: '', embeds: [], attachments: [], components: [] };
}

const isUser = (value: unknown): value is DiscordUser => typeof value === 'object' && value !== null && 'id' in value;
