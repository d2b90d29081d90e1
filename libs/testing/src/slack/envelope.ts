import type { Announce, Happening } from './announce.ts';
import { authorizationOf, type EventContexts } from './authorizations.ts';
import type { EventDelivery } from './delivery.ts';
import type { Json } from './json.ts';
import { isJson } from './json.ts';
import { coversTeam, sees, type FakeApp, type FakeChannel, type FakeInstall, type World } from './world.ts';

interface Deps {
  world: World;
  contexts: EventContexts;
  deliver(app: FakeApp, what: { kind: 'events_api'; payload: Json }): EventDelivery;
}

/**
 * Tells all apps that see the channel. An app that is installed in two workspaces of a Slack Connect channel hears it once for
 * each, with different event ids, as Slack does.
 */
export function createAnnounce(deps: Deps): Announce {
  const { world, deliver } = deps;
  return (happening) => {
    const channel = world.channels.get(happening.channel);
    if (!channel) return [];
    return [...world.apps.values()]
      .filter((app) => (happening.app === undefined || happening.app === app.id) && subscribes(app, happening.event))
      .flatMap((app) => {
        const installs = app.installs.filter((install) => install.state === 'active' && sees(world, install, channel));
        return installs.map((install) =>
          deliver(app, { kind: 'events_api', payload: envelope(happening, { ...deps, app, install, channel }) }),
        );
      });
  };
}

/** Tells one installation of an app something that is of no channel, such as `app_uninstalled`. */
export function tellInstall(of: { app: FakeApp; install: FakeInstall; event: Json }, deps: Deps): EventDelivery {
  const happening = { event: of.event, team: of.install.team_id };
  return deps.deliver(of.app, { kind: 'events_api', payload: envelope(happening, { ...deps, ...of }) });
}

const subscribes = (app: FakeApp, event: Json) => app.events?.includes(String(event['type'])) ?? true;

function envelope(
  { event, team }: Pick<Happening, 'event' | 'team'>,
  of: Deps & { app: FakeApp; install: FakeInstall; channel?: FakeChannel },
): Json {
  const { world, contexts, app, install, channel } = of;
  const shared = channel !== undefined && channel.shared_team_ids.length > 0;
  const enterprise = world.teams.get(team)?.enterprise_id;
  const context_team_id = install.is_enterprise_install ? team : install.team_id;
  const event_context = world.id('EC');
  const all = channel ? app.installs.filter((each) => coversTeam(world, each, channel)) : [install];
  contexts.set(event_context, { app: app.id, authorizations: all.map((each) => authorizationOf(each, world)) });
  return {
    token: app.verification_token,
    team_id: team,
    ...(enterprise && { enterprise_id: enterprise }),
    context_team_id,
    context_enterprise_id: world.teams.get(context_team_id)?.enterprise_id ?? null,
    api_app_id: app.id,
    event: shared ? withoutForeignFiles(event) : event,
    type: 'event_callback',
    event_id: world.id('Ev'),
    event_time: Math.floor(world.now() / 1000),
    authorizations: [authorizationOf(install, world)],
    is_ext_shared_channel: shared,
    event_context,
  };
}

/** Files of Slack Connect channels come as a reference that has to be looked up with `files.info`. */
function withoutForeignFiles(event: Json): Json {
  const { files } = event;
  if (!Array.isArray(files)) return event;
  const references = files.filter(isJson).map(({ id }) => ({
    id,
    created: 0,
    timestamp: 0,
    mode: 'file_access',
    file_access: 'check_file_info',
    user: '',
    user_team: '',
  }));
  return { ...event, files: references };
}
