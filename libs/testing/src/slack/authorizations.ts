import type { Json } from './json.ts';
import type { FakeInstall, World } from './world.ts';

/** What `event_context` stands for: all installations that see the event. */
export type EventContexts = Map<string, { app: string; authorizations: Json[] }>;

/** One entry of `authorizations[]`; the workspace of an installation in an organization is null. */
export const authorizationOf = (install: FakeInstall, world: World): Json => ({
  enterprise_id: install.enterprise_id ?? world.teams.get(install.team_id)?.enterprise_id ?? null,
  team_id: install.is_enterprise_install ? null : install.team_id,
  user_id: install.bot_user_id,
  is_bot: true,
  is_enterprise_install: install.is_enterprise_install,
});
