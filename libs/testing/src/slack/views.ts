import type { Json } from './json.ts';
import type { FakeMessage } from './message-store.ts';
import type { FakeChannel, FakeFile, FakeUser, World } from './world.ts';

/** A message as the Web API and events show it; `metadata` and reactions only where the caller asked for them. */
export function messageView(
  message: FakeMessage,
  options: { world: World; url: string; metadata?: boolean; reactions?: boolean },
): Json {
  const { world, url } = options;
  const app = message.app_id ? world.apps.get(message.app_id) : undefined;
  return defined({
    type: 'message',
    subtype: message.subtype,
    user: message.user,
    text: message.text,
    ts: message.ts,
    client_msg_id: message.client_msg_id,
    team: message.team,
    bot_id: message.bot_id,
    app_id: message.app_id,
    username: message.username,
    bot_profile:
      app && message.bot_id && botProfile(message.bot_id, { app: app.id, name: app.name, team: message.team }),
    blocks: message.blocks,
    attachments: message.attachments,
    edited: message.edited,
    files: message.files?.map((id) => {
      const file = world.files.get(id);
      return file ? fileView(file, { world, url }) : { id, mode: 'tombstone' };
    }),
    streaming_state: message.stream && (message.stream.state === 'in_progress' ? 'in_progress' : 'completed'),
    metadata: options.metadata ? message.metadata : undefined,
    reactions: options.reactions && message.reactions.length > 0 ? reactionsView(message) : undefined,
    ...threadFields(message, world),
  });
}

/** Reactions with who gave them. */
export const reactionsView = (message: FakeMessage) =>
  message.reactions.map(({ name, users }) => ({ name, users: [...users], count: users.length }));

function threadFields(message: FakeMessage, world: World): Json {
  const root = message.thread_ts ? world.messages.find(message.channel, message.thread_ts) : undefined;
  if (message.thread_ts) return { thread_ts: message.thread_ts, parent_user_id: root?.user };
  const replies = world.messages.thread(message.channel, message.ts).filter(({ ts }) => ts !== message.ts);
  if (replies.length === 0) return {};
  const users = [...new Set(replies.map(({ user }) => user ?? ''))];
  return {
    thread_ts: message.ts,
    reply_count: replies.length,
    reply_users_count: users.length,
    reply_users: users.slice(0, 5),
    latest_reply: replies.at(-1)?.ts,
    is_locked: world.channels.get(message.channel)?.locked_threads.has(message.ts) ?? false,
    subscribed: false,
  };
}

const botProfile = (id: string, { app, name, team }: { app: string; name: string; team: string }) => ({
  id,
  deleted: false,
  name,
  updated: 1_700_000_000,
  app_id: app,
  icons: { image_36: '', image_48: '', image_72: '' },
  team_id: team,
});

/** A file with its private URLs on this fake. */
export function fileView(file: FakeFile, { world, url }: { world: World; url: string }): Json {
  const path = `files-pri/${file.team_id}-${file.id}`;
  const name = encodeURIComponent(file.name);
  const filetype = file.name.includes('.') ? (file.name.split('.').at(-1) ?? 'binary') : 'binary';
  return {
    id: file.id,
    created: file.created,
    timestamp: file.created,
    name: file.name,
    title: file.title,
    mimetype: file.mimetype,
    filetype,
    pretty_type: filetype.toUpperCase(),
    user: file.user,
    user_team: file.team_id,
    editable: false,
    size: file.size,
    mode: 'hosted',
    is_external: false,
    external_type: '',
    is_public: shares(file, { world, kind: 'public' }).length > 0,
    public_url_shared: false,
    display_as_bot: false,
    username: '',
    url_private: `${url}/${path}/${name}`,
    url_private_download: `${url}/${path}/download/${name}`,
    permalink: `${url}/files/${file.user}/${file.id}/${name}`,
    has_rich_preview: false,
    file_access: 'visible',
    channels: shares(file, { world, kind: 'public' }),
    groups: shares(file, { world, kind: 'private' }),
    ims: shares(file, { world, kind: 'im' }),
    shares: defined({
      public: shareTimes(file, { world, isPublic: true }),
      private: shareTimes(file, { world, isPublic: false }),
    }),
  };
}

function shares(file: FakeFile, { world, kind }: { world: World; kind: FakeChannel['kind'] }): string[] {
  const ids = file.shared_in.map(({ channel }) => channel);
  return [...new Set(ids)].filter((id) => world.channels.get(id)?.kind === kind);
}

function shareTimes(file: FakeFile, { world, isPublic }: { world: World; isPublic: boolean }): Json | undefined {
  const of = file.shared_in.filter(({ channel }) => (world.channels.get(channel)?.kind === 'public') === isPublic);
  if (of.length === 0) return undefined;
  return Object.fromEntries(
    of.map(({ channel }) => [channel, of.filter((s) => s.channel === channel).map(({ ts }) => ({ ts }))]),
  );
}

/** A conversation as `conversations.info` shows it. */
export function channelView(channel: FakeChannel, { botUser }: { botUser: string }): Json {
  const common = {
    id: channel.id,
    created: 1_700_000_000,
    is_archived: channel.is_archived,
    is_im: channel.kind === 'im',
    is_org_shared: false,
    context_team_id: channel.team_id,
    updated: 1_700_000_000_000,
  };
  if (channel.kind === 'im') {
    return { ...common, user: [...channel.members].find((id) => id !== botUser), is_open: true, priority: 0 };
  }
  return {
    ...common,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: channel.kind === 'public',
    is_group: channel.kind === 'private',
    is_mpim: channel.kind === 'mpim',
    is_private: channel.kind !== 'public',
    is_general: channel.name === 'general',
    is_member: channel.members.has(botUser),
    is_shared: channel.shared_team_ids.length > 0,
    is_ext_shared: channel.shared_team_ids.length > 0,
    shared_team_ids: [channel.team_id, ...channel.shared_team_ids],
    creator: '',
    unlinked: 0,
    topic: { value: '', creator: '', last_set: 0 },
    purpose: { value: '', creator: '', last_set: 0 },
    previous_names: [],
    num_members: channel.members.size,
  };
}

/** A person or bot as `users.info` shows them. */
export const userView = (user: FakeUser): Json => ({
  id: user.id,
  team_id: user.team_id,
  name: user.name,
  deleted: user.deleted,
  real_name: user.name,
  tz: 'Etc/UTC',
  tz_label: 'Coordinated Universal Time',
  tz_offset: 0,
  profile: { real_name: user.name, display_name: user.name, real_name_normalized: user.name, team: user.team_id },
  is_admin: false,
  is_owner: false,
  is_restricted: false,
  is_ultra_restricted: false,
  is_bot: user.is_bot,
  is_app_user: false,
  updated: 1_700_000_000,
});

/** Without the fields that are undefined: JSON of Slack leaves out what does not apply. */
export const defined = (fields: Json): Json =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
