import { postable } from '../find-channel.ts';
import { badArgument, refuse, textArg, type BotMethod } from '../method.ts';

const setStatus: BotMethod = {
  token: 'bot',
  scopes: ['chat:write'],
  errors: ['channel_not_found', 'invalid_thread_ts'],
  handle(args, context) {
    const { world, statuses } = context;
    if (!textArg(args, 'channel_id')) return badArgument('missing required field: channel_id');
    if (args['status'] === undefined) return badArgument('missing required field: status');
    const loading = args['loading_messages'];
    const loading_messages = Array.isArray(loading) ? loading.map(String) : [];
    if (loading_messages.length > 10 || loading_messages.some((text) => text.length > 50)) {
      return badArgument('at most 10 loading_messages of 50 characters');
    }
    const found = postable(textArg(args, 'channel_id'), context);
    if ('error' in found) return refuse('channel_not_found');
    const thread = textArg(args, 'thread_ts');
    if (!world.messages.find(found.channel.id, thread)) return refuse('invalid_thread_ts');
    const key = `${found.channel.id}:${thread}`;
    const status = textArg(args, 'status');
    if (status) statuses.set(key, { status, at: world.now(), loading_messages });
    else statuses.delete(key);
    return { ok: true };
  },
};

/** The methods of `assistant.*`. */
export const assistantMethods = { 'assistant.threads.setStatus': setStatus };
