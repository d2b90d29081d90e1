import { once } from 'node:events';
import { createServer } from 'node:http';
import { waitFor } from '../wait-for.ts';
import { botRoutes } from './bot-routes.ts';
import { channelRoutes } from './channel-routes.ts';
import { DiscordFaults } from './faults.ts';
import { Gateway } from './gateway.ts';
import type { DiscordMessage } from './message.ts';
import { createPeople, type DiscordPeople } from './people.ts';
import { RateLimits, usualInvalidLimit, type Budget } from './rate-limits.ts';
import { createRestApi, type DiscordCall } from './rest-api.ts';
import { createWorld, type Bot, type World } from './world.ts';

export interface FakeDiscordOptions {
  /** A fixed port of 127.0.0.1; a free one unless said. */
  port?: number;
  token?: string;
  /** Whether the portal grants the privileged Message Content intent; yes, unless said. */
  messageContent?: boolean;
  heartbeatMs?: number;
  /** Epoch ms: ids, nonces, rate limits, interactions. */
  now?: () => number;
  /** Calls of a route and channel, as `{ 'POST /channels/:id/messages': { limit: 5, windowMs: 5_000 } }`; 50 a second unless said. */
  budgets?: Record<string, Budget>;
  /** After how many 401, 403 and 429 in ten minutes the caller is shut out. */
  invalidLimit?: number;
}

/** A Discord of one's own: the REST API and the gateway at `url`, and the people who talk to the bot. */
export interface FakeDiscord extends AsyncDisposable, DiscordPeople {
  readonly url: string;
  /** What discord.js calls `rest.api`. */
  readonly apiUrl: string;
  readonly bot: Bot;
  readonly faults: DiscordFaults;
  readonly gateway: Gateway;
  readonly guildId: string;
  readonly general: string;
  readonly random: string;
  readonly typing: World['typing'];
  /** How many calls of the last ten minutes were invalid. */
  readonly invalidRequests: number;
  /** Calls of a route (`POST /channels/:id/messages`), or of all. */
  calls(route?: string): DiscordCall[];
  messages(channel?: string): DiscordMessage[];
  /** Of these the bot's. */
  sent(channel?: string): DiscordMessage[];
  /** The first message of the bot that holds this text; waits up to 5 s for it. */
  waitForMessage(text: string, channel?: string): Promise<DiscordMessage>;
}

/** Starts a fake Discord on 127.0.0.1: `await using discord = await startFakeDiscord()`. */
export async function startFakeDiscord(options: FakeDiscordOptions = {}): Promise<FakeDiscord> {
  const now = options.now ?? Date.now;
  const { token = 'fake-discord-token', messageContent = true, heartbeatMs = 41_250, budgets = {} } = options;
  const world = createWorld({ now, token, messageContent });
  const gateway = new Gateway({ world, heartbeatMs });
  world.dispatch = (what) => gateway.dispatch(what);
  const faults = new DiscordFaults();
  const limits = new RateLimits({ budgets, invalidLimit: options.invalidLimit ?? usualInvalidLimit, now });
  const calls: DiscordCall[] = [];
  const record = (call: DiscordCall) => void calls.push(call);
  const server = createServer(createRestApi({ ...botRoutes, ...channelRoutes }, { world, faults, limits, record }));
  server.on('upgrade', (request, socket, head) => gateway.upgrade(request, socket, head));
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  world.url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  return {
    ...createPeople(world),
    ...inspection(world, calls),
    url: world.url,
    apiUrl: `${world.url}/api`,
    bot: world.bot,
    faults,
    gateway,
    get invalidRequests() {
      return limits.invalid;
    },
    [Symbol.asyncDispose]: async () => {
      gateway.stop();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const general = '300000000000000001';

function inspection(world: World, calls: DiscordCall[]) {
  const messages = (channel = general) => world.channels.get(channel)?.messages ?? [];
  const sent = (channel?: string) => messages(channel).filter(({ author }) => author === world.bot.user);
  return {
    guildId: world.guilds[0]?.id ?? '',
    general,
    random: '300000000000000002',
    typing: world.typing,
    calls: (route?: string) => calls.filter((call) => route === undefined || call.route === route),
    messages,
    sent,
    waitForMessage: (text: string, channel?: string) =>
      waitFor(() => sent(channel).find(({ content }) => content.includes(text)), { what: `a message with "${text}"` }),
  };
}
