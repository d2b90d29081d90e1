import { waitFor } from '../wait-for.ts';
import type { Announce } from './announce.ts';
import type { EventDelivery } from './delivery.ts';
import type { Faults } from './faults.ts';
import type { createInteractions } from './interactions.ts';
import type { Json } from './json.ts';
import { mimetypeOf } from './mimetype.ts';
import type { FakeMessage } from './message-store.ts';
import type { MethodContext } from './method.ts';
import type { createPeople, Done, Said } from './people.ts';
import type { Sockets } from './socket-mode.ts';
import { reactionsView } from './views.ts';
import type { RecordedCall } from './web-api.ts';
import type { FakeApp, FakeFile, FakeInstall, FakeTeam, FakeView, World } from './world.ts';

type People = ReturnType<typeof createPeople>;
type Interactions = ReturnType<typeof createInteractions>;

/** A Slack to test against: other people's clients work with it unmodified. It is gone at the end of its scope. */
export interface FakeSlack extends AsyncDisposable, People, Interactions {
  readonly url: string;
  /** What connectors have as `api_base_url`. */
  readonly apiUrl: string;
  /** The first app, its first installation and the first team; all others are in `world`. */
  readonly app: FakeApp;
  readonly install: FakeInstall;
  readonly team: FakeTeam;
  readonly world: World;
  readonly faults: Faults;
  readonly sockets: Sockets;
  /** Deliveries of the app go to this URL from now on; without a URL they go to Socket Mode again. */
  subscribe(to: { app?: string; url?: string }): void;
  /** `say` with a mention of the first app's bot in front, or of `bot`. */
  mention(said: Said & { bot?: string }): Done;
  /** What Slack sends when more than 30,000 events came within an hour: no inner event. */
  appRateLimited(of?: { app?: string; team?: string }): EventDelivery;
  /** Slack's question whether a request URL is the app's own. */
  urlVerification(of?: { app?: string; challenge?: string }): EventDelivery;
  /** Any payload, to an app; what looks like an event is retried, commands and interactions are not. */
  deliver(of: { app?: string; kind?: EventDelivery['kind']; payload: Json }): EventDelivery;
  /** Any inner event, to all apps that see its channel. */
  announce: Announce;
  /** An inner event of no channel, such as `app_uninstalled`, to an installation of an app: the first, or that of `team`. */
  tell(of: { app?: string; team?: string; event: Json }): EventDelivery;
  /** A file of a person, for `say`. */
  addFile(file: { name: string; content: Buffer | string; user: string; mimetype?: string }): FakeFile;
  /** Calls with the bot token of this installation fail from now on; `active` makes them work again. */
  setTokenState(state: FakeInstall['state'], botToken?: string): void;
  /** Every delivery since the start. */
  readonly deliveries: readonly EventDelivery[];
  messages(channel: string): readonly FakeMessage[];
  /** The root and its replies. */
  thread(channel: string, root: string): readonly FakeMessage[];
  ephemerals(channel: string): readonly Json[];
  calls(method?: string): readonly RecordedCall[];
  /** Calls the listener when a call of the Web API was answered, from now on. */
  onCall(listener: (call: RecordedCall) => void): void;
  /** Posts to response URLs. */
  responses(): readonly { url: string; args: Json }[];
  reactionsOf(channel: string, ts: string): { name: string; users: string[]; count: number }[];
  files(): readonly FakeFile[];
  views(): readonly FakeView[];
  /** The status shown below a thread; it goes after 2 minutes, and when its app posts there. */
  statusOf(channel: string, thread: string): string | undefined;
  /** Waits for a message that fits; 5 s unless told otherwise. */
  waitForMessage(
    fits: (message: FakeMessage) => boolean,
    options?: { channel?: string; timeoutMs?: number },
  ): Promise<FakeMessage>;
}

interface Parts {
  url: string;
  world: World;
  faults: Faults;
  sockets: Sockets;
  people: People;
  interactions: Interactions;
  announce: Announce;
  tell(of: { app: FakeApp; install: FakeInstall; event: Json }): EventDelivery;
  deliver(app: FakeApp, what: { kind: EventDelivery['kind']; payload: Json }): EventDelivery;
  deliveries: EventDelivery[];
  calls: RecordedCall[];
  listeners: ((call: RecordedCall) => void)[];
  responses: { url: string; args: Json }[];
  context: Pick<MethodContext, 'statuses' | 'ephemerals'>;
  stop(): Promise<void>;
}

/** Puts the parts together into what tests hold. */
export function fakeSlack(parts: Parts): FakeSlack {
  const { url, world, people } = parts;
  const first = firstOf(world);
  return {
    ...people,
    ...parts.interactions,
    ...first,
    url,
    apiUrl: `${url}/api`,
    world,
    faults: parts.faults,
    sockets: parts.sockets,
    announce: parts.announce,
    deliveries: parts.deliveries,
    subscribe({ app, url: requestUrl }) {
      const subscriber = appOf(world, app);
      delete subscriber.request_url;
      if (requestUrl !== undefined) subscriber.request_url = requestUrl;
    },
    mention({ bot = first.install.bot_user_id, ...said }) {
      return people.say({ ...said, text: `<@${bot}> ${said.text}` });
    },
    ...rawDeliveries(parts),
    ...inspection(parts),
    addFile: (file) => addFile(file, world),
    setTokenState(state, botToken = first.install.bot_token) {
      const installs = [...world.apps.values()].flatMap((app) => app.installs);
      for (const install of installs) if (install.bot_token === botToken) install.state = state;
    },
    [Symbol.asyncDispose]: once(parts.stop),
  };
}

type Raw = 'appRateLimited' | 'urlVerification' | 'deliver' | 'tell';

function rawDeliveries({ world, deliver, tell }: Parts): Pick<FakeSlack, Raw> {
  return {
    tell({ app: id, team, event }) {
      const app = appOf(world, id);
      const install = app.installs.find(({ team_id }) => team === undefined || team_id === team);
      if (!install) throw new Error(`The fake Slack has no installation of ${app.id} in ${team ?? 'any team'}.`);
      return tell({ app, install, event });
    },
    appRateLimited({ app, team } = {}) {
      const to = appOf(world, app);
      const payload = {
        token: to.verification_token,
        team_id: team ?? to.installs[0]?.team_id ?? '',
        api_app_id: to.id,
        minute_rate_limited: Math.floor(world.now() / 60_000) * 60,
        type: 'app_rate_limited',
      };
      return deliver(to, { kind: 'events_api', payload });
    },
    urlVerification({ app, challenge } = {}) {
      const to = appOf(world, app);
      const payload = { token: to.verification_token, challenge: challenge ?? world.id('C'), type: 'url_verification' };
      return deliver(to, { kind: 'events_api', payload });
    },
    deliver: ({ app, kind = 'events_api', payload }) => deliver(appOf(world, app), { kind, payload }),
  };
}

type Inspection =
  | 'messages'
  | 'thread'
  | 'ephemerals'
  | 'calls'
  | 'onCall'
  | 'responses'
  | 'reactionsOf'
  | 'files'
  | 'views'
  | 'statusOf'
  | 'waitForMessage';

const statusMs = 120_000;

function inspection({ world, calls, listeners, responses, context }: Parts): Pick<FakeSlack, Inspection> {
  return {
    messages: (channel) => world.messages.list(channel),
    thread: (channel, root) => world.messages.thread(channel, root),
    ephemerals: (channel) => context.ephemerals.filter((message) => message['channel'] === channel),
    calls: (method) => calls.filter((call) => method === undefined || call.method === method),
    onCall: (listener) => void listeners.push(listener),
    responses: () => responses,
    reactionsOf(channel, ts) {
      const message = world.messages.find(channel, ts);
      return message ? reactionsView(message) : [];
    },
    files: () => [...world.files.values()],
    views: () => [...world.views.values()],
    statusOf(channel, thread) {
      const status = context.statuses.get(`${channel}:${thread}`);
      return status && world.now() - status.at < statusMs ? status.status : undefined;
    },
    waitForMessage(fits, { channel, timeoutMs } = {}) {
      const channels = channel === undefined ? [...world.channels.keys()] : [channel];
      const check = () => channels.flatMap((id) => world.messages.list(id)).find(fits);
      return waitFor(check, { what: 'a message in the fake Slack', ...(timeoutMs !== undefined && { timeoutMs }) });
    },
  };
}

function addFile(
  file: { name: string; content: Buffer | string; user: string; mimetype?: string },
  world: World,
): FakeFile {
  const bytes = Buffer.from(file.content);
  const added: FakeFile = {
    id: world.id('F'),
    name: file.name,
    title: file.name,
    mimetype: file.mimetype ?? mimetypeOf(file.name),
    size: bytes.length,
    user: file.user,
    team_id: world.users.get(file.user)?.team_id ?? '',
    created: Math.floor(world.now() / 1000),
    bytes,
    complete: true,
    shared_in: [],
  };
  world.files.set(added.id, added);
  return added;
}

function appOf(world: World, id: string | undefined): FakeApp {
  const app = id === undefined ? [...world.apps.values()][0] : world.apps.get(id);
  if (!app) throw new Error(`The fake Slack has no app ${id ?? ''}.`);
  return app;
}

function firstOf(world: World): { app: FakeApp; install: FakeInstall; team: FakeTeam } {
  const app = appOf(world, undefined);
  const install = app.installs[0];
  const team = [...world.teams.values()][0];
  if (!install || !team) throw new Error('A fake Slack needs a team, and an app that is installed.');
  return { app, install, team };
}

/** A scope may end after a test has stopped it by itself. */
function once(stop: () => Promise<void>): () => Promise<void> {
  let stopping: Promise<void> | undefined;
  return () => (stopping ??= stop());
}
