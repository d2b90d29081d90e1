import { startFakeSlack, startFakeTelegram, waitFor, type FakeSlack, type FakeTelegram } from '@trunkline/testing';
import { chaosConnectors } from '../chaos/send-events.ts';
import { openReplyReceiver, type ReplyReceiver } from '../chaos/reply-receiver.ts';
import { openFront } from '../open-front.ts';
import { openComposeProject, type ComposeProject } from './compose-project.ts';

/** The whole compose installation between a Slack, a Telegram and webhook receivers of the test's own; the echo agent answers. */
export interface Stage extends AsyncDisposable {
  readonly project: ComposeProject;
  readonly slack: FakeSlack;
  readonly telegram: FakeTelegram;
  readonly receiver: ReplyReceiver;
  /** A reply target for each number, as containers reach it. */
  targetOf(number: number): string;
  /** From `docker compose up` until everything was healthy. */
  readonly upMs: number;
}

const hosts = 4;

/** Builds the images and starts everything; resolves when all of it is healthy. */
export async function openStage(): Promise<Stage> {
  await using starting = new AsyncDisposableStack();
  const slack = starting.use(
    await startFakeSlack({ retryDelaysMs: [0, 500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000, 8_000] }),
  );
  const telegram = starting.use(await startFakeTelegram());
  const receiver = starting.use(await openReplyReceiver(hosts));
  const door = async (url: string) => {
    const front = starting.use(await openFront([url], { host: '0.0.0.0' }));
    return `http://host.docker.internal:${new URL(front.url).port}`;
  };
  const targets = await Promise.all(
    Array.from({ length: hosts }, (_, host) => door(new URL(receiver.targetOf(host)).origin)),
  );
  const project = starting.use(
    await openComposeProject({
      connectors: connectorsOf({
        slack,
        telegram,
        slackUrl: await door(slack.url),
        telegramUrl: await door(telegram.url),
      }),
      profiles: ['demo'],
      callHome: ['http-gateway', 'slack-gateway', 'telegram-gateway'],
    }),
  );
  slack.subscribe({ url: `${project.url}/v1/connectors/slack/team` });
  await project.compose('build');
  const begun = performance.now();
  await project.compose('up', '--detach', '--wait', '--wait-timeout', '120');
  const upMs = performance.now() - begun;
  const asked = { what: 'Telegram to be asked', timeoutMs: 30_000 };
  await waitFor(() => telegram.isPolled(), asked).catch(async (cause: unknown) => {
    throw new Error(await project.compose('logs', '--tail', '20', 'telegram-gateway'), { cause });
  });
  const stack = starting.move();
  return {
    project,
    slack,
    telegram,
    receiver,
    targetOf: (number) => `${targets[number % hosts]}/conversations/${number}`,
    upMs,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const connectorsOf = (of: { slack: FakeSlack; telegram: FakeTelegram; slackUrl: string; telegramUrl: string }) => `
${chaosConnectors}
[[slack_connectors]]
name = "team"
bot_token = "${of.slack.install.bot_token}"
signing_secret = "${of.slack.app.signing_secret}"
api_base_url = "${of.slackUrl}${new URL(of.slack.apiUrl).pathname}"
ingress_events_per_second = 10000

[[telegram_connectors]]
name = "bot"
bot_token = "${of.telegram.token}"
api_base_url = "${of.telegramUrl}"
ingress_mode = "polling"
polling_timeout_seconds = 2
`;
