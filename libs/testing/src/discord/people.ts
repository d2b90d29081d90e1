import type { DiscordChannel, DiscordMessage } from './message.ts';
import { storeFile } from './create-message.ts';
import { postMessage, removeMessage, tell } from './post-message.ts';
import { addChannel, channelTypes, intents, type ChannelState, type Interaction, type World } from './world.ts';

/** Who says what; alice in #general unless told otherwise. `mention` puts the bot in front. */
export interface Said {
  channel?: string;
  user?: string;
  content?: string;
  mention?: boolean;
  replyTo?: string;
  files?: { name: string; type: string; bytes: Buffer }[];
  /** As a webhook says it. */
  webhook?: boolean;
  type?: number;
}

/** What people do. Everything happens at once, and connections are told. */
export interface DiscordPeople {
  say(said: Said): DiscordMessage;
  edit(message: DiscordMessage, content: string): void;
  /** An update that is nobody's edit: a link was unfurled. */
  unfurl(message: DiscordMessage): void;
  remove(message: DiscordMessage): void;
  react(message: DiscordMessage, emoji: string, user?: string): void;
  /** A press of a button of a message of the bot. */
  pressButton(message: DiscordMessage, customId: string, user?: string): Interaction;
  /** A direct channel with the bot. */
  openDirect(user?: string): DiscordChannel;
  openThread(given: { parent?: string; name: string; bot?: boolean }): DiscordChannel;
  addChannel(given: Partial<DiscordChannel> & { may?: ChannelState['may'] }): DiscordChannel;
}

const general = '300000000000000001';
const alice = '200000000000000001';

export function createPeople(world: World): DiscordPeople {
  const userOf = (id = alice) => orThrow(world.users.get(id), `user ${id}`);
  const channelOf = (id = general) => orThrow(world.channels.get(id), `channel ${id}`);
  return {
    say: ({ channel, user, content = 'hello', mention, replyTo, files = [], webhook, type }) => {
      const state = channelOf(channel);
      const replied = replyTo === undefined ? undefined : state.messages.find(({ id }) => id === replyTo);
      return postMessage(world, state, {
        author: webhook ? { ...userOf(user), bot: true } : userOf(user),
        content: mention ? `<@${world.bot.user.id}> ${content}` : content,
        attachments: files.map((file) => storeFile(world, state.channel.id, file)),
        ...(replied && { replyTo: replied }),
        ...(webhook && { webhookId: '600000000000000001' }),
        ...(type !== undefined && { type }),
      });
    },
    edit: (message, content) => {
      message.content = content;
      message.edited_timestamp = new Date(world.now()).toISOString();
      tell(world, 'MESSAGE_UPDATE', message);
    },
    unfurl: (message) => {
      message.embeds = [{ type: 'link', url: 'https://example.org', title: 'Example' }];
      tell(world, 'MESSAGE_UPDATE', message);
    },
    remove: (message) => removeMessage(world, channelOf(message.channel_id), message),
    react: (message, name, user) => reactTo({ message, name, user: userOf(user).id }, world),
    pressButton: (message, customId, user) => press({ message, customId, user: userOf(user).id }, world),
    openDirect: (user) => addChannel(world, { type: channelTypes.direct, recipients: [userOf(user)] }).channel,
    openThread: (given) => openThread(given, world),
    addChannel: ({ may, ...given }) => addChannel(world, given, may).channel,
  };
}

function orThrow<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`The fake Discord has no ${what}.`);
  return value;
}

function reactTo({ message, name, user }: { message: DiscordMessage; name: string; user: string }, world: World): void {
  const { channel_id, guild_id, id: message_id } = message;
  message.reactions.push({ emoji: { id: null, name }, count: 1, me: false });
  const place = {
    channel_id,
    message_id,
    ...(guild_id && { guild_id, member: { user: world.users.get(user), roles: [] } }),
  };
  const d = {
    ...place,
    user_id: user,
    message_author_id: message.author.id,
    emoji: { id: null, name },
    type: 0,
    burst: false,
  };
  const intent = guild_id ? intents.guildReactions : intents.directReactions;
  world.dispatch({ t: 'MESSAGE_REACTION_ADD', d, intent });
}

function press({ message, customId, user }: { message: DiscordMessage; customId: string; user: string }, world: World) {
  const token = crypto.randomUUID();
  const interaction: Interaction = { id: world.nextId(), token, message, at: world.now() };
  world.interactions.set(token, interaction);
  const { channel_id, guild_id } = message;
  const who = world.users.get(user);
  const d = {
    id: interaction.id,
    application_id: world.bot.applicationId,
    type: 3,
    token,
    version: 1,
    data: { custom_id: customId, component_type: 2 },
    channel_id,
    channel: world.channels.get(channel_id)?.channel,
    ...(guild_id
      ? { guild_id, member: { user: who, roles: [], permissions: '0', joined_at: message.timestamp } }
      : { user: who }),
    message,
    locale: 'en-US',
    app_permissions: '0',
    entitlements: [],
    authorizing_integration_owners: {},
    attachment_size_limit: 10_485_760,
  };
  world.dispatch({ t: 'INTERACTION_CREATE', d });
  return interaction;
}

function openThread({ parent = general, name, bot }: { parent?: string; name: string; bot?: boolean }, world: World) {
  const { channel } = addChannel(world, {
    type: channelTypes.publicThread,
    parent_id: parent,
    name,
    owner_id: alice,
    thread_metadata: {
      archived: false,
      locked: false,
      auto_archive_duration: 1440,
      archive_timestamp: new Date(world.now()).toISOString(),
    },
  });
  const join_timestamp = new Date(world.now()).toISOString();
  if (bot) channel.member = { id: channel.id, user_id: world.bot.user.id, join_timestamp, flags: 0 };
  world.dispatch({ t: 'THREAD_CREATE', d: { ...channel, newly_created: true }, intent: intents.guilds });
  return channel;
}
