import { describe, expect, it } from 'vitest';
import type { Json } from './json.ts';
import { startFakeSlack } from './start-fake-slack.ts';
import { startRequestLog } from './testing/request-log.ts';
import { refusalOf, webClient } from './testing/web-client.ts';

const channel = 'C0GENERAL';
const buttons = [
  {
    type: 'actions',
    block_id: 'choice',
    elements: [{ type: 'button', action_id: 'yes', value: '1', text: { type: 'plain_text', text: 'Yes' } }],
  },
];
const postTo = (url: unknown, body: Json) =>
  fetch(String(url), { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

describe('a slash command', () => {
  it('comes as a form, and is not sent again when the app fails', async () => {
    await using app = await startRequestLog((response) => void response.writeHead(500).end());
    await using slack = await startFakeSlack({ retryDelaysMs: [0, 0, 0] });
    slack.subscribe({ url: app.url });
    const sent = await slack.command({ channel, user: 'U0ALICE', command: '/ask', text: 'why & how' }).settled;
    expect(sent).toMatchObject({ state: 'failed', event_id: undefined, attempts: [{ status: 500 }] });
    expect(app.received).toHaveLength(1);
    expect(app.received[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(Object.fromEntries(new URLSearchParams(app.received[0]?.body))).toMatchObject({
      command: '/ask',
      text: 'why & how',
      channel_id: channel,
      user_id: 'U0ALICE',
      team_id: 'T0FAKE',
      api_app_id: 'A0FAKE',
    });
  });

  it('has a response URL for five answers within half an hour', async () => {
    let now = 1_700_000_000_000;
    await using slack = await startFakeSlack({ now: () => now });
    const command = () => slack.command({ channel, user: 'U0ALICE', command: '/ask' }).payload['response_url'];
    const url = command();
    await postTo(url, { text: 'only you' });
    for (const text of ['1', '2', '3', '4']) await postTo(url, { text, response_type: 'in_channel' });
    expect(slack.ephemerals(channel)).toMatchObject([{ text: 'only you', user: 'U0ALICE' }]);
    expect(slack.messages(channel).map(({ text }) => text)).toEqual(['1', '2', '3', '4']);
    const sixth = await postTo(url, { text: '5' });
    expect([sixth.status, await sixth.json()]).toEqual([404, { ok: false, error: 'used_url' }]);
    const old = command();
    now += 30 * 60_000 + 1;
    expect(await (await postTo(old, { text: 'x' })).json()).toEqual({ ok: false, error: 'expired_url' });
  });
});

describe('a pressed button', () => {
  it('tells the app that posted it what it was, and its response URL changes the message', async () => {
    await using slack = await startFakeSlack({ apps: [{ id: 'A0ONE' }, { id: 'A0TWO' }] });
    const token = slack.world.apps.get('A0TWO')?.installs[0]?.bot_token ?? '';
    const { ts = '' } = await webClient(slack, token).chat.postMessage({ channel, text: 'Sure?', blocks: buttons });
    const { app, payload } = slack.pressButton({ channel, ts, user: 'U0ALICE', action_id: 'yes' });
    expect(app).toBe('A0TWO');
    expect(payload).toMatchObject({
      type: 'block_actions',
      container: { type: 'message', message_ts: ts, channel_id: channel },
      actions: [{ action_id: 'yes', block_id: 'choice', value: '1', type: 'button' }],
      user: { id: 'U0ALICE', team_id: 'T0FAKE' },
    });
    await postTo(payload['response_url'], { replace_original: true, text: 'Yes.' });
    expect(slack.messages(channel).map(({ text }) => text)).toEqual(['Yes.']);
    await postTo(payload['response_url'], { delete_original: true });
    expect(slack.messages(channel)).toEqual([]);
  });
});

describe('a modal', () => {
  it("opens with a trigger that is fresh, the app's own and used once, and is submitted", async () => {
    let now = 1_700_000_000_000;
    await using slack = await startFakeSlack({ apps: [{ id: 'A0ONE' }, { id: 'A0TWO' }], now: () => now });
    const [one, two] = [...slack.world.apps.values()].map(({ installs }) =>
      webClient(slack, installs[0]?.bot_token ?? ''),
    );
    const title = { type: 'plain_text', text: 'Form' } as const;
    const view = { type: 'modal' as const, callback_id: 'form', title, blocks: [] };
    const trigger = () => String(slack.shortcut({ user: 'U0BOB', callback_id: 'new' }).payload['trigger_id']);
    const open = (by: typeof one, trigger_id: string) =>
      refusalOf(by?.views.open({ trigger_id, view }) ?? Promise.reject());

    const first = trigger();
    expect(await open(two, first)).toBe('invalid_trigger_id');
    expect(await open(one, first)).toBe('ok');
    expect(await open(one, first)).toBe('exchanged_trigger_id');
    const late = trigger();
    now += 3_001;
    expect(await open(one, late)).toBe('expired_trigger_id');

    const [opened] = slack.views();
    const values = { name: { input: { type: 'plain_text_input', value: 'Bob' } } };
    expect(slack.submitView({ view: opened?.id ?? '', values }).payload).toMatchObject({
      type: 'view_submission',
      user: { id: 'U0BOB' },
      view: { callback_id: 'form', state: { values } },
    });
  });
});

describe('a shortcut', () => {
  it('is of the workspace, or of a message', async () => {
    await using slack = await startFakeSlack();
    const { ts } = slack.say({ channel, user: 'U0ALICE', text: 'look' });
    expect(slack.shortcut({ user: 'U0BOB', callback_id: 'new' }).payload).toMatchObject({
      type: 'shortcut',
      callback_id: 'new',
    });
    expect(slack.shortcut({ user: 'U0BOB', callback_id: 'copy', channel, ts }).payload).toMatchObject({
      type: 'message_action',
      message_ts: ts,
      message: { text: 'look' },
    });
  });
});

describe('what is no event of a channel', () => {
  it('goes out as Slack sends it', async () => {
    await using app = await startRequestLog((response, { body }) => void response.end(body));
    await using slack = await startFakeSlack();
    slack.subscribe({ url: app.url });
    const verification = await slack.urlVerification({ challenge: 'c1' }).settled;
    expect(verification.attempts[0]?.body).toContain('"challenge":"c1"');
    const limited = slack.appRateLimited().payload;
    expect(limited).toMatchObject({ type: 'app_rate_limited', team_id: 'T0FAKE', api_app_id: 'A0FAKE' });
    expect(limited).not.toHaveProperty('event');
    const told = slack.tell({ event: { type: 'app_uninstalled' } }).payload;
    expect(told).toMatchObject({
      event: { type: 'app_uninstalled' },
      context_team_id: 'T0FAKE',
      is_ext_shared_channel: false,
    });
    const raw = await slack.deliver({
      payload: { type: 'event_callback', event_id: 'Ev1', event: { type: 'tokens_revoked' } },
    }).settled;
    expect(raw).toMatchObject({ event_id: 'Ev1', state: 'delivered' });
  });
});
