import { changed, posted } from '../events.ts';
import { postable, readable } from '../find-channel.ts';
import type { Json } from '../json.ts';
import type { FakeMessage, StreamState } from '../message-store.ts';
import { badArgument, refuse, textArg, type Answer, type Args, type BotMethod, type MethodContext } from '../method.ts';
import { readList, readMetadata, refuseBlocks } from '../read-content.ts';
import { defined, messageView } from '../views.ts';
import { author, threadOf } from './chat.ts';

const scopes = ['chat:write'];
const maxMarkdown = 12_000;
const chunkTypes = ['markdown_text', 'task_update', 'plan_update', 'blocks'];
const taskStates = ['pending', 'in_progress', 'complete', 'error'];
const blockRules = { tooManyBlocks: 'msg_blocks_too_many', tooLongBlocks: 'msg_blocks_too_long' } as const;
const postErrors = [
  'channel_not_found',
  'invalid_blocks',
  'invalid_chunks',
  'msg_blocks_too_long',
  'msg_blocks_too_many',
  'not_in_channel',
];
const streamErrors = [...postErrors, 'message_not_found', 'message_not_in_streaming_state', 'message_not_owned_by_app'];

const startStream: BotMethod = {
  token: 'bot',
  scopes,
  errors: [
    ...postErrors,
    'is_archived',
    'missing_recipient_team_id',
    'missing_recipient_user_id',
    'restricted_action_thread_locked',
    'user_not_found',
  ],
  handle(args, context) {
    const { world, url, announce } = context;
    for (const name of ['channel', 'thread_ts']) {
      if (!textArg(args, name)) return badArgument(`missing required field: ${name}`);
    }
    const found = postable(textArg(args, 'channel'), context);
    if ('error' in found) return refuse(found.error);
    const recipient = found.channel.kind === 'im' ? undefined : refuseRecipient(args, context);
    if (recipient) return recipient;
    const place = threadOf(args, found.channel.id, context);
    // `cannot_reply_to_message` is not documented here.
    if ('refusal' in place)
      return place.refusal.error === 'cannot_reply_to_message' ? badArgument('invalid thread_ts') : place.refusal;
    const said = readChunks(args);
    if ('refusal' in said) return said.refusal;
    const message = world.messages.add({
      ...author(context),
      channel: found.channel.id,
      text: markdownOf(said.chunks),
      ...place,
      stream: { state: 'in_progress', touchedAt: world.now(), chunks: said.chunks },
    });
    context.statuses.delete(`${message.channel}:${message.thread_ts ?? ''}`);
    announce(posted(message, { world, url }));
    return { ok: true, channel: message.channel, ts: message.ts };
  },
};

const appendStream: BotMethod = {
  token: 'bot',
  scopes,
  errors: [...streamErrors, 'no_text', 'stopped_by_user'],
  handle(args, context) {
    const found = streaming(args, context);
    if ('refusal' in found) return found.refusal;
    const { message, state } = found;
    if (state === 'stopped_by_user') return refuse('stopped_by_user');
    if (state !== 'in_progress') return refuse('message_not_in_streaming_state');
    const said = readChunks(args);
    if ('refusal' in said) return said.refusal;
    if (said.chunks.length === 0) return refuse('no_text');
    grow(message, said.chunks, context);
    return { ok: true, channel: message.channel, ts: message.ts };
  },
};

const stopStream: BotMethod = {
  token: 'bot',
  scopes,
  errors: [...streamErrors, 'invalid_metadata_format', 'metadata_too_large'],
  handle(args, context) {
    const { world, url } = context;
    const found = streaming(args, context);
    if ('refusal' in found) return found.refusal;
    const { message, state } = found;
    if (state !== 'in_progress') return refuse('message_not_in_streaming_state');
    const said = readChunks(args);
    if ('refusal' in said) return said.refusal;
    const blocks = readList(args['blocks'], 'invalid_blocks');
    if ('refusal' in blocks) return blocks.refusal;
    const badBlocks = blocks.list && refuseBlocks(blocks.list, blockRules);
    if (badBlocks) return badBlocks;
    const metadata = readMetadata(args['metadata']);
    if ('refusal' in metadata) return metadata.refusal;
    Object.assign(message, defined({ blocks: blocks.list, metadata: metadata.metadata }));
    if (message.stream) message.stream.state = 'completed';
    grow(message, said.chunks, context);
    return {
      ok: true,
      channel: message.channel,
      ts: message.ts,
      message: messageView(message, { world, url, metadata: true }),
    };
  },
};

function refuseRecipient(args: Args, { world }: MethodContext): Answer | undefined {
  if (!textArg(args, 'recipient_team_id')) return refuse('missing_recipient_team_id');
  if (!textArg(args, 'recipient_user_id')) return refuse('missing_recipient_user_id');
  return world.users.has(textArg(args, 'recipient_user_id')) ? undefined : refuse('user_not_found');
}

function streaming(
  args: Args,
  context: MethodContext,
): { message: FakeMessage; state: StreamState } | { refusal: Answer } {
  for (const name of ['channel', 'ts']) {
    if (!textArg(args, name)) return { refusal: badArgument(`missing required field: ${name}`) };
  }
  const found = readable(textArg(args, 'channel'), context);
  if ('error' in found) return { refusal: refuse(found.error) };
  const message = context.world.messages.find(found.channel.id, textArg(args, 'ts'));
  if (!message) return { refusal: refuse('message_not_found') };
  if (message.bot_id !== context.install.bot_id) return { refusal: refuse('message_not_owned_by_app') };
  const { stream } = message;
  if (!stream) return { refusal: refuse('message_not_in_streaming_state') };
  const idle = context.world.now() - stream.touchedAt > context.settings.streamIdleMs;
  if (stream.state === 'in_progress' && idle) stream.state = 'expired';
  return { message, state: stream.state };
}

function readChunks(args: Args): { chunks: Json[] } | { refusal: Answer } {
  const listed = readList(args['chunks'], 'invalid_chunks');
  if ('refusal' in listed) return listed;
  const markdown = textArg(args, 'markdown_text');
  const chunks = [...(markdown ? [{ type: 'markdown_text', text: markdown }] : []), ...(listed.list ?? [])];
  if (!chunks.every(isChunk)) return { refusal: refuse('invalid_chunks') };
  if (markdownOf(chunks).length > maxMarkdown) return { refusal: refuse('msg_blocks_too_long') };
  for (const chunk of chunks.filter(({ type }) => type === 'blocks')) {
    const blocks = readList(chunk['blocks'], 'invalid_chunks');
    const refusal = 'refusal' in blocks ? blocks.refusal : refuseBlocks(blocks.list ?? [], blockRules);
    if (refusal) return { refusal };
  }
  return { chunks };
}

function isChunk(chunk: Json): boolean {
  if (!chunkTypes.includes(String(chunk['type']))) return false;
  if (chunk['type'] === 'markdown_text') return typeof chunk['text'] === 'string';
  if (chunk['type'] === 'plan_update') return typeof chunk['title'] === 'string';
  if (chunk['type'] === 'task_update')
    return typeof chunk['id'] === 'string' && taskStates.includes(String(chunk['status']));
  return Array.isArray(chunk['blocks']);
}

const markdownOf = (chunks: Json[]) =>
  chunks.map((chunk) => (chunk['type'] === 'markdown_text' ? String(chunk['text']) : '')).join('');

/** Tells the apps that the message changed; nobody edited it, so `edited` stays as it is. */
function grow(message: FakeMessage, chunks: Json[], { world, url, announce }: MethodContext): void {
  const previous = messageView(message, { world, url });
  message.text += markdownOf(chunks);
  if (message.stream) {
    message.stream.touchedAt = world.now();
    message.stream.chunks.push(...chunks);
  }
  announce(changed(message, previous, { world, url }));
}

/** The methods of streams. */
export const chatStreamMethods = {
  'chat.startStream': startStream,
  'chat.appendStream': appendStream,
  'chat.stopStream': stopStream,
};
