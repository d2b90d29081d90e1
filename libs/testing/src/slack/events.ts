import type { Happening } from './announce.ts';
import type { Json } from './json.ts';
import type { FakeMessage } from './message-store.ts';
import { defined, messageView } from './views.ts';
import type { ChannelKind, World } from './world.ts';

const channelTypes: Record<ChannelKind, string> = { public: 'channel', private: 'group', im: 'im', mpim: 'mpim' };

interface At {
  world: World;
  url: string;
}

/** `message`: somebody posted. */
export function posted(message: FakeMessage, { world, url }: At): Happening {
  const root = message.subtype === 'thread_broadcast' && world.messages.find(message.channel, message.thread_ts ?? '');
  const event = {
    ...messageView(message, { world, url, metadata: true }),
    ...(root && { root: messageView(root, { world, url }) }),
    ...place(message.channel, world),
  };
  return { channel: message.channel, team: message.team, event: { ...event, event_ts: message.ts } };
}

/** `app_mention`, the twin of a message; it has no channel_type. */
export function mentioned(message: FakeMessage, { world, url }: At): Happening {
  const { client_msg_id, text, user, ts, thread_ts, parent_user_id, blocks, files, team, bot_id, app_id } = messageView(
    message,
    { world, url },
  );
  const event = defined({
    type: 'app_mention',
    user,
    ts,
    client_msg_id,
    text,
    team,
    thread_ts,
    parent_user_id,
    blocks,
    files,
    bot_id,
    app_id,
  });
  return {
    channel: message.channel,
    team: message.team,
    event: { ...event, channel: message.channel, event_ts: message.ts },
  };
}

/** `message_changed`: an edit (`edited` is new), an unfurl, or a stream that grew. `previous` is the view from before. */
export function changed(message: FakeMessage, previous: Json, { world, url }: At): Happening {
  return hidden(message, {
    world,
    subtype: 'message_changed',
    more: { message: messageView(message, { world, url, metadata: true }), previous_message: previous },
  });
}

/** `message_deleted`: identified by `deleted_ts`. */
export function deleted(message: FakeMessage, previous: Json, { world }: At): Happening {
  return hidden(message, {
    world,
    subtype: 'message_deleted',
    more: { deleted_ts: message.ts, previous_message: previous },
  });
}

/** `reaction_added` and `reaction_removed`. */
export function reacted(
  message: FakeMessage,
  by: { user: string; name: string; added: boolean },
  { world }: Pick<At, 'world'>,
): Happening {
  const event = defined({
    type: by.added ? 'reaction_added' : 'reaction_removed',
    user: by.user,
    reaction: by.name,
    item_user: message.user,
    item: { type: 'message', channel: message.channel, ts: message.ts },
    event_ts: world.messages.nextTs(message.channel),
  });
  return { channel: message.channel, team: world.users.get(by.user)?.team_id ?? message.team, event };
}

function hidden(message: FakeMessage, of: { world: World; subtype: string; more: Json }): Happening {
  const ts = of.world.messages.nextTs(message.channel);
  return {
    channel: message.channel,
    team: message.team,
    event: {
      type: 'message',
      subtype: of.subtype,
      hidden: true,
      ...of.more,
      ...place(message.channel, of.world),
      ts,
      event_ts: ts,
    },
  };
}

const place = (channel: string, world: World) => ({
  channel,
  channel_type: channelTypes[world.channels.get(channel)?.kind ?? 'public'],
});
