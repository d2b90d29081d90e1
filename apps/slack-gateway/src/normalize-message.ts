import type { EventData } from '@trunkline/events';
import { z } from 'zod';
import { appScoped } from './event-id.ts';
import { channelKind, ignored, timeOf, type Place, type Reading, type ReadingContext, type Said } from './said.ts';
import { attachmentsOf, slackFiles } from './slack-files.ts';
import { maybe, shortText, slackId, slackTs, whereItFails, type EventCallback } from './slack-payload.ts';
import { mentionsAny, readSlackText } from './slack-text.ts';

const profile = maybe(
  z.object({ display_name: maybe(shortText), real_name: maybe(shortText), name: maybe(shortText) }),
);

const author = {
  user: maybe(slackId),
  user_profile: profile,
  username: maybe(shortText),
  bot_id: maybe(slackId),
  app_id: maybe(slackId),
  bot_profile: maybe(z.object({ app_id: maybe(slackId) })),
  subtype: maybe(z.string()),
};

const inner = z.object({
  ...author,
  text: z.string().catch(''),
  ts: slackTs,
  thread_ts: maybe(slackTs),
  client_msg_id: maybe(slackId),
  edited: maybe(z.object({ user: maybe(slackId), ts: maybe(slackTs) })),
  files: slackFiles,
  parent_user_id: maybe(slackId),
});

const common = { channel: slackId, channel_type: maybe(z.string().max(40)), event_ts: maybe(slackTs) };
const created = inner.extend(common);
const changed = z.object({ ...common, message: inner, previous_message: maybe(inner) });
const deleted = z.object({ ...common, deleted_ts: slackTs, previous_message: maybe(inner) });

type Message = z.output<typeof inner>;
type Created = z.output<typeof created>;
type Where = { channel: string; channel_type?: string | undefined };

/** What people write. Everything else that comes as a message is the channel's own business. */
const spoken = new Set([undefined, 'file_share', 'me_message', 'thread_broadcast']);

/** Reads messages, mentions, edits and deletions. */
export function saidByMessage(body: EventCallback, context: ReadingContext): Reading {
  const { subtype } = body.event;
  if (subtype === 'message_changed') return saidByChange(body, context);
  if (subtype === 'message_deleted') return saidByDeletion(body, context);
  const parsed = created.safeParse(body.event);
  if (!parsed.success) return ignored('event_unreadable', whereItFails(parsed.error));
  const message = parsed.data;
  const foreign = notByAPerson(message, { body, context });
  if (foreign) return foreign;
  if (!spoken.has(message.subtype))
    return ignored('service_message', 'Nobody wrote this: it tells of a change in the channel.');
  return { ok: true, said: saidByPerson(message, { body, context }) };
}

interface Deps {
  body: EventCallback;
  context: ReadingContext;
}

function saidByPerson(message: Created, { body, context }: Deps): Said {
  const { channel, ts } = message;
  const mention = body.event.type === 'app_mention';
  return {
    type: 'trunkline.message.created',
    ...identityOf(message, { body, mention }),
    time: timeOf(ts, context.now),
    place: placeOf(message, message),
    actor: actorOf(message),
    content: contentOf(message, context),
    message: messageOf(message),
    ...(isReply(message) && { relation: { kind: 'reply_to', target_message_id: message.thread_ts } }),
    facts: { channel_type: message.channel_type, event_id: body.event_id },
    addressed: mention ? 'yes' : addressed(message, context),
    ...(channel.startsWith('D') && { addressed: 'yes' }),
  };
}

/**
 * The id of a message is the message, not the delivery, so that its twins are one event without anybody having to look:
 *
 * - seen through two workspaces of a shared channel, and posted twice by a client (another ts): `client_msg_id` is the same;
 * - `message` and `app_mention`: the ts is the same, and `client_msg_id` too, where Slack puts it into both.
 *
 * The last condition does not always hold, and no function of one twin alone can tell what the other one brings. Twins of
 * this kind exist for texts that mention somebody only (and not in direct messages); for those the first one to arrive claims the
 * place of the message (`twinOf`) for its id, see message-twins.ts. All others cost nothing.
 */
function identityOf(message: Created, { body, mention }: { body: EventCallback; mention: boolean }) {
  const { channel, ts, client_msg_id: gesture } = message;
  const named = (name: string) => appScoped(body.api_app_id, channel, 'm', name);
  const mayHaveTwin =
    mention || (message.text.includes('<@') && channelKind(channel, message.channel_type) !== 'direct');
  return { id: named(gesture ?? ts), ...(mayHaveTwin && { twinOf: named(ts) }) };
}

function saidByChange(body: EventCallback, context: ReadingContext): Reading {
  const parsed = changed.safeParse(body.event);
  if (!parsed.success) return ignored('event_unreadable', whereItFails(parsed.error));
  const { message, previous_message: previous, ...where } = parsed.data;
  // The first message of a thread leaves a tombstone when it is deleted, and Slack tells it as a change.
  if (message.subtype === 'tombstone') return saidByDeletion(deletionOf(body, message.ts), context);
  const foreign = notByAPerson(message, { body, context });
  if (foreign) return foreign;
  const editedAt = message.edited?.ts;
  if (editedAt === undefined || editedAt === previous?.edited?.ts) {
    return ignored('not_an_edit', 'Slack changed the message (a link preview, a reply count), nobody edited it.');
  }
  const said: Said = {
    type: 'trunkline.message.edited',
    id: appScoped(body.api_app_id, body.event_id),
    time: timeOf(editedAt, context.now),
    place: placeOf(message, where),
    actor: actorOf(message),
    content: contentOf(message, context),
    message: messageOf(message),
    relation: { kind: 'edit_of', target_message_id: message.ts },
    facts: { channel_type: where.channel_type },
    addressed: mentionsAny(message.text, context.bot.users) ? 'yes' : 'if_bound',
  };
  return { ok: true, said };
}

function deletionOf(body: EventCallback, ts: string): EventCallback {
  return { ...body, event: { ...body.event, subtype: 'message_deleted', deleted_ts: ts } };
}

function saidByDeletion(body: EventCallback, context: ReadingContext): Reading {
  const parsed = deleted.safeParse(body.event);
  if (!parsed.success) return ignored('event_unreadable', whereItFails(parsed.error));
  const { deleted_ts: ts, previous_message: previous, event_ts: at, ...where } = parsed.data;
  const foreign = previous && notByAPerson(previous, { body, context });
  if (foreign) return foreign;
  const message = { ts, thread_ts: previous?.thread_ts };
  const said: Said = {
    type: 'trunkline.message.deleted',
    id: appScoped(body.api_app_id, body.event_id),
    time: timeOf(at ?? body.event_time, context.now),
    place: placeOf(message, where),
    // Slack does not say who deleted it.
    actor: previous ? actorOf(previous) : { id: unknownActor },
    message: messageOf(message),
    relation: { kind: 'deletion_of', target_message_id: ts },
    facts: { channel_type: where.channel_type },
    addressed: 'if_bound',
  };
  return { ok: true, said };
}

const unknownActor = 'unknown';

/** Our own messages come back to us, also as changes when we edit or stream them; answering them would never end. */
function notByAPerson(message: Message, { body, context }: Deps): Reading | undefined {
  const app = message.app_id ?? message.bot_profile?.app_id;
  const { bot } = context;
  const own =
    (app !== undefined && app === body.api_app_id) ||
    (message.bot_id !== undefined && bot.bots.has(message.bot_id)) ||
    (message.user !== undefined && bot.users.has(message.user));
  if (own) return ignored('own_message', 'The bot wrote this itself.');
  const isBot = message.bot_id !== undefined || message.subtype === 'bot_message' || message.user === 'USLACKBOT';
  return isBot ? ignored('other_bot', 'Another app wrote this.') : undefined;
}

const isReply = ({ ts, thread_ts: thread }: Pick<Message, 'ts' | 'thread_ts'>) => thread !== undefined && thread !== ts;

function placeOf(message: Pick<Message, 'ts' | 'thread_ts'>, { channel, channel_type: type }: Where): Place {
  const root = message.thread_ts ?? message.ts;
  return { channel, kind: channelKind(channel, type), root, inThread: isReply(message) };
}

const messageOf = (message: Pick<Message, 'ts' | 'thread_ts'>): NonNullable<EventData['message']> => ({
  id: message.ts,
  ...(message.thread_ts !== undefined && { thread_id: message.thread_ts }),
});

function actorOf({ user, user_profile: known, username }: Message): EventData['actor'] {
  const name = known?.display_name ?? known?.real_name ?? known?.name ?? username;
  return { id: user ?? unknownActor, ...(name !== undefined && { name }), is_bot: false };
}

function contentOf(message: Message, { tenant }: ReadingContext): NonNullable<EventData['content']> {
  const { text, markdown, mentions } = readSlackText(message.text);
  const attachments = attachmentsOf(message.files, tenant);
  return {
    text,
    ...(markdown !== '' && { markdown }),
    ...(mentions.length > 0 && { mentions }),
    ...(attachments.length > 0 && { attachments }),
  };
}

function addressed(message: Created, { bot }: ReadingContext): Said['addressed'] {
  if (mentionsAny(message.text, bot.users)) return 'yes';
  if (message.parent_user_id !== undefined && bot.users.has(message.parent_user_id)) return 'yes';
  return isReply(message) ? 'if_bound' : 'no';
}
