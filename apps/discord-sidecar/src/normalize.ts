import type { NewEvent } from '@trunkline/sidecar-sdk';
import { cleanContent, type Names } from './clean-content.ts';
import type { DiscordMessage, DiscordPress, DiscordReaction, DiscordUser, Happening } from './discord-payload.ts';
import { isAddressed } from './is-addressed.ts';
import { isAllowed, pathOf, type Place } from './place.ts';
import { writeRoute } from './reply-route.ts';
import type { Settings } from './settings.ts';
import { snowflakeMs } from './snowflake.ts';

/** A file that people sent, still at Discord. */
export interface SentFile {
  url: string;
  name: string;
  mediaType: string | undefined;
  size: number;
}

/** An event that wants only its files. */
export interface Draft {
  event: NewEvent;
  files: SentFile[];
}

/** What is known of the world around a happening. */
export interface Surroundings {
  place: Place;
  botId: string;
  names: Names;
  settings: Pick<Settings, 'requireMention' | 'directMessages' | 'allowedGuilds' | 'allowedChannels'>;
  /** Whether we took this message as an event: what happens to others is nobody's business where mentions are required. */
  isOurs(messageId: string): boolean;
}

/** Ordinary messages and answers; the others are Discord's own announcements. */
const takenTypes = new Set([0, 19]);

/** The id of the event that a message is. */
export const messageEventId = (messageId: string): string => `discord:${messageId}`;

/** What happened, as an event; undefined for what is not for us: bots, announcements, what does not address the bot. */
export function normalize(happening: Happening, around: Surroundings): Draft | undefined {
  if (!isAllowed(around.place, around.settings)) return undefined;
  switch (happening.kind) {
    case 'message':
      return messageDraft(happening.message, around);
    case 'edit':
      return editDraft(happening.message, around);
    case 'deletion':
      return deletionDraft(happening.messageId, around);
    case 'reaction':
      return reactionDraft(happening.reaction, around);
    case 'press':
      return pressDraft(happening.press, around);
  }
}

function messageDraft(message: DiscordMessage, around: Surroundings): Draft | undefined {
  const said = saidIn(message, around);
  if (!said) return undefined;
  const { id, message_reference: reference } = message;
  const replied = message.type === 19 ? reference?.message_id : undefined;
  const event = eventOf(messageEventId(id), {
    source_kind: 'message.created',
    occurred_at_ms: snowflakeMs(id),
    ...said,
    ...(replied && { relation: { kind: 'reply_to', target_event_id: messageEventId(replied) } }),
    ...answerable(around.place, id),
  });
  return { event, files: filesOf(message) };
}

/** Only what has an edited_timestamp was changed by somebody: links unfold by updates as well. */
function editDraft(message: DiscordMessage, around: Surroundings): Draft | undefined {
  const said = message.edited_timestamp ? saidIn(message, around) : undefined;
  const editedAtMs = Date.parse(message.edited_timestamp ?? '');
  if (!said || Number.isNaN(editedAtMs)) return undefined;
  const event = eventOf(`${messageEventId(message.id)}:edit:${editedAtMs}`, {
    source_kind: 'message.edited',
    occurred_at_ms: editedAtMs,
    ...said,
    relation: { kind: 'edit_of', target_event_id: messageEventId(message.id) },
    ...answerable(around.place, message.id),
  });
  return { event, files: filesOf(message) };
}

function deletionDraft(messageId: string, around: Surroundings): Draft | undefined {
  if (around.settings.requireMention && !around.isOurs(messageId)) return undefined;
  const event = eventOf(`${messageEventId(messageId)}:deleted`, {
    source_kind: 'message.deleted',
    relation: { kind: 'deletion_of', target_event_id: messageEventId(messageId) },
    thread: { path: pathOf(around.place) },
    metadata: metadataOf(around.place, { message_id: messageId }),
  });
  return { event, files: [] };
}

function reactionDraft(reaction: DiscordReaction, around: Surroundings): Draft | undefined {
  const { user_id, message_id, message_author_id, emoji, member } = reaction;
  if (user_id === around.botId || member?.user?.bot) return undefined;
  const concerns = message_author_id === around.botId || around.isOurs(message_id);
  if (around.settings.requireMention && !concerns) return undefined;
  const name = emoji.name ?? '';
  const event = eventOf(`${messageEventId(message_id)}:reaction:${user_id}:${emoji.id ?? name}`, {
    source_kind: 'reaction.added',
    actor_id: user_id,
    content: emoji.id ? `:${name}:` : name,
    relation: { kind: 'reaction_to', target_event_id: messageEventId(message_id) },
    metadata: metadataOf(around.place, { message_id, author: member?.user }),
    ...answerable(around.place, message_id),
  });
  return { event, files: [] };
}

function pressDraft(press: DiscordPress, around: Surroundings): Draft | undefined {
  const who = press.member?.user ?? press.user;
  if (!who) return undefined;
  const { custom_id } = press.data;
  const event = eventOf(messageEventId(press.id), {
    source_kind: 'interaction.received',
    occurred_at_ms: snowflakeMs(press.id),
    actor_id: who.id,
    content: labelOf(press.message.components, custom_id) ?? custom_id,
    relation: { kind: 'press_of', target_event_id: messageEventId(press.message.id) },
    metadata: { ...metadataOf(around.place, { message_id: press.message.id, author: who }), custom_id },
    ...answerable(around.place, press.message.id),
  });
  return { event, files: [] };
}

/** Who said what; undefined when it is not for us, or nothing: a sticker, or words that the intent would show. */
function saidIn(message: DiscordMessage, around: Surroundings) {
  const { author, webhook_id, type } = message;
  if (author.id === around.botId || author.bot || webhook_id || !takenTypes.has(type)) return undefined;
  const { requireMention } = around.settings;
  if (!isAddressed(message, around.place, { requireMention, botId: around.botId })) return undefined;
  if (message.content === '' && message.attachments.length === 0) return undefined;
  return {
    actor_id: author.id,
    content: cleanContent(message, around.names, around.botId),
    metadata: metadataOf(around.place, { message_id: message.id, author }),
  };
}

/** The fingerprint is the id: what a backfill brings again may have been edited since, or bear new URLs of the same files. */
const eventOf = (event_id: string, rest: Omit<NewEvent, 'event_id'>): NewEvent => ({
  event_id,
  fingerprint: event_id,
  ...rest,
});

const answerable = (place: Place, messageId: string) => ({
  thread: { path: pathOf(place) },
  reply_route: writeRoute({ channelId: place.channelId, messageId }),
});

function metadataOf(place: Place, { message_id, author }: { message_id: string; author?: DiscordUser | undefined }) {
  const name = author && (author.global_name || author.username);
  return {
    message_id,
    channel_id: place.channelId,
    ...(place.guildId !== undefined && { guild_id: place.guildId }),
    ...(place.name !== undefined && { channel_name: place.name }),
    ...(name && { author_name: name }),
  };
}

const filesOf = ({ attachments }: DiscordMessage): SentFile[] =>
  attachments.map(({ url, filename, size, content_type }) => ({
    url,
    name: filename,
    mediaType: content_type ?? undefined,
    size,
  }));

/** The words on a button, wherever among the components it is. */
function labelOf(components: unknown, customId: string): string | undefined {
  if (Array.isArray(components)) return components.map((each) => labelOf(each, customId)).find((label) => label);
  if (typeof components !== 'object' || components === null) return undefined;
  if ('custom_id' in components && components.custom_id === customId && 'label' in components) {
    return typeof components.label === 'string' ? components.label : undefined;
  }
  return 'components' in components ? labelOf(components.components, customId) : undefined;
}
