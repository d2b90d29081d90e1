import { isJson } from '../json.ts';
import { badArgument, refuse, textArg, type BotMethod } from '../method.ts';

const open: BotMethod = {
  token: 'bot',
  scopes: [],
  errors: ['expired_trigger_id', 'exchanged_trigger_id', 'invalid_trigger_id'],
  handle(args, { world, app, install, triggers }) {
    const view = args['view'];
    if (!isJson(view) || !['modal', 'home'].includes(String(view['type'])))
      return badArgument('missing required field: view');
    const trigger = triggers.get(textArg(args, 'trigger_id'));
    if (!trigger || trigger.app !== app.id) return refuse('invalid_trigger_id');
    if (trigger.used) return refuse('exchanged_trigger_id');
    if (world.now() > trigger.expiresAt) return refuse('expired_trigger_id');
    trigger.used = true;
    const id = world.id('V');
    const opened = {
      id,
      team_id: install.team_id,
      private_metadata: '',
      callback_id: '',
      external_id: '',
      clear_on_close: false,
      notify_on_close: false,
      ...view,
      state: { values: {} },
      hash: `${Math.floor(world.now() / 1000)}.${id}`,
      root_view_id: id,
      previous_view_id: null,
      app_id: app.id,
      app_installed_team_id: install.team_id,
      bot_id: install.bot_id,
    };
    world.views.set(id, { id, app: app.id, team: trigger.team, user: trigger.user, view: opened });
    return { ok: true, view: opened };
  },
};

/** The methods of `views.*`. */
export const viewMethods = { 'views.open': open };
