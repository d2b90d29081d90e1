import type { TelegramConnector } from '@trunkline/config';
import { eventDataSchema, eventFingerprint, type EventData, type EventType } from '@trunkline/events';
import type { EventDraft } from '@trunkline/gateway-kit';
import { additionalKeys, conversationOf, replyTargetsOf, type Place } from './conversation.ts';
import { readMembership } from './normalize-membership.ts';
import { readEditedMessage, readMessage } from './normalize-message.ts';
import { readMigration } from './normalize-migration.ts';
import { readPress } from './normalize-press.ts';
import { readReaction } from './normalize-reaction.ts';
import { readStop } from './normalize-stop.ts';
import { updateSchema, type IdentifiedUpdate, type Update } from './update-payload.ts';

/** The bot of a connector, as far as it is known: the id needs its token, the name an answer of Telegram. */
export interface Bot {
  id?: string | undefined;
  username?: string | undefined;
}

/** A connector as the translation needs it. */
export interface TranslatedConnector {
  config: TelegramConnector;
  bot: Bot;
  /** Ids that a chat had before it was moved: what was allowed under those still is. */
  formerIds?: (chatId: number) => readonly string[];
  /** What the pressed button stands for, where its value was too long for Telegram. */
  heldValue?: string | undefined;
}

/** What an update comes to. `pressId` is the press that Telegram waits to be answered for, whatever became of it. */
export type Normalized = { eventId: string; pressId?: string | undefined } & (
  | { outcome: 'event'; draft: EventDraft; movedFrom?: string | undefined }
  | { outcome: 'ignored'; code: string; detail: string }
);

/** What one update says: Telegram's form ends here. */
export interface Said extends Place {
  type: EventType;
  actor: EventData['actor'];
  /** Unix seconds. */
  at?: number | undefined;
  /** Instead of the update's own id, where two updates tell the same. */
  eventId?: string | undefined;
  message?: EventData['message'];
  content?: EventData['content'];
  relation?: EventData['relation'];
  intent?: string | undefined;
  /** The message that answers in a group refer to. */
  answerTo?: number | undefined;
  /** What changed about the conversation. */
  change?: string;
  /** What only Telegram knows, by its own names; what is absent is left out. */
  facts?: Record<string, unknown>;
  /** The chat that this one was before. */
  movedFrom?: string | undefined;
}

/** A reader's finding: what was said, or why it is nothing for us. */
export type Reading = { ok: true; said: Said } | { ok: false; code: string; detail: string };

/** Which bot the ids of a connector's events belong to: the connector's name stands in where there is no token. */
export const eventScope = ({ config, bot }: TranslatedConnector) => bot.id ?? config.name;

/** Translates an update. The same update always gives the same id and the same fingerprint, by webhook and by polling. */
export function normalize(
  update: IdentifiedUpdate,
  connector: TranslatedConnector,
  deps: { now: () => number },
): Normalized {
  const eventId = `${eventScope(connector)}:${update.update_id}`;
  const parsed = updateSchema.safeParse(update);
  if (!parsed.success) return { outcome: 'ignored', eventId, ...unreadable };
  const pressId = parsed.data.callback_query?.id;
  const reading = read(parsed.data, { update, connector });
  if (!reading.ok) return { outcome: 'ignored', eventId, pressId, code: reading.code, detail: reading.detail };
  const { said } = reading;
  const draft = draftOf(said, { eventId: said.eventId ?? eventId, config: connector.config, now: deps.now() });
  return { outcome: 'event', eventId: draft.event.id, pressId, draft, movedFrom: said.movedFrom };
}

/** What becomes of an update that has an id and nothing else that can be understood. */
export const unreadable = {
  code: 'update_unreadable',
  detail: 'The update does not have the form that Telegram documents.',
} as const;

function read(
  parsed: Update,
  { update, connector }: { update: IdentifiedUpdate; connector: TranslatedConnector },
): Reading {
  const { message, edited_message: edited, channel_post: post, edited_channel_post: editedPost } = parsed;
  if (message) return readMigration(message, connector) ?? readMessage(message, connector);
  if (post) return readMessage(post, connector);
  if (edited) return readEditedMessage(edited, connector);
  if (editedPost) return readEditedMessage(editedPost, connector);
  if (parsed.callback_query) return readPress(parsed.callback_query, connector);
  if (parsed.message_reaction) return readReaction(parsed.message_reaction, connector);
  if (parsed.my_chat_member) return readMembership(parsed.my_chat_member, connector);
  if (parsed.stopped_message_generation) return readStop(parsed.stopped_message_generation, connector);
  const kinds = Object.keys(update).filter((key) => /^[a-z_]{1,64}$/.test(key) && key !== 'update_id');
  return {
    ok: false,
    code: 'update_unsupported',
    detail: `Updates of this kind become no events (${kinds.join(', ')}).`,
  };
}

function draftOf(said: Said, context: { eventId: string; config: TelegramConnector; now: number }): EventDraft {
  const { config, eventId, now } = context;
  const data = dataOf(said, config);
  const { key } = data.conversation;
  const event = {
    specversion: '1.0',
    id: eventId,
    source: `/connectors/telegram/${config.name}`,
    type: said.type,
    subject: key,
    time: new Date(said.at === undefined ? now : said.at * 1000).toISOString(),
    datacontenttype: 'application/json',
    dataschema: eventDataSchema,
    connector: `telegram/${config.name}`,
    platform: 'telegram',
    partitionkey: key,
    data,
  } as const;
  return { event, fingerprint: eventFingerprint({ type: said.type, data }), idempotent: true, assets: [] };
}

function dataOf(said: Said, config: TelegramConnector): EventData {
  const conversation = conversationOf(said, config);
  const { fixed_session_id: fixed, session_policy: policy } = config;
  const before = said.movedFrom === undefined ? [] : [`telegram:${config.name}:${said.movedFrom}`];
  return {
    connector: { kind: 'telegram', name: config.name },
    platform: 'telegram',
    actor: said.actor,
    conversation,
    ...contentOf(said),
    ...(said.message && { message: said.message }),
    ...(said.relation && { relation: said.relation }),
    ...(said.intent !== undefined && { intent: said.intent }),
    binding_keys: [
      ...[conversation.key, ...before].map((key) => ({ key, origin: 'conversation' as const })),
      ...additionalKeys(config, conversation.key),
    ],
    reply_targets: replyTargetsOf(said, config),
    session: {
      ...(fixed !== undefined && { fixed_session_id: fixed }),
      natural_session_id: conversation.key,
      policy,
    },
    metadata: metadataOf(said),
  };
}

/** Where an event says what changed about its conversation. */
export const changeKey = 'trunkline.change';

/** A change that has no words of its own says what it is. */
function contentOf({ content, change }: Said): Pick<EventData, 'content'> {
  if (content) return { content };
  return change === undefined ? {} : { content: { text: change } };
}

function metadataOf({ change, facts = {} }: Said): EventData['metadata'] {
  const metadata: EventData['metadata'] = change === undefined ? {} : { [changeKey]: change };
  for (const name in facts) if (facts[name] !== undefined) metadata[`trunkline.telegram.${name}`] = facts[name];
  return metadata;
}
