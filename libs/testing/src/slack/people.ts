import type { Announce } from './announce.ts';
import type { EventDelivery } from './delivery.ts';
import { changed, deleted, mentioned, posted, reacted } from './events.ts';
import type { Json } from './json.ts';
import type { FakeMessage } from './message-store.ts';
import { removeMessage } from './remove-message.ts';
import { shareFiles } from './share-files.ts';
import { toggleReaction } from './toggle-reaction.ts';
import { messageView } from './views.ts';
import type { World } from './world.ts';

/** What somebody says. `files` are ids from `addFile`; `subtype` such as `me_message` is passed on. */
export interface Said {
  channel: string;
  user: string;
  text: string;
  thread_ts?: string;
  files?: string[];
  client_msg_id?: string;
  subtype?: string;
  blocks?: Json[];
  /** Also show a reply in the channel (`thread_broadcast`). */
  broadcast?: boolean;
}

/** Something that a person did: the message it is about, and how its events went out. */
export interface Done {
  message: FakeMessage;
  ts: string;
  channel: string;
  client_msg_id: string | undefined;
  deliveries: EventDelivery[];
  /** Resolves when each delivery was taken or given up. */
  settled: Promise<EventDelivery[]>;
}

/** A message of a channel. */
export interface MessageAt {
  channel: string;
  ts: string;
}

interface Deps {
  world: World;
  url: string;
  announce: Announce;
}

/** What people do in channels; bots hear of it. */
export function createPeople(deps: Deps) {
  const { world, url, announce } = deps;
  const at = { world, url };
  return {
    /** Posts a message; a mention of a bot also gives that app an `app_mention` with another event id. */
    say(said: Said): Done {
      const message = keep(said, world);
      const mentions = mentionedApps(message, world).flatMap((app) => announce({ ...mentioned(message, at), app }));
      return done(message, [...announce(posted(message, at)), ...mentions]);
    },
    /** Changes a person's message. With `unfurl` only a link preview appears, and nobody edited anything. */
    edit(of: MessageAt & { text?: string; unfurl?: Json }): Done {
      const message = find(of, world);
      const previous = messageView(message, at);
      if (of.text !== undefined) {
        message.text = of.text;
        message.blocks = richText(of.text);
        message.edited = { user: message.user ?? '', ts: world.messages.nextTs(message.channel) };
      }
      if (of.unfurl) message.attachments = [of.unfurl];
      return done(message, announce(changed(message, previous, at)));
    },
    /** Deletes a message. */
    remove(of: MessageAt): Done {
      const message = find(of, world);
      const previous = messageView(message, at);
      removeMessage(message, world);
      return done(message, announce(deleted(message, previous, at)));
    },
    /** Adds a reaction, or takes it away with `added: false`. */
    react(of: MessageAt & { user: string; name: string; added?: boolean }): Done {
      const message = find(of, world);
      const by = { user: of.user, name: of.name, added: of.added ?? true };
      toggleReaction(message, by);
      return done(message, announce(reacted(message, by, at)));
    },
    /** Presses stop below a stream: the stream ends, and its app hears `agent_session_stopped`. */
    stopAgent(of: MessageAt & { user: string }): Done {
      const message = find(of, world);
      if (message.stream) message.stream.state = 'stopped_by_user';
      return done(
        message,
        announce({
          channel: message.channel,
          team: message.team,
          ...(message.app_id && { app: message.app_id }),
          event: {
            type: 'agent_session_stopped',
            channel: message.channel,
            user: of.user,
            thread_ts: message.thread_ts ?? message.ts,
            streaming_message_ts: message.stream ? [message.ts] : [],
            event_ts: world.messages.nextTs(message.channel),
          },
        }),
      );
    },
  };
}

function keep(said: Said, world: World): FakeMessage {
  const user = world.users.get(said.user);
  const channel = world.channels.get(said.channel);
  if (!user || !channel)
    throw new Error(`The fake Slack has no ${user ? `channel ${said.channel}` : `user ${said.user}`}.`);
  const { files, broadcast, ...rest } = said;
  const draft = {
    client_msg_id: crypto.randomUUID(),
    blocks: richText(said.text),
    ...rest,
    team: user.team_id,
    ...(broadcast && said.thread_ts && { subtype: 'thread_broadcast' }),
  };
  if (!files?.length) return world.messages.add(draft);
  const shared = files.flatMap((id) => world.files.get(id) ?? []);
  return shareFiles(draft, shared, world);
}

function find({ channel, ts }: MessageAt, world: World): FakeMessage {
  const message = world.messages.find(channel, ts);
  if (!message) throw new Error(`The fake Slack has no message ${ts} in ${channel}.`);
  return message;
}

function done(message: FakeMessage, deliveries: EventDelivery[]): Done {
  const { ts, channel, client_msg_id } = message;
  const settled = Promise.all(deliveries.map((delivery) => delivery.settled));
  return { message, ts, channel, client_msg_id, deliveries, settled };
}

/** Direct messages never give an `app_mention`. */
function mentionedApps(message: FakeMessage, world: World): string[] {
  if (world.channels.get(message.channel)?.kind === 'im') return [];
  return [...world.apps.values()]
    .filter(({ installs }) => installs.some(({ bot_user_id }) => message.text.includes(`<@${bot_user_id}>`)))
    .map(({ id }) => id);
}

/** What Slack's clients send beside the text. */
function richText(text: string): Json[] {
  const elements = text.split(/(<@\w+>)/).filter(Boolean);
  return [
    {
      type: 'rich_text',
      block_id: 'said',
      elements: [
        {
          type: 'rich_text_section',
          elements: elements.map((part) =>
            /^<@\w+>$/.test(part) ? { type: 'user', user_id: part.slice(2, -1) } : { type: 'text', text: part },
          ),
        },
      ],
    },
  ];
}
