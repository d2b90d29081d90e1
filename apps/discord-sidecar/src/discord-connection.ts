import {
  Client,
  DiscordjsError,
  DiscordjsErrorCodes,
  Events,
  GatewayCloseCodes,
  GatewayIntentBits,
  Options,
} from 'discord.js';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SidecarLog } from '@trunkline/sidecar-sdk';
import type { Names } from './clean-content.ts';
import { fatalClose } from './close-codes.ts';
import type { ConnectionStatus } from './connection-status.ts';
import type { DiscordApi } from './discord-api.ts';
import { classify } from './discord-errors.ts';
import { dispatchNames, readDispatch, type Happening } from './discord-payload.ts';
import { openChannels, knownPlace, type OpenChannel } from './known-channels.ts';
import type { Place } from './place.ts';
import type { Settings } from './settings.ts';

export interface ConnectionDeps {
  settings: Pick<Settings, 'requireMention' | 'apiUrl'>;
  token: string;
  api: Pick<DiscordApi, 'seesContent'>;
  status: ConnectionStatus;
  log: SidecarLog;
  random(): number;
  /** Something happened. In the order of the gateway, but while `onGap` was not answered by `onWhole`. */
  onHappening(happening: Happening): void;
  /** A new session begins: what happened since the last one has not been told. */
  onGap(): void;
  /** The session is complete, channels are known: what is missing can be fetched. */
  onWhole(): void;
}

/** A connection to Discord's gateway, kept for as long as it makes sense. */
export interface DiscordConnection {
  readonly botId: string | undefined;
  readonly names: Names;
  /** Undefined: not known to the gateway's cache. */
  place(channelId: string): Place | undefined;
  openChannels(): OpenChannel[];
  /** Connects; tries until it succeeds, or until it is clear that it never will. */
  run(): Promise<void>;
  stop(): Promise<void>;
}

const { Guilds, GuildMessages, GuildMessageReactions, DirectMessages, DirectMessageReactions, MessageContent } =
  GatewayIntentBits;
const plainIntents = [Guilds, GuildMessages, GuildMessageReactions, DirectMessages, DirectMessageReactions];
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

export function createConnection(deps: ConnectionDeps): DiscordConnection {
  const { status, log } = deps;
  let client: Client | undefined;
  let stopped = false;

  /** Without the privileged intent mentions and direct messages still have their words: enough where mentions are required. */
  async function intentsFor(): Promise<GatewayIntentBits[]> {
    if (!deps.settings.requireMention || (await deps.api.seesContent())) return [...plainIntents, MessageContent];
    log.warn('message content intent not granted', {
      effect: 'in threads, only messages that mention the bot are heard',
    });
    return plainIntents;
  }

  async function attempt(): Promise<'connected' | 'again' | 'never'> {
    try {
      const opened = openClient(await intentsFor(), deps);
      client = opened;
      await opened.login(deps.token);
      return 'connected';
    } catch (error) {
      return judge(error);
    }
  }

  function judge(error: unknown): 'again' | 'never' {
    if (status.current.state === 'misconfigured') return 'never';
    const refused = error instanceof DiscordjsError && error.code === DiscordjsErrorCodes.TokenInvalid;
    const failure = classify(error);
    if (refused || failure.tokenRefused) {
      status.set({ state: 'misconfigured', detail: fatalClose(4004) ?? failure.detail, canSend: false });
      return 'never';
    }
    log.warn('discord not connected', { reason: failure.detail });
    return 'again';
  }

  return {
    get botId() {
      return client?.user?.id;
    },
    names: {
      channel: (id) => client && knownPlace(client, id)?.name,
      role: (id) =>
        client?.guilds.cache.map(({ roles }) => roles.cache.get(id)?.name).find((name) => name !== undefined),
    },
    place: (channelId) => client && knownPlace(client, channelId),
    openChannels: () => (client ? openChannels(client) : []),
    async run() {
      for (let pause = firstPauseMs; !stopped; pause = Math.min(longestPauseMs, pause * 2)) {
        if ((await attempt()) !== 'again') return;
        await sleep(pause * (0.5 + deps.random() / 2), undefined, { ref: false });
      }
    },
    async stop() {
      stopped = true;
      await client?.destroy();
    },
  };
}

/** Messages are read as they come on the wire: nothing of them is kept here, and of people only the bot itself. */
const few = { maxSize: 100, keepOverLimit: ({ id, client }: { id: string; client: Client }) => id === client.user?.id };
const makeCache = Options.cacheWithLimits({
  ...Options.DefaultMakeCacheSettings,
  GuildMemberManager: few,
  UserManager: few,
  MessageManager: 0,
  ReactionManager: 0,
  PresenceManager: 0,
});

function openClient(intents: GatewayIntentBits[], deps: ConnectionDeps): Client {
  const { status, log } = deps;
  const client = new Client({ intents, makeCache, rest: { api: deps.settings.apiUrl, retries: 0 } });
  client.on(Events.Raw, ({ t, d }: { t: string | null; d: unknown }) => {
    if (t === 'READY') deps.onGap();
    if (t !== null && dispatchNames.includes(t)) readDispatch(t, d).forEach(deps.onHappening);
  });
  client.on(Events.ShardReady, () => {
    status.set({ state: 'ready' });
    log.info('discord connected', { bot: client.user?.id });
    deps.onWhole();
  });
  client.on(Events.ShardResume, (_shard, replayed) => {
    status.set({ state: 'ready' });
    log.info('discord resumed', { replayed });
  });
  client.on(Events.ShardReconnecting, () => status.set({ state: 'interrupted' }));
  client.on(Events.ShardDisconnect, ({ code }) => {
    const detail = fatalClose(code) ?? `Discord ended the connection for good (${code}).`;
    status.set({ state: 'misconfigured', detail, canSend: code !== GatewayCloseCodes.AuthenticationFailed });
    log.error('discord refuses the bot', { code, detail });
  });
  client.on(Events.ShardError, (error) => log.warn('discord connection failed', { error }));
  client.on(Events.Error, (error) => log.error('discord client failed', { error }));
  return client;
}
