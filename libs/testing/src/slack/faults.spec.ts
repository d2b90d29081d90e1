import { webApi } from '@slack/bolt';
import { describe, expect, it } from 'vitest';
import type { EventFault } from './faults.ts';
import { startFakeSlack } from './start-fake-slack.ts';
import { startRequestLog } from './testing/request-log.ts';
import { silentLogger } from './testing/silent-logger.ts';
import { refusalOf, webClient } from './testing/web-client.ts';

const { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } = webApi;
const channel = 'C0GENERAL';

describe('a fault of the Web API', () => {
  it.each([
    { fault: { do: 'drop' }, seen: WebAPIRequestError, stored: 0, because: 'the connection broke before' },
    { fault: { do: 'reset_after_commit' }, seen: WebAPIRequestError, stored: 1, because: 'the connection broke after' },
    {
      fault: { do: 'rate_limited', retryAfterSeconds: 30 },
      seen: WebAPIRateLimitedError,
      stored: 0,
      because: 'too fast',
    },
    { fault: { do: 'server_error' }, seen: WebAPIHTTPError, stored: 0, because: 'it failed before' },
    {
      fault: { do: 'server_error_after_commit', status: 503 },
      seen: WebAPIHTTPError,
      stored: 1,
      because: 'it failed after',
    },
    { fault: { do: 'error', error: 'internal_error' }, seen: WebAPIPlatformError, stored: 0, because: 'Slack said so' },
    {
      fault: { do: 'error_after_commit', error: 'fatal_error' },
      seen: WebAPIPlatformError,
      stored: 1,
      because: 'some aspect worked',
    },
    {
      fault: { do: 'garbage' },
      seen: WebAPIPlatformError,
      stored: 0,
      because: 'WebClient takes HTML for an error string',
    },
  ] as const)('$fault.do happens once and stores $stored: $because', async ({ fault, seen, stored }) => {
    await using slack = await startFakeSlack();
    const { chat } = webClient(slack, slack.install.bot_token);
    slack.faults.add({ method: 'chat.postMessage', fault });
    await expect(chat.postMessage({ channel, text: 'one' })).rejects.toBeInstanceOf(seen);
    expect(slack.messages(channel)).toHaveLength(stored);
    await chat.postMessage({ channel, text: 'two' });
    expect(slack.calls('chat.postMessage').map(({ args }) => args['text'])).toEqual(['one', 'two']);
  });

  it('tells how long to wait, and gives other errors by name', async () => {
    await using slack = await startFakeSlack();
    const { chat } = webClient(slack, slack.install.bot_token);
    slack.faults.add({ method: 'chat.postMessage', fault: { do: 'rate_limited', retryAfterSeconds: 30 } });
    await expect(chat.postMessage({ channel, text: 'x' })).rejects.toMatchObject({ retryAfter: 30 });
    slack.faults.add({ method: '*', fault: { do: 'error', error: 'channel_type_not_supported' } });
    expect(await refusalOf(chat.postMessage({ channel, text: 'x' }))).toBe('channel_type_not_supported');
  });

  it('happens where and as often as it is told, and goes when it is taken away', async () => {
    await using slack = await startFakeSlack();
    const { chat } = webClient(slack, slack.install.bot_token);
    const say = (text: string, to = channel) => refusalOf(chat.postMessage({ channel: to, text }));
    const take = slack.faults.add({
      method: 'chat.postMessage',
      times: Infinity,
      when: ({ args }) => args['channel'] === channel,
      fault: { do: 'error', error: 'service_unavailable' },
    });
    expect([await say('a'), await say('b', 'C0RANDOM'), await say('c')]).toEqual([
      'service_unavailable',
      'ok',
      'service_unavailable',
    ]);
    take();
    expect(await say('d')).toBe('ok');
  });

  it('delays a call until its client gives up, and the message is there', async () => {
    await using slack = await startFakeSlack();
    slack.faults.add({ method: 'chat.postMessage', fault: { do: 'delay', ms: 300 } });
    const options = { slackApiUrl: slack.apiUrl, timeout: 50, retryConfig: { retries: 0 }, logger: silentLogger };
    const client = new webApi.WebClient(slack.install.bot_token, options);
    await expect(client.chat.postMessage({ channel, text: 'slow' })).rejects.toBeInstanceOf(WebAPIRequestError);
    expect((await slack.waitForMessage(({ text }) => text === 'slow')).channel).toBe(channel);
  });
});

describe('a fault of an upload', () => {
  it.each([
    { fault: { do: 'drop' }, stored: false },
    { fault: { do: 'server_error' }, stored: false },
    { fault: { do: 'reset_after_commit' }, stored: true },
  ] as const)('$fault.do: stored $stored', async ({ fault, stored }) => {
    await using slack = await startFakeSlack();
    const { files } = webClient(slack, slack.install.bot_token);
    const { upload_url = '' } = await files.getUploadURLExternal({ filename: 'a.txt', length: 1 });
    slack.faults.add({ method: 'upload', fault });
    const status = await fetch(upload_url, { method: 'POST', body: 'x' }).then(
      (answer) => answer.status,
      () => 'reset',
    );
    expect(status).toBe(fault.do === 'server_error' ? 500 : 'reset');
    expect(slack.files()[0]?.bytes !== undefined).toBe(stored);
  });
});

describe('a fault of response URLs and downloads', () => {
  it('is answered before anything is done', async () => {
    await using slack = await startFakeSlack();
    const { payload } = slack.command({ channel, user: 'U0ALICE', command: '/ask' });
    slack.faults.add({ method: 'response_url', fault: { do: 'rate_limited', retryAfterSeconds: 7 } });
    const limited = await fetch(String(payload['response_url']), { method: 'POST', body: '{"text":"x"}' });
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7']);
    expect(slack.ephemerals(channel)).toEqual([]);

    const file = slack.addFile({ name: 'a.txt', content: 'a', user: 'U0ALICE' });
    slack.say({ channel, user: 'U0ALICE', text: '', files: [file.id] });
    const download = () => {
      const headers = { authorization: `Bearer ${slack.install.bot_token}` };
      return fetch(`${slack.url}/files-pri/${file.team_id}-${file.id}/download/a.txt`, { headers });
    };
    slack.faults.add({ method: 'download', fault: { do: 'server_error', status: 503 } });
    expect((await download()).status).toBe(503);
    expect(await (await download()).text()).toBe('a');
  });
});

describe('a fault of deliveries', () => {
  it.each<{ fault: EventFault; got: string[]; attempts: object[] }>([
    { fault: { do: 'drop' }, got: ['a', 'b'], attempts: [{ failed: 'connection_failed' }, { status: 200 }] },
    {
      fault: { do: 'reset_after_commit' },
      got: ['a', 'a', 'b'],
      attempts: [{ failed: 'http_timeout' }, { status: 200 }],
    },
    { fault: { do: 'duplicate' }, got: ['a', 'a', 'b'], attempts: [{ status: 200 }, { status: 200 }] },
  ])('$fault.do', async ({ fault, got, attempts }) => {
    await using app = await startRequestLog();
    await using slack = await startFakeSlack({ retryDelaysMs: [0] });
    slack.subscribe({ url: app.url });
    slack.faults.add({ method: 'events', fault });
    const [first] = await slack.say({ channel, user: 'U0ALICE', text: 'a' }).settled;
    await slack.say({ channel, user: 'U0ALICE', text: 'b' }).settled;
    expect(first?.attempts).toMatchObject(attempts);
    expect(app.received.map(({ body }) => (JSON.parse(body) as { event: { text: string } }).event.text)).toEqual(got);
  });

  it('reorder lets the next one overtake', async () => {
    await using app = await startRequestLog();
    await using slack = await startFakeSlack();
    slack.subscribe({ url: app.url });
    slack.faults.add({ method: 'events', fault: { do: 'reorder' } });
    const first = slack.say({ channel, user: 'U0ALICE', text: 'a' });
    await slack.say({ channel, user: 'U0ALICE', text: 'b' }).settled;
    await first.settled;
    expect(app.received.map(({ body }) => (JSON.parse(body) as { event: { text: string } }).event.text)).toEqual([
      'b',
      'a',
    ]);
  });
});
