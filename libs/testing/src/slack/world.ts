import type { Json } from './json.ts';
import type { MessageStore } from './message-store.ts';

/** A workspace. */
export interface FakeTeam {
  id: string;
  name: string;
  domain: string;
  enterprise_id?: string;
}

/** A person or a bot user. */
export interface FakeUser {
  id: string;
  team_id: string;
  name: string;
  is_bot: boolean;
  deleted: boolean;
}

/** What a conversation is; private channels are `group` in events. */
export type ChannelKind = 'public' | 'private' | 'im' | 'mpim';

/** A conversation. `shared_team_ids` are the other workspaces of a Slack Connect channel. */
export interface FakeChannel {
  id: string;
  kind: ChannelKind;
  team_id: string;
  name: string;
  members: Set<string>;
  is_archived: boolean;
  shared_team_ids: string[];
  locked_threads: Set<string>;
}

/** One installation of an app: in a workspace, or in a whole organization (`is_enterprise_install`). */
export interface FakeInstall {
  team_id: string;
  enterprise_id?: string;
  is_enterprise_install: boolean;
  bot_token: string;
  bot_id: string;
  bot_user_id: string;
  scopes: Set<string>;
  /** What calls with its token are refused with, unless it is active. */
  state: 'active' | 'token_revoked' | 'account_inactive';
}

/** An app. Without a request URL its events go to its Socket Mode connections, and fail while there are none. */
export interface FakeApp {
  id: string;
  name: string;
  signing_secret: string;
  verification_token: string;
  app_token: string;
  installs: FakeInstall[];
  /** Event types it is subscribed to; undefined: all. */
  events?: readonly string[];
  request_url?: string;
}

/** A file; `bytes` is there once they were uploaded, `shared_in` once the upload was completed. */
export interface FakeFile {
  id: string;
  name: string;
  title: string;
  mimetype: string;
  size: number;
  user: string;
  team_id: string;
  created: number;
  bytes?: Buffer;
  complete: boolean;
  shared_in: { channel: string; ts: string }[];
}

/** A modal that an app opened. */
export interface FakeView {
  id: string;
  app: string;
  team: string;
  user: string;
  view: Json;
}

/** All that the fake remembers, and its clock (ms) and ids. */
export interface World {
  readonly teams: Map<string, FakeTeam>;
  readonly users: Map<string, FakeUser>;
  readonly channels: Map<string, FakeChannel>;
  readonly apps: Map<string, FakeApp>;
  readonly files: Map<string, FakeFile>;
  readonly views: Map<string, FakeView>;
  readonly messages: MessageStore;
  now(): number;
  /** A new id with this prefix, such as `Ev` or `F`. */
  id(prefix: string): string;
}

/** Whose token this is; undefined for one that was never issued. */
export function findToken(
  world: World,
  token: string,
): { kind: 'bot'; app: FakeApp; install: FakeInstall } | { kind: 'app'; app: FakeApp } | undefined {
  for (const app of world.apps.values()) {
    if (app.app_token === token) return { kind: 'app', app };
    const install = app.installs.find(({ bot_token }) => bot_token === token);
    if (install) return { kind: 'bot', app, install };
  }
  return undefined;
}

/** Whether an installation covers a conversation: its workspace takes part, and its bot user is a member. */
export function sees(world: World, install: FakeInstall, channel: FakeChannel): boolean {
  return coversTeam(world, install, channel) && channel.members.has(install.bot_user_id);
}

/** Whether the workspace, or any workspace of the organization, takes part in a conversation. */
export function coversTeam(world: World, install: FakeInstall, channel: FakeChannel): boolean {
  const teams = [channel.team_id, ...channel.shared_team_ids];
  if (!install.is_enterprise_install) return teams.includes(install.team_id);
  return teams.some((id) => world.teams.get(id)?.enterprise_id === install.enterprise_id);
}
