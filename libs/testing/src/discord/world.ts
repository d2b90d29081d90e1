import type { DiscordChannel, DiscordMessage, DiscordUser } from './message.ts';
import { createSnowflakes } from './snowflakes.ts';

/** Bits of the intents that the fake looks at. */
export const intents = {
  guilds: 1 << 0,
  guildMessages: 1 << 9,
  guildReactions: 1 << 10,
  directMessages: 1 << 12,
  directReactions: 1 << 13,
  messageContent: 1 << 15,
} as const;

/** Types of channels. */
export const channelTypes = { text: 0, direct: 1, news: 5, publicThread: 11, privateThread: 12 } as const;

/** The bot's application. */
export interface Bot {
  token: string;
  user: DiscordUser;
  applicationId: string;
  /** Whether the portal grants the privileged Message Content intent. */
  messageContent: boolean;
}

export interface Guild {
  id: string;
  name: string;
  joined_at: string;
}

/** A channel with what the API does not show. */
export interface ChannelState {
  channel: DiscordChannel;
  messages: DiscordMessage[];
  /** What the bot may do there. */
  may: { view: boolean; send: boolean };
}

/** What goes out on gateway connections: to whom is decided there. */
export interface Dispatch {
  t: string;
  d: Record<string, unknown>;
  /** The intents of which a connection needs one; none: everybody gets it. */
  intent?: number;
}

/** Everything that the fake Discord knows. `now` is in ms. */
export interface World {
  readonly now: () => number;
  readonly nextId: () => string;
  readonly bot: Bot;
  readonly guilds: Guild[];
  readonly users: Map<string, DiscordUser>;
  readonly channels: Map<string, ChannelState>;
  readonly files: Map<string, { bytes: Buffer; type: string }>;
  /** Button presses that wait for their answer, by token. */
  readonly interactions: Map<string, Interaction>;
  readonly typing: { channel: string; at: number }[];
  /** Where the fake is reached; known once it listens. */
  url: string;
  dispatch(what: Dispatch): void;
}

export interface Interaction {
  id: string;
  token: string;
  message: DiscordMessage;
  at: number;
  /** The callback's `type`, once there was one. */
  answered?: number;
}

export interface WorldOptions {
  now: () => number;
  token: string;
  messageContent: boolean;
}

/** One bot, alice and bob, a guild with `general` and `random`. */
export function createWorld({ now, token, messageContent }: WorldOptions): World {
  const bot = { ...user('900000000000000001', 'trunkline'), bot: true };
  const world: World = {
    now,
    nextId: createSnowflakes(now),
    bot: { token, user: bot, applicationId: bot.id, messageContent },
    guilds: [{ id: '100000000000000001', name: 'Test', joined_at: new Date(now() - 86_400_000).toISOString() }],
    users: new Map(),
    channels: new Map(),
    files: new Map(),
    interactions: new Map(),
    typing: [],
    url: '',
    dispatch: () => {},
  };
  const people = [user('200000000000000001', 'alice'), user('200000000000000002', 'bob')];
  for (const each of [bot, ...people]) world.users.set(each.id, each);
  addChannel(world, { id: '300000000000000001', name: 'general' });
  addChannel(world, { id: '300000000000000002', name: 'random' });
  return world;
}

function user(id: string, username: string): DiscordUser {
  const name = username.slice(0, 1).toUpperCase() + username.slice(1);
  return { id, username, global_name: name, discriminator: '0', avatar: null };
}

/** Makes a channel of the first guild, or whatever `given` says. */
export function addChannel(
  world: World,
  given: Partial<DiscordChannel>,
  may = { view: true, send: true },
): ChannelState {
  const base = { id: world.nextId(), type: channelTypes.text, last_message_id: null };
  const guild = given.type === channelTypes.direct ? {} : { guild_id: world.guilds[0]?.id, parent_id: null };
  const state: ChannelState = { channel: { ...base, ...guild, ...given }, messages: [], may: { ...may } };
  world.channels.set(state.channel.id, state);
  return state;
}

/** True for the three types of threads. */
export const isThread = ({ type }: Pick<DiscordChannel, 'type'>): boolean => type >= 10 && type <= 12;

/** The bot becomes a member of a thread: by writing there, by being mentioned there. */
export function joinThread(world: World, { channel }: ChannelState): void {
  if (!isThread(channel) || channel.member) return;
  const join_timestamp = new Date(world.now()).toISOString();
  channel.member = { id: channel.id, user_id: world.bot.user.id, join_timestamp, flags: 0 };
  const d = { ...channel.member, guild_id: channel.guild_id };
  world.dispatch({ t: 'THREAD_MEMBER_UPDATE', d, intent: intents.guilds });
}
