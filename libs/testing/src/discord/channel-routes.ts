import { refusal } from './api-error.ts';
import { createMessage, editMessage } from './create-message.ts';
import type { DiscordMessage } from './message.ts';
import { removeMessage, seenBy } from './post-message.ts';
import type { RestCall, RestHandler } from './rest-api.ts';
import { compareSnowflakes } from './snowflakes.ts';
import { addChannel, channelTypes, intents, type ChannelState } from './world.ts';

/** Channels, their messages and threads. */
export const channelRoutes: Record<string, RestHandler> = {
  'GET /channels/:id': (call) => channelOf(call).channel,
  'GET /channels/:id/messages': listMessages,
  'GET /channels/:id/messages/:message': (call) => seen(call, messageOf(call)),
  'POST /channels/:id/messages': (call) => createMessage(call, channelOf(call)),
  'PATCH /channels/:id/messages/:message': (call) => editMessage(call, messageOf(call)),
  'DELETE /channels/:id/messages/:message': (call) => removeMessage(call.world, channelOf(call), messageOf(call)),
  'PUT /channels/:id/messages/:message/reactions/:emoji/@me': addReaction,
  'POST /channels/:id/typing': (call) => {
    call.world.typing.push({ channel: channelOf(call).channel.id, at: call.world.now() });
  },
  'POST /channels/:id/messages/:message/threads': startThread,
};

function channelOf({ world, params }: RestCall): ChannelState {
  const state = world.channels.get(params['id'] ?? '');
  if (!state) throw refusal(10003);
  if (!state.may.view) throw refusal(50001);
  return state;
}

function messageOf(call: RestCall): DiscordMessage {
  const found = channelOf(call).messages.find(({ id }) => id === call.params['message']);
  if (!found) throw refusal(10008);
  return found;
}

const seen = ({ world }: RestCall, message: DiscordMessage) => seenBy(world, { ...message }, world.bot.messageContent);

/** Newest first; `after` answers those next to it. */
function listMessages(call: RestCall): unknown {
  const { messages } = channelOf(call);
  const { query } = call;
  const limit = Math.min(100, Number(query.get('limit') ?? 50));
  const after = query.get('after');
  const before = query.get('before');
  const fits = ({ id }: DiscordMessage) =>
    (!after || compareSnowflakes(id, after) > 0) && (!before || compareSnowflakes(id, before) < 0);
  const found = messages.filter(fits);
  const page = after ? found.slice(0, limit) : found.slice(-limit);
  return page.toReversed().map((message) => seen(call, message));
}

function addReaction(call: RestCall): void {
  const { world, params } = call;
  const message = messageOf(call);
  const name = decodeURIComponent(params['emoji'] ?? '');
  message.reactions.push({ emoji: { id: null, name }, count: 1, me: true });
  const { channel_id, guild_id, id: message_id } = message;
  const d = { user_id: world.bot.user.id, channel_id, message_id, emoji: { id: null, name }, type: 0, burst: false };
  const intent = guild_id ? intents.guildReactions : intents.directReactions;
  world.dispatch({ t: 'MESSAGE_REACTION_ADD', d: { ...d, ...(guild_id && { guild_id }) }, intent });
}

function startThread(call: RestCall): unknown {
  const { world, body } = call;
  const { id, channel_id, guild_id } = messageOf(call);
  const { channel } = addChannel(world, {
    // A thread that begins at a message has that message's id.
    id,
    type: channelTypes.publicThread,
    parent_id: channel_id,
    name: String(body['name']),
    owner_id: world.bot.user.id,
    ...(guild_id && { guild_id }),
    thread_metadata: {
      archived: false,
      locked: false,
      auto_archive_duration: 1440,
      archive_timestamp: new Date(world.now()).toISOString(),
    },
  });
  world.dispatch({ t: 'THREAD_CREATE', d: { ...channel, newly_created: true }, intent: intents.guilds });
  return channel;
}
