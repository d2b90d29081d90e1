import { changed, deleted, posted } from '../events.ts';
import { postable, readable } from '../find-channel.ts';
import type { Json } from '../json.ts';
import type { FakeMessage } from '../message-store.ts';
import {
  badArgument,
  flagArg,
  refuse,
  textArg,
  type Answer,
  type Args,
  type BotMethod,
  type MethodContext,
} from '../method.ts';
import { readContent, truncationWarning, type ContentRules } from '../read-content.ts';
import { removeMessage } from '../remove-message.ts';
import { messageView } from '../views.ts';

const isTs = (text: string) => /^\d{1,10}\.\d{6}$/.test(text);
const scopes = ['chat:write'];
const maxUpdate = 4_000;

const postRules: ContentRules = {
  tooManyBlocks: 'invalid_blocks',
  tooLongBlocks: 'msg_blocks_too_long',
  badAttachments: 'invalid_arguments',
  metadata: true,
};

const postMessage: BotMethod = {
  token: 'bot',
  scopes,
  errors: [
    'cannot_reply_to_message',
    'channel_not_found',
    'invalid_blocks',
    'invalid_blocks_format',
    'invalid_metadata_format',
    'is_archived',
    'markdown_text_conflict',
    'metadata_too_large',
    'msg_blocks_too_long',
    'no_text',
    'not_in_channel',
    'restricted_action_thread_locked',
    'too_many_attachments',
  ],
  handle(args, context) {
    const { world, url, announce } = context;
    if (!textArg(args, 'channel')) return badArgument('missing required field: channel');
    const read = readContent(args, postRules);
    if ('refusal' in read) return read.refusal;
    const found = postable(textArg(args, 'channel'), context);
    if ('error' in found) return refuse(found.error);
    const place = threadOf(args, found.channel.id, context);
    if ('refusal' in place) return place.refusal;
    const { truncated, ...content } = read.content;
    const broadcast = flagArg(args, 'reply_broadcast') && 'thread_ts' in place;
    const username = textArg(args, 'username');
    const message = world.messages.add({
      ...author(context),
      channel: found.channel.id,
      ...content,
      ...place,
      ...(broadcast && { subtype: 'thread_broadcast' }),
      ...(username && { username }),
    });
    context.statuses.delete(`${message.channel}:${message.thread_ts ?? ''}`);
    announce(posted(message, { world, url }));
    return {
      ok: true,
      channel: message.channel,
      ts: message.ts,
      message: messageView(message, { world, url, metadata: true }),
      ...truncationWarning({ truncated }),
    };
  },
};

const postEphemeral: BotMethod = {
  token: 'bot',
  scopes,
  errors: [
    'channel_not_found',
    'invalid_attachments',
    'invalid_blocks',
    'invalid_blocks_format',
    'is_archived',
    'markdown_text_conflict',
    'msg_too_long',
    'no_text',
    'not_in_channel',
    'too_many_attachments',
    'user_not_in_channel',
  ],
  handle(args, context) {
    if (!textArg(args, 'channel')) return badArgument('missing required field: channel');
    if (!textArg(args, 'user')) return badArgument('missing required field: user');
    const rules: ContentRules = {
      tooManyBlocks: 'invalid_blocks',
      tooLongBlocks: 'msg_too_long',
      badAttachments: 'invalid_attachments',
      metadata: false,
    };
    const read = readContent(args, rules);
    if ('refusal' in read) return read.refusal;
    const found = postable(textArg(args, 'channel'), context);
    if ('error' in found) return refuse(found.error);
    const user = textArg(args, 'user');
    if (!found.channel.members.has(user)) return refuse('user_not_in_channel');
    const { truncated, ...content } = read.content;
    const message_ts = context.world.messages.nextTs(found.channel.id);
    const thread = textArg(args, 'thread_ts');
    context.ephemerals.push({
      channel: found.channel.id,
      user,
      ts: message_ts,
      ...content,
      ...(thread && { thread_ts: thread }),
    });
    return { ok: true, message_ts, ...truncationWarning({ truncated }) };
  },
};

const update: BotMethod = {
  token: 'bot',
  scopes,
  errors: [
    'cant_update_message',
    'channel_not_found',
    'invalid_attachments',
    'invalid_blocks',
    'invalid_blocks_format',
    'invalid_metadata_format',
    'markdown_text_conflict',
    'message_not_found',
    'metadata_too_large',
    'msg_too_long',
    'no_text',
    'streaming_state_conflict',
    'too_many_attachments',
  ],
  handle(args, context) {
    const { world, url, announce, install } = context;
    const rules: ContentRules = {
      tooManyBlocks: 'invalid_blocks',
      tooLongBlocks: 'msg_too_long',
      badAttachments: 'invalid_attachments',
      metadata: true,
      maxText: maxUpdate,
    };
    const found = ownMessage(args, context);
    if ('refusal' in found) return found.refusal;
    const { message, own } = found;
    if (!own) return refuse('cant_update_message');
    if (message.stream?.state === 'in_progress') return refuse('streaming_state_conflict');
    const read = readContent(args, rules);
    if ('refusal' in read) return read.refusal;
    const previous = messageView(message, { world, url, metadata: true });
    replaceContent(message, read.content);
    message.edited = { user: install.bot_user_id, ts: world.messages.nextTs(message.channel) };
    announce(changed(message, previous, { world, url }));
    return {
      ok: true,
      channel: message.channel,
      ts: message.ts,
      text: message.text,
      message: messageView(message, { world, url, metadata: true }),
    };
  },
};

const remove: BotMethod = {
  token: 'bot',
  scopes,
  errors: ['cant_delete_message', 'channel_not_found', 'message_not_found'],
  handle(args, context) {
    const { world, url, announce } = context;
    const found = ownMessage(args, context);
    if ('refusal' in found) return found.refusal;
    const { message, own } = found;
    if (!own) return refuse('cant_delete_message');
    const previous = messageView(message, { world, url });
    removeMessage(message, world);
    announce(deleted(message, previous, { world, url }));
    return { ok: true, channel: message.channel, ts: message.ts };
  },
};

/** Who a bot's messages are from. */
export const author = ({ app, install }: Pick<MethodContext, 'app' | 'install'>) => ({
  team: install.team_id,
  user: install.bot_user_id,
  bot_id: install.bot_id,
  app_id: app.id,
});

/** Where `thread_ts` leads. A reply to a reply is refused; a root that is not there is taken, as Slack does. */
export function threadOf(
  args: Args,
  channel: string,
  { world }: Pick<MethodContext, 'world'>,
): { thread_ts?: string } | { refusal: Answer } {
  const thread_ts = textArg(args, 'thread_ts');
  if (!thread_ts) return {};
  if (!isTs(thread_ts)) return { refusal: badArgument('invalid thread_ts') };
  const root = world.messages.find(channel, thread_ts);
  if (root?.thread_ts && root.thread_ts !== root.ts) return { refusal: refuse('cannot_reply_to_message') };
  const locked = world.channels.get(channel)?.locked_threads.has(thread_ts);
  return locked ? { refusal: refuse('restricted_action_thread_locked') } : { thread_ts };
}

/** The message of `channel` and `ts`, and whether it is the caller's. */
function ownMessage(args: Args, context: MethodContext): { message: FakeMessage; own: boolean } | { refusal: Answer } {
  for (const name of ['channel', 'ts']) {
    if (!textArg(args, name)) return { refusal: badArgument(`missing required field: ${name}`) };
  }
  const found = readable(textArg(args, 'channel'), context);
  if ('error' in found) return { refusal: refuse('channel_not_found') };
  const message = context.world.messages.find(found.channel.id, textArg(args, 'ts'));
  if (!message) return { refusal: refuse('message_not_found') };
  return { message, own: message.bot_id === context.install.bot_id };
}

/** An update replaces text, blocks and attachments together; metadata stays unless it is given. */
function replaceContent(
  message: FakeMessage,
  content: { text: string; blocks?: Json[]; attachments?: Json[]; metadata?: Json },
): void {
  message.text = content.text;
  delete message.blocks;
  delete message.attachments;
  if (content.blocks) message.blocks = content.blocks;
  if (content.attachments) message.attachments = content.attachments;
  if (content.metadata) message.metadata = content.metadata;
}

/** The methods of `chat.*` but streams. */
export const chatMethods = {
  'chat.postMessage': postMessage,
  'chat.postEphemeral': postEphemeral,
  'chat.update': update,
  'chat.delete': remove,
};
