import { reacted } from '../events.ts';
import { readable } from '../find-channel.ts';
import type { FakeMessage } from '../message-store.ts';
import { refuse, textArg, type Answer, type Args, type BotMethod, type MethodContext } from '../method.ts';
import { toggleReaction } from '../toggle-reaction.ts';
import { messageView, reactionsView } from '../views.ts';

const notThere = ['bad_timestamp', 'channel_not_found', 'message_not_found', 'no_item_specified'];

const add: BotMethod = {
  token: 'bot',
  scopes: ['reactions:write'],
  errors: [...notThere, 'already_reacted', 'invalid_name', 'is_archived', 'thread_locked'],
  handle: (args, context) => change(args, context, true),
};

const remove: BotMethod = {
  token: 'bot',
  scopes: ['reactions:write'],
  errors: [...notThere, 'invalid_name', 'is_archived', 'no_reaction', 'thread_locked'],
  handle: (args, context) => change(args, context, false),
};

const get: BotMethod = {
  token: 'bot',
  scopes: ['reactions:read'],
  errors: notThere,
  handle(args, context) {
    const found = item(args, context);
    if ('refusal' in found) return found.refusal;
    const { message } = found;
    const { world, url } = context;
    const reactions = reactionsView(message);
    const view = { ...messageView(message, { world, url }), ...(reactions.length > 0 && { reactions }) };
    return { ok: true, type: 'message', channel: message.channel, message: view };
  },
};

function change(args: Args, context: MethodContext, added: boolean): Answer {
  const { world, install, announce } = context;
  const name = textArg(args, 'name').replaceAll(':', '');
  if (!/^[\w+'-]+$/.test(name)) return refuse('invalid_name');
  const found = item(args, context);
  if ('refusal' in found) return found.refusal;
  const { message } = found;
  const channel = world.channels.get(message.channel);
  if (channel?.is_archived) return refuse('is_archived');
  if (channel?.locked_threads.has(message.thread_ts ?? message.ts)) return refuse('thread_locked');
  const by = { user: install.bot_user_id, name, added };
  if (!toggleReaction(message, by)) return refuse(added ? 'already_reacted' : 'no_reaction');
  announce(reacted(message, by, { world }));
  return { ok: true };
}

function item(args: Args, context: MethodContext): { message: FakeMessage } | { refusal: Answer } {
  const channel = textArg(args, 'channel');
  const timestamp = textArg(args, 'timestamp');
  if (!channel || !timestamp) return { refusal: refuse('no_item_specified') };
  if (!/^\d+\.\d+$/.test(timestamp)) return { refusal: refuse('bad_timestamp') };
  const found = readable(channel, context);
  if ('error' in found) return { refusal: refuse('channel_not_found') };
  const message = context.world.messages.find(found.channel.id, timestamp);
  return message ? { message } : { refusal: refuse('message_not_found') };
}

/** The methods of `reactions.*`. */
export const reactionMethods = { 'reactions.add': add, 'reactions.remove': remove, 'reactions.get': get };
