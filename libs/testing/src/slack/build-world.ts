import { randomInt } from 'node:crypto';
import { createMessageStore } from './message-store.ts';
import type { ChannelKind, FakeApp, FakeChannel, FakeInstall, FakeTeam, FakeUser, World } from './world.ts';

/** What a test says of a team; the rest is made up. */
export type TeamSpec = Pick<FakeTeam, 'id'> & Partial<FakeTeam>;

/** What a test says of a person; without `team_id` in the first team. */
export type UserSpec = Pick<FakeUser, 'id'> & Partial<FakeUser>;

/** What a test says of a conversation; without `members` everybody of its teams is in it, bots too. */
export interface ChannelSpec {
  id: string;
  kind?: ChannelKind;
  team_id?: string;
  name?: string;
  members?: string[];
  is_archived?: boolean;
  shared_team_ids?: string[];
}

/** What a test says of an installation; `org` is the id of an organization, for an installation in all of it. */
export interface InstallSpec {
  team_id?: string;
  org?: string;
  bot_token?: string;
  bot_id?: string;
  bot_user_id?: string;
  /** Without it every scope. */
  scopes?: string[];
}

/** What a test says of an app; without `installs` it is installed in the first team. */
export interface AppSpec {
  id: string;
  name?: string;
  signing_secret?: string;
  app_token?: string;
  installs?: InstallSpec[];
  events?: readonly string[];
}

/** People, places and apps; what is left out is one team with two people, three channels, a DM with each, and one app. */
export interface WorldSpec {
  teams?: TeamSpec[];
  users?: UserSpec[];
  channels?: ChannelSpec[];
  apps?: AppSpec[];
  /** Milliseconds; the system's clock unless given. */
  now?: () => number;
  /** Makes ids from prefixes; random unless given. */
  ids?: (prefix: string) => string;
}

/** Every scope that a method of the fake asks for. */
export const allScopes = [
  'authorizations:read',
  'channels:history',
  'channels:read',
  'chat:write',
  'files:read',
  'files:write',
  'groups:history',
  'groups:read',
  'im:history',
  'im:read',
  'mpim:history',
  'mpim:read',
  'reactions:read',
  'reactions:write',
  'users:read',
];

/** Ids that count up from 1: the same in every run. */
export function countingIds(): (prefix: string) => string {
  let last = 0;
  return (prefix) => `${prefix}${(++last).toString(36).toUpperCase().padStart(9, '0')}`;
}

const randomId = (prefix: string) =>
  `${prefix}0${Array.from({ length: 9 }, () => randomInt(36).toString(36))
    .join('')
    .toUpperCase()}`;

/** Makes the state that a fake starts with. */
export function buildWorld(spec: WorldSpec): World {
  const now = spec.now ?? Date.now;
  const teams = (spec.teams ?? [{ id: 'T0FAKE' }]).map((team, index) => ({
    name: `Fake ${index + 1}`,
    domain: `fake-${index + 1}`,
    ...team,
  }));
  const home = teams[0]?.id ?? 'T0FAKE';
  const people = (
    spec.users ?? [
      { id: 'U0ALICE', name: 'alice' },
      { id: 'U0BOB', name: 'bob' },
    ]
  ).map((user) => userOf(user, home));
  const apps = (spec.apps ?? [{ id: 'A0FAKE' }]).map((app) => appOf(app, home));
  const bots = apps.flatMap((app) => app.installs.map((install) => botUser(app, install)));
  const users = [...people, ...bots];
  const channels = (spec.channels ?? defaultChannels(people, bots)).map((channel) =>
    channelOf(channel, { home, users }),
  );
  return {
    teams: byId(teams),
    users: byId(users),
    channels: byId(channels),
    apps: byId(apps),
    files: new Map(),
    views: new Map(),
    messages: createMessageStore(now),
    now,
    id: spec.ids ?? randomId,
  };
}

const byId = <T extends { id: string }>(items: T[]) => new Map(items.map((item) => [item.id, item]));

const userOf = (spec: UserSpec, home: string): FakeUser => ({
  team_id: home,
  name: spec.id.toLowerCase(),
  is_bot: false,
  deleted: false,
  ...spec,
});

const botUser = (app: FakeApp, install: FakeInstall): FakeUser => ({
  id: install.bot_user_id,
  team_id: install.team_id,
  name: app.name,
  is_bot: true,
  deleted: false,
});

function appOf(spec: AppSpec, home: string): FakeApp {
  const { installs = [{}], ...rest } = spec;
  return {
    name: spec.id.toLowerCase(),
    signing_secret: `signing-secret-of-${spec.id}`,
    verification_token: `verification-token-of-${spec.id}`,
    app_token: `xapp-1-${spec.id}-1-fake`,
    ...rest,
    installs: installs.map((install) => installOf(install, { app: spec.id, home })),
  };
}

function installOf(spec: InstallSpec, { app, home }: { app: string; home: string }): FakeInstall {
  const team = spec.team_id ?? home;
  const place = spec.org ?? team;
  return {
    team_id: team,
    is_enterprise_install: spec.org !== undefined,
    ...(spec.org && { enterprise_id: spec.org }),
    bot_token: spec.bot_token ?? `xoxb-${app}-${place}`,
    bot_id: spec.bot_id ?? `B0${app.slice(1)}${place.slice(1)}`,
    bot_user_id: spec.bot_user_id ?? `U0${app.slice(1)}${place.slice(1)}`,
    scopes: new Set(spec.scopes ?? allScopes),
    state: 'active',
  };
}

function channelOf(spec: ChannelSpec, { home, users }: { home: string; users: FakeUser[] }): FakeChannel {
  const team_id = spec.team_id ?? home;
  const shared_team_ids = spec.shared_team_ids ?? [];
  const everybody = users.filter((user) => user.is_bot || [team_id, ...shared_team_ids].includes(user.team_id));
  return {
    id: spec.id,
    kind: spec.kind ?? 'public',
    team_id,
    name: spec.name ?? spec.id.toLowerCase(),
    members: new Set(spec.members ?? everybody.map(({ id }) => id)),
    is_archived: spec.is_archived ?? false,
    shared_team_ids,
    locked_threads: new Set(),
  };
}

/** DMs are between one person and the bots: nobody else is in them. */
const defaultChannels = (people: FakeUser[], bots: FakeUser[]): ChannelSpec[] => [
  { id: 'C0GENERAL', name: 'general' },
  { id: 'C0RANDOM', name: 'random' },
  { id: 'C0SECRET', name: 'secret', kind: 'private' },
  ...people.map((user): ChannelSpec => {
    const members = [user.id, ...bots.map(({ id }) => id)];
    return { id: `D0${user.id.slice(2)}`, kind: 'im', name: user.name, members };
  }),
];
