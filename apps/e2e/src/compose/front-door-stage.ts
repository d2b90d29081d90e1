import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startFakeSlack, type FakeSlack } from '@trunkline/testing';
import { openReplyReceiver, type ReplyReceiver } from '../chaos/reply-receiver.ts';
import { openFront } from '../open-front.ts';
import { openComposeProject, type ComposeProject } from './compose-project.ts';
import { docBlock } from './doc-block.ts';

/** An installation with a domain, whose connectors find their secrets in variables, and whose sidecars are those of docs/sidecars.md. */
export interface FrontDoorStage extends AsyncDisposable {
  readonly project: ComposeProject;
  readonly slack: FakeSlack;
  /** Where answers to `http/orders` arrive. */
  readonly receiver: ReplyReceiver;
  /** What callers of `http/orders` show. */
  readonly ordersToken: string;
}

const override = 'docker-compose.override.yml';

/** Builds the images and starts everything as an operator does; resolves when all of it is healthy. */
export async function openFrontDoorStage(): Promise<FrontDoorStage> {
  await using starting = new AsyncDisposableStack();
  const slack = starting.use(await startFakeSlack());
  const receiver = starting.use(await openReplyReceiver(1));
  const door = async (url: string) => {
    const { port } = new URL(starting.use(await openFront([url], { host: '0.0.0.0' })).url);
    return Object.assign(new URL(url), { hostname: 'host.docker.internal', port }).href;
  };
  const urls = { slack: await door(slack.apiUrl), receiver: await door(receiver.targetOf(0)) };
  const project = starting.use(
    await openComposeProject({
      connectors: connectorsOf(urls) + docBlock('docs/sidecars.md', 'toml', 'sidecars/mailbox.py'),
      profiles: ['demo'],
      files: [override],
      callHome: ['http-gateway', 'slack-gateway'],
      domain: 'localhost',
    }),
  );
  await writeFile(join(project.folder, override), docBlock('docs/sidecars.md', 'yaml', '/app/sidecars'));
  await project.sh(docBlock('docs/sidecars.md', 'sh', 'sidecars/rooms'));
  const ordersToken = 'orders-token-of-32-characters-0000';
  const { bot_token } = slack.install;
  const env = (kind: string, text: string) => appendFile(join(project.folder, `deploy/env/${kind}.env`), text);
  await env('http', `ORDERS_TOKEN=${ordersToken}\n`);
  await env('slack', `SLACK_BOT_TOKEN=${bot_token}\nSLACK_SIGNING_SECRET=${slack.app.signing_secret}\n`);
  slack.subscribe({ url: `${project.httpsUrl}/v1/connectors/slack/team` });
  await project.compose('build');
  await project.compose('up', '--detach', '--wait', '--wait-timeout', '120');
  const stack = starting.move();
  return { project, slack, receiver, ordersToken, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const connectorsOf = (urls: { slack: string; receiver: string }) => `
[[http_connectors]]
name = "orders"
bearer_token_env = "ORDERS_TOKEN"
default_binding_keys = ["orders"]
allow_private_network = true

[[http_connectors.default_reply_targets]]
type = "http"
url = "${urls.receiver}"

[[slack_connectors]]
name = "team"
bot_token_env = "SLACK_BOT_TOKEN"
signing_secret_env = "SLACK_SIGNING_SECRET"
api_base_url = "${urls.slack}"

`;
