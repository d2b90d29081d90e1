import { readable } from '../find-channel.ts';
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
import { channelView, messageView } from '../views.ts';
import type { ChannelKind } from '../world.ts';

const family: Record<ChannelKind, string> = { public: 'channels', private: 'groups', im: 'im', mpim: 'mpim' };
const defaultLimit = 100;
const maxLimit = 1_000;

/** One of `channels:read`, `im:history` and so on, by what the conversation is; any of them while it is unknown. */
const scopesFor =
  (verb: 'read' | 'history') =>
  (args: Args, { world }: MethodContext): string[] => {
    const kind = world.channels.get(textArg(args, 'channel'))?.kind;
    return kind ? [`${family[kind]}:${verb}`] : Object.values(family).map((each) => `${each}:${verb}`);
  };

const info: BotMethod = {
  token: 'bot',
  scopes: scopesFor('read'),
  errors: ['channel_not_found'],
  handle(args, context) {
    const found = readable(textArg(args, 'channel'), context);
    // Public channels may be looked at from outside.
    const channel = 'channel' in found ? found.channel : context.world.channels.get(textArg(args, 'channel'));
    if (!channel || ('error' in found && found.error === 'channel_not_found')) return refuse('channel_not_found');
    return { ok: true, channel: channelView(channel, { botUser: context.install.bot_user_id }) };
  },
};

const history: BotMethod = {
  token: 'bot',
  scopes: scopesFor('history'),
  errors: ['channel_not_found', 'invalid_cursor', 'invalid_ts_latest', 'invalid_ts_oldest', 'not_in_channel'],
  handle(args, context) {
    if (!textArg(args, 'channel')) return badArgument('missing required field: channel');
    const found = readable(textArg(args, 'channel'), context);
    if ('error' in found) return refuse(found.error);
    const top = context.world.messages
      .list(found.channel.id)
      .filter((message) => !message.thread_ts || message.subtype === 'thread_broadcast');
    const window = readWindow(args);
    if ('refusal' in window) return window.refusal;
    return page(top.filter(window.holds).reverse(), { args, context });
  },
};

const replies: BotMethod = {
  token: 'bot',
  scopes: scopesFor('history'),
  errors: ['channel_not_found', 'invalid_cursor', 'invalid_ts_latest', 'invalid_ts_oldest', 'thread_not_found'],
  handle(args, context) {
    for (const name of ['channel', 'ts']) {
      if (!textArg(args, name)) return badArgument(`missing required field: ${name}`);
    }
    const { messages } = context.world;
    const found = readable(textArg(args, 'channel'), context);
    if ('error' in found) return refuse('channel_not_found');
    const asked = messages.find(found.channel.id, textArg(args, 'ts'));
    if (!asked) return refuse('thread_not_found');
    const root = asked.thread_ts ?? asked.ts;
    const window = readWindow(args);
    if ('refusal' in window) return window.refusal;
    const thread = messages.thread(found.channel.id, root);
    // The root comes with whatever window is asked for.
    return page(
      thread.filter((message) => message.ts === root || window.holds(message)),
      { args, context },
    );
  },
};

function readWindow(args: Args): { holds(message: FakeMessage): boolean } | { refusal: Answer } {
  const oldest = textArg(args, 'oldest') || '0';
  const latest = textArg(args, 'latest');
  if (!isTime(oldest)) return { refusal: refuse('invalid_ts_oldest') };
  if (latest && !isTime(latest)) return { refusal: refuse('invalid_ts_latest') };
  const inclusive = flagArg(args, 'inclusive');
  return {
    holds({ ts }) {
      const fromOldest = compare(ts, oldest);
      const toLatest = latest ? compare(latest, ts) : 1;
      return inclusive ? fromOldest >= 0 && toLatest >= 0 : fromOldest > 0 && toLatest > 0;
    },
  };
}

const isTime = (text: string) => /^\d+(\.\d+)?$/.test(text);

/** Times have more digits than a float keeps. */
function compare(left: string, right: string): number {
  const micros = (ts: string) => {
    const [seconds = '0', fraction = ''] = ts.split('.');
    return BigInt(seconds) * 1_000_000n + BigInt(fraction.padEnd(6, '0').slice(0, 6));
  };
  return Number(micros(left) - micros(right));
}

function page(messages: FakeMessage[], { args, context }: { args: Args; context: MethodContext }): Answer {
  const limit = Math.min(Number(textArg(args, 'limit')) || defaultLimit, maxLimit);
  const start = readCursor(textArg(args, 'cursor'));
  if (start === undefined) return refuse('invalid_cursor');
  const shown = messages.slice(start, start + limit);
  const more = start + limit < messages.length;
  const { world, url } = context;
  const metadata = flagArg(args, 'include_all_metadata');
  return {
    ok: true,
    messages: shown.map((message) => messageView(message, { world, url, metadata, reactions: true })),
    has_more: more,
    ...(more && { response_metadata: { next_cursor: Buffer.from(`next:${start + limit}`).toString('base64') } }),
  };
}

function readCursor(cursor: string): number | undefined {
  if (!cursor) return 0;
  const digits = /^next:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString())?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** The methods of `conversations.*`. */
export const conversationMethods = {
  'conversations.info': info,
  'conversations.history': history,
  'conversations.replies': replies,
};
