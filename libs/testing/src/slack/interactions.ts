import type { EventDelivery } from './delivery.ts';
import { isJson, type Json } from './json.ts';
import type { MethodContext } from './method.ts';
import type { MessageAt } from './people.ts';
import { messageView } from './views.ts';
import type { FakeApp, FakeUser, World } from './world.ts';

const triggerMs = 3_000;

interface Deps {
  world: World;
  url: string;
  triggers: MethodContext['triggers'];
  /** A new response_url for an app and a channel. */
  responseUrl(of: { app: string; channel: string; user: string; message?: string }): string;
  deliver(app: FakeApp, what: { kind: 'slash_commands' | 'interactive'; payload: Json }): EventDelivery;
}

/** Who does something, and in which app; without `app` in the first. */
interface By {
  user: string;
  app?: string;
}

/** What people do with apps: form-encoded, to be answered within 3 s, never retried. */
export function createInteractions(deps: Deps) {
  const { world, deliver } = deps;
  return {
    /** `/deploy prod` in a channel. */
    command(of: By & { channel: string; command: string; text?: string }): EventDelivery {
      const { app, user } = actors(of, world);
      return deliver(app, { kind: 'slash_commands', payload: commandPayload(of, { ...deps, app, user }) });
    },
    /** Presses the button with this `action_id`; its value and block are read from the message. */
    pressButton(of: By & MessageAt & { action_id: string }): EventDelivery {
      const { app, user } = actors({ ...of, app: of.app ?? world.messages.find(of.channel, of.ts)?.app_id }, world);
      return deliver(app, { kind: 'interactive', payload: pressPayload(of, { ...deps, app, user }) });
    },
    /** Submits a modal that the app opened; `values` is `view.state.values`. */
    submitView(of: { view: string; user?: string; values?: Json }): EventDelivery {
      const opened = world.views.get(of.view);
      if (!opened) throw new Error(`The fake Slack has no view ${of.view}.`);
      const { app, user } = actors({ user: of.user ?? opened.user, app: opened.app }, world);
      const view = { ...opened.view, state: { values: of.values ?? {} } };
      const payload = { type: 'view_submission', ...common(app, user, deps), view, response_urls: [] };
      return deliver(app, { kind: 'interactive', payload });
    },
    /** A shortcut of the whole workspace, or of a message when `channel` and `ts` are given. */
    shortcut(of: By & { callback_id: string } & Partial<MessageAt>): EventDelivery {
      const { app, user } = actors(of, world);
      return deliver(app, { kind: 'interactive', payload: shortcutPayload(of, { ...deps, app, user }) });
    },
  };
}

type Acting = Deps & { app: FakeApp; user: FakeUser };

function actors(by: { user: string; app?: string | undefined }, world: World): { app: FakeApp; user: FakeUser } {
  const user = world.users.get(by.user);
  const app = by.app === undefined ? [...world.apps.values()][0] : world.apps.get(by.app);
  if (!user || !app) throw new Error(`The fake Slack has no ${user ? `app ${by.app}` : `user ${by.user}`}.`);
  return { app, user };
}

function commandPayload(of: { channel: string; command: string; text?: string }, acting: Acting): Json {
  const { world, app, user } = acting;
  const team = world.teams.get(user.team_id);
  const channel = world.channels.get(of.channel);
  const install = app.installs[0];
  return {
    token: app.verification_token,
    team_id: user.team_id,
    team_domain: team?.domain ?? '',
    ...(team?.enterprise_id && { enterprise_id: team.enterprise_id, enterprise_name: team.enterprise_id }),
    channel_id: of.channel,
    channel_name: channel?.kind === 'im' ? 'directmessage' : (channel?.name ?? ''),
    user_id: user.id,
    user_name: user.name,
    command: of.command.startsWith('/') ? of.command : `/${of.command}`,
    text: of.text ?? '',
    api_app_id: app.id,
    is_enterprise_install: install?.is_enterprise_install ?? false,
    response_url: acting.responseUrl({ app: app.id, channel: of.channel, user: user.id }),
    trigger_id: trigger(acting),
  };
}

function pressPayload(of: MessageAt & { action_id: string }, acting: Acting): Json {
  const { world, url, app, user } = acting;
  const message = world.messages.find(of.channel, of.ts);
  if (!message) throw new Error(`The fake Slack has no message ${of.ts} in ${of.channel}.`);
  const button = findButton(message.blocks ?? [], of.action_id);
  if (!button) throw new Error(`Message ${of.ts} has no button ${of.action_id}.`);
  const { style, text, value, type, block_id } = button;
  return {
    type: 'block_actions',
    ...common(app, user, acting),
    container: {
      type: 'message',
      message_ts: of.ts,
      channel_id: of.channel,
      is_ephemeral: false,
      ...(message.thread_ts && { thread_ts: message.thread_ts }),
    },
    channel: { id: of.channel, name: world.channels.get(of.channel)?.name ?? '' },
    message: messageView(message, { world, url }),
    state: { values: {} },
    response_url: acting.responseUrl({ app: app.id, channel: of.channel, user: user.id, message: of.ts }),
    actions: [
      {
        action_id: of.action_id,
        block_id,
        text,
        type,
        ...(value !== undefined && { value }),
        ...(style !== undefined && { style }),
        action_ts: world.messages.nextTs(of.channel),
      },
    ],
  };
}

function shortcutPayload(of: { callback_id: string } & Partial<MessageAt>, acting: Acting): Json {
  const { world, url, app, user } = acting;
  const action_ts = `${Math.floor(world.now() / 1000)}.000000`;
  const shared = { ...common(app, user, acting), callback_id: of.callback_id, action_ts };
  const message = of.channel && of.ts ? world.messages.find(of.channel, of.ts) : undefined;
  if (!message) return { type: 'shortcut', ...shared };
  return {
    type: 'message_action',
    ...shared,
    message_ts: message.ts,
    channel: { id: message.channel, name: world.channels.get(message.channel)?.name ?? '' },
    message: messageView(message, { world, url }),
    response_url: acting.responseUrl({ app: app.id, channel: message.channel, user: user.id, message: message.ts }),
  };
}

function common(app: FakeApp, user: FakeUser, deps: Deps): Json {
  const team = deps.world.teams.get(user.team_id);
  return {
    user: { id: user.id, username: user.name, name: user.name, team_id: user.team_id },
    api_app_id: app.id,
    token: app.verification_token,
    team: { id: user.team_id, domain: team?.domain ?? '' },
    enterprise: team?.enterprise_id ? { id: team.enterprise_id, name: team.enterprise_id } : null,
    is_enterprise_install: app.installs[0]?.is_enterprise_install ?? false,
    trigger_id: trigger({ ...deps, app, user }),
  };
}

function trigger({ world, triggers, app, user }: Acting): string {
  const id = `${world.id('')}.${world.id('')}`;
  triggers.set(id, { app: app.id, team: user.team_id, user: user.id, expiresAt: world.now() + triggerMs, used: false });
  return id;
}

function findButton(blocks: Json[], action_id: string): Json | undefined {
  for (const block of blocks) {
    const elements = Array.isArray(block['elements']) ? block['elements'] : [block['accessory']];
    const button = elements.filter(isJson).find((element) => element['action_id'] === action_id);
    if (button) return { ...button, block_id: block['block_id'] };
  }
  return undefined;
}
