import { SlackAPIClient, SlackApp } from 'slack-edge';
import { expect, it } from 'vitest';
import { startFakeSlack } from './start-fake-slack.ts';
import { startRequestLog } from './testing/request-log.ts';

const channel = 'C0GENERAL';

it('an app made with slack-edge answers mentions and commands', async () => {
  // It answers 404 to events that nobody listens to.
  const apps = [{ id: 'A0FAKE', events: ['app_mention'] }];
  await using slack = await startFakeSlack({ apps, retryDelaysMs: [] });
  const { bot_token, bot_id, bot_user_id } = slack.install;
  const client = new SlackAPIClient(bot_token, { baseUrl: `${slack.apiUrl}/` });
  const app = new SlackApp({
    env: { SLACK_SIGNING_SECRET: slack.app.signing_secret, SLACK_LOGGING_LEVEL: 'ERROR' },
    authorize: async () => ({ botToken: bot_token, botId: bot_id, botUserId: bot_user_id, botScopes: [] }),
  });
  app.event('app_mention', async ({ payload }) => {
    await client.chat.postMessage({
      channel: payload.channel,
      thread_ts: payload.ts,
      text: `you said ${payload.text}`,
    });
  });
  app.command(
    '/ask',
    async () => 'just a moment',
    async ({ context, payload }) =>
      void (await context.respond?.({ text: `asked ${payload.text}`, response_type: 'in_channel' })),
  );
  await using server = await startRequestLog(async (response, { body, headers }) => {
    const request = new Request('http://app/', { method: 'POST', headers: headers as Record<string, string>, body });
    const answer = await app.run(request, { waitUntil: (work) => void work.catch(() => {}) });
    response.writeHead(answer.status).end(await answer.text());
  });
  slack.subscribe({ url: server.url });

  const { ts, settled } = slack.mention({ channel, user: 'U0ALICE', text: 'hello' });
  const answer = await slack.waitForMessage(({ text }) => text.includes('you said'));
  expect(answer).toMatchObject({ thread_ts: ts, bot_id });
  expect((await settled).map(({ state }) => state)).toEqual(['delivered']);
  const command = await slack.command({ channel, user: 'U0ALICE', command: '/ask', text: 'why' }).settled;
  expect(command.attempts[0]?.body).toContain('just a moment');
  await slack.waitForMessage(({ text }) => text === 'asked why');
});
