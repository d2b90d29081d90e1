import { join } from 'node:path';
import { readTurn, type Turn } from '@trunkline/events';
import {
  startFakeSlack,
  startFakeTelegram,
  waitFor,
  type FakeMessage,
  type FakeSlack,
  type FakeSlackOptions,
  type FakeTelegram,
  type FakeTelegramOptions,
} from '@trunkline/testing';
import { everything } from './chaos/read-history.ts';
import { startInstallation, type Installation, type InstallationOptions } from './installation.ts';
import { openFront } from './open-front.ts';

/** A Slack and a Telegram of the test's own, and an installation between them and `agent.ts`. */
export interface Platforms extends AsyncDisposable {
  readonly slack: FakeSlack;
  readonly telegram: FakeTelegram;
  readonly installation: Installation;
  /** All turns so far that fit, in the order of the stream. */
  turns(fits?: (turn: Turn) => boolean): Promise<Turn[]>;
  /** What our bot says in a thread, oldest first. */
  slackReplies(at: { channel: string; ts: string }): FakeMessage[];
}

export interface PlatformsOptions {
  slackGateways?: number;
  telegramGateways?: number;
  slack?: FakeSlackOptions;
  telegram?: FakeTelegramOptions;
  pollSeconds?: number;
  /** What else the installation has: connectors of other kinds and their gateways, say. */
  also?: Pick<InstallationOptions, 'connectors' | 'gateways' | 'externalGateways' | 'consumers' | 'nats'>;
}

/** A minute: for what passes through processes on a busy machine. */
export const patient = { timeoutMs: 60_000 };

/** Slack reaches its gateways through a front, Telegram is asked. */
export async function startPlatforms(options: PlatformsOptions = {}): Promise<Platforms> {
  const { slackGateways = 0, telegramGateways = 0, pollSeconds = 2, also = { connectors: '' } } = options;
  await using starting = new AsyncDisposableStack();
  const slack = starting.use(await startFakeSlack(options.slack));
  const telegram = starting.use(await startFakeTelegram(options.telegram));
  const installation = starting.use(
    await startInstallation({
      gateways: 0,
      ...also,
      connectors: [connectorsFile({ slack, telegram, pollSeconds }), also.connectors].join('\n'),
      slackGateways,
      telegramGateways,
      extra: [{ name: 'agent', main: join(import.meta.dirname, 'agent.ts'), group: 'agent' }],
    }),
  );
  const front = starting.use(await openFront(installation.gatewayUrlsOf('slack')));
  slack.subscribe({ url: `${front.url}/v1/connectors/slack/team` });
  // Before its first question Telegram keeps no reactions for a bot.
  if (telegramGateways > 0) await waitFor(() => telegram.isPolled(), { what: 'Telegram to be asked', ...patient });
  await waitFor(() => lanesAreSpread(installation), { what: 'the lanes to be spread', ...patient });
  const stack = starting.move();
  return {
    slack,
    telegram,
    installation,
    async turns(fits = () => true) {
      const found: Turn[] = [];
      for await (const message of everything('TURNS', installation.bus)) {
        const read = readTurn(message.json());
        if (read.ok && fits(read.value)) found.push(read.value);
      }
      return found;
    },
    slackReplies: ({ channel, ts }) => slack.thread(channel, ts).filter(({ app_id }) => app_id === slack.app.id),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const lanes = 64;

/** Whether all lanes have an owner and none has more than its share: what grows is shown by the owner of its lane, or not at all. */
async function lanesAreSpread({ opsUrls }: Installation): Promise<boolean> {
  const owned = new Map<string, number[]>();
  for (const [name, url] of opsUrls) {
    const kind = /^(\w+)-gateway-/.exec(name)?.[1];
    if (kind === undefined) continue;
    const text = await (await fetch(`${url}/metrics`)).text();
    const found = new RegExp(`lanes_owned\\{[^}]*work="deliveries\\.${kind}"[^}]*\\} (\\d+)`).exec(text)?.[1];
    owned.set(kind, [...(owned.get(kind) ?? []), Number(found ?? 0)]);
  }
  return [...owned.values()].every(
    (each) => each.reduce((sum, one) => sum + one, 0) === lanes && Math.max(...each) <= Math.ceil(lanes / each.length),
  );
}

const connectorsFile = (of: { slack: FakeSlack; telegram: FakeTelegram; pollSeconds: number }) => `
[[slack_connectors]]
name = "team"
bot_token = "${of.slack.install.bot_token}"
signing_secret = "${of.slack.app.signing_secret}"
api_base_url = "${of.slack.apiUrl}"
ingress_events_per_second = 10000

[[telegram_connectors]]
name = "bot"
bot_token = "${of.telegram.token}"
api_base_url = "${of.telegram.url}"
ingress_mode = "polling"
polling_timeout_seconds = ${of.pollSeconds}
ingress_events_per_second = 100000
allowed_updates = ["message", "edited_message", "callback_query", "message_reaction", "stopped_message_generation"]
`;

/** The text of a turn's event. */
export const textOf = ({ event }: Turn): string => event.data.content?.text ?? '';
