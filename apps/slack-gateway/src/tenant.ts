import type { SlackConnector } from '@trunkline/config';
import type { Authorization, EventCallback, SlackCommand, SlackInteraction } from './slack-payload.ts';

/** Whose installation of the app something came through. */
export interface Tenant {
  app: string | undefined;
  team: string | undefined;
  enterprise: string | undefined;
  /** The app is installed for a whole organization: the enterprise is the tenant, and a team is one place in it. */
  orgWide: boolean;
  /** All installations that may see it, as far as Slack tells. */
  authorizations: readonly Pick<Authorization, 'team_id' | 'enterprise_id'>[];
}

/** Not `team_id` first: in a shared channel it may be a workspace where the app is not installed. */
export function tenantOfEvent(body: EventCallback): Tenant {
  const authorizations = body.authorizations ?? [];
  const [first] = authorizations;
  return {
    app: body.api_app_id,
    team: body.context_team_id ?? first?.team_id ?? (first?.is_enterprise_install ? undefined : body.team_id),
    enterprise: body.context_enterprise_id ?? first?.enterprise_id ?? body.enterprise_id,
    orgWide: first?.is_enterprise_install ?? false,
    authorizations,
  };
}

export function tenantOfCommand(body: SlackCommand): Tenant {
  const orgWide = body.is_enterprise_install ?? false;
  return { app: body.api_app_id, team: body.team_id, enterprise: body.enterprise_id, orgWide, authorizations: [] };
}

export function tenantOfInteraction(body: SlackInteraction): Tenant {
  return {
    app: body.api_app_id,
    team: body.team?.id ?? body.user.team_id,
    enterprise: body.enterprise?.id,
    orgWide: body.is_enterprise_install ?? false,
    authorizations: [],
  };
}

/** Which allowlist refuses this, if one does. A value that an allowlist asks for and the event lacks is refused. */
export function refusedBy(
  { tenant, channel }: { tenant: Tenant; channel: string | undefined },
  config: SlackConnector,
): 'app_not_allowed' | 'enterprise_not_allowed' | 'team_not_allowed' | 'channel_not_allowed' | undefined {
  const { app, team, enterprise, authorizations } = tenant;
  if (!listed(config.allowed_api_app_ids, [app])) return 'app_not_allowed';
  // An installation for an organization names no team: then the one that the event came through is meant.
  const enterprises = [enterprise, ...authorizations.map((one) => one.enterprise_id ?? enterprise)];
  const teams = [team, ...authorizations.map((one) => one.team_id ?? team)];
  if (!listed(config.allowed_enterprise_ids, enterprises)) return 'enterprise_not_allowed';
  if (!listed(config.allowed_team_ids, teams)) return 'team_not_allowed';
  return listed(config.allowed_channel_ids, [channel]) ? undefined : 'channel_not_allowed';
}

const listed = (allowed: readonly string[], values: readonly (string | undefined)[]) =>
  allowed.length === 0 || values.every((value) => value !== undefined && allowed.includes(value));
