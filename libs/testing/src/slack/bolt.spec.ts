import { once } from 'node:events';
import { createServer } from 'node:http';
import { App, HTTPReceiver } from '@slack/bolt';
import { describe, expect, it } from 'vitest';
import { waitFor } from '../wait-for.ts';
import type { FakeSlack } from './fake-slack.ts';
import { startFakeSlack } from './start-fake-slack.ts';
import { silentLogger } from './testing/silent-logger.ts';

const channel = 'C0GENERAL';

describe('an app made with Bolt', () => {
  it.each(['http', 'socket'] as const)('over %s answers mentions, commands and buttons', async (mode) => {
    await using slack = await startFakeSlack();
    await using bolt = mode === 'http' ? await startHttpApp(slack) : await startSocketApp(slack);
    bolt.app.event('app_mention', async ({ event, say }) => {
      const element = { type: 'button', action_id: 'more', text: { type: 'plain_text', text: 'More' } } as const;
      await say({
        text: `you said ${event.text}`,
        thread_ts: event.ts,
        blocks: [{ type: 'actions', elements: [element] }],
      });
    });
    bolt.app.action('more', async ({ ack, respond }) => {
      await ack();
      await respond({ replace_original: true, text: 'no more' });
    });
    bolt.app.command('/ask', async ({ ack, command, respond }) => {
      await ack();
      await respond({ response_type: 'in_channel', text: `asked ${command.text}` });
    });

    const said = slack.mention({ channel, user: 'U0ALICE', text: 'hello' });
    const answer = await slack.waitForMessage(({ text }) => text.includes('you said'));
    expect(answer).toMatchObject({ thread_ts: said.ts, user: slack.install.bot_user_id });
    const pressed = await slack.pressButton({ channel, ts: answer.ts, user: 'U0ALICE', action_id: 'more' }).settled;
    expect(pressed.state).toBe('delivered');
    await slack.waitForMessage(({ text }) => text === 'no more');
    await slack.command({ channel, user: 'U0BOB', command: '/ask', text: 'why' }).settled;
    await slack.waitForMessage(({ text }) => text === 'asked why');
    await waitFor(() => slack.deliveries.every(({ state }) => state === 'delivered'), { what: 'all deliveries' });
  });

  it('that fails before it answers gets the event again', async () => {
    await using slack = await startFakeSlack({ retryDelaysMs: [0, 0, 0] });
    await using bolt = await startHttpApp(slack);
    const tries: unknown[] = [];
    bolt.app.message(async ({ context }) => {
      tries.push(context.retryNum);
      if (tries.length < 3) throw new Error('not yet');
    });
    const [delivery] = await slack.say({ channel, user: 'U0ALICE', text: 'hello' }).settled;
    expect(tries).toEqual([undefined, 1, 2]);
    expect(delivery?.attempts.map(({ status }) => status)).toEqual([500, 500, 200]);
  });
});

interface Bolt extends AsyncDisposable {
  app: App;
}

async function startHttpApp(slack: FakeSlack): Promise<Bolt> {
  const receiver = new HTTPReceiver({
    signingSecret: slack.app.signing_secret,
    processBeforeResponse: true,
    logger: silentLogger,
  });
  const app = new App({
    receiver,
    token: slack.install.bot_token,
    clientOptions: { slackApiUrl: slack.apiUrl },
    logger: silentLogger,
  });
  const server = createServer((request, response) => receiver.requestListener(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  slack.subscribe({
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/slack/events`,
  });
  return {
    app,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function startSocketApp(slack: FakeSlack): Promise<Bolt> {
  const app = new App({
    socketMode: true,
    appToken: slack.app.app_token,
    token: slack.install.bot_token,
    clientOptions: { slackApiUrl: slack.apiUrl },
    logger: silentLogger,
  });
  await app.start();
  return {
    app,
    async [Symbol.asyncDispose]() {
      await app.stop();
    },
  };
}
