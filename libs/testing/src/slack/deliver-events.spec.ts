import { describe, expect, it } from 'vitest';
import { waitFor } from '../wait-for.ts';
import { startFakeSlack } from './start-fake-slack.ts';
import { startRequestLog } from './testing/request-log.ts';

const channel = 'C0GENERAL';
const said = { channel, user: 'U0ALICE', text: 'hello' };
const quick = { retryDelaysMs: [0, 1, 1] };
const bodies = (app: { received: { body: string }[] }) => app.received.map(({ body }) => JSON.parse(body) as unknown);

describe('an event', () => {
  it('is retried three times with the same event id, counted and with the reason', async () => {
    await using app = await startRequestLog((response) => void response.writeHead(500).end('no'));
    await using slack = await startFakeSlack(quick);
    slack.subscribe({ url: app.url });
    const [delivery] = await slack.say(said).settled;
    expect(delivery).toMatchObject({ state: 'failed', attempts: [{ status: 500, body: 'no' }, {}, {}, {}] });
    expect(app.received.map(({ headers }) => [headers['x-slack-retry-num'], headers['x-slack-retry-reason']])).toEqual([
      [undefined, undefined],
      ['1', 'http_error'],
      ['2', 'http_error'],
      ['3', 'http_error'],
    ]);
    expect(new Set(app.received.map(({ body }) => body)).size).toBe(1);
  });

  it('is signed afresh for each try', async () => {
    let now = 1_700_000_000_000;
    await using app = await startRequestLog((response, _, count) => {
      now += 10_000;
      response.writeHead(count < 2 ? 503 : 200).end();
    });
    await using slack = await startFakeSlack({ ...quick, now: () => now });
    slack.subscribe({ url: app.url });
    const [delivery] = await slack.say(said).settled;
    expect(delivery?.state).toBe('delivered');
    expect(app.received.map(({ headers }) => headers['x-slack-request-timestamp'])).toEqual([
      '1700000000',
      '1700000010',
    ]);
    expect(new Set(app.received.map(({ headers }) => headers['x-slack-signature'])).size).toBe(2);
  });

  it('is not waited for longer than the time to answer, and the retry overtakes the late answer', async () => {
    const { promise: enough, resolve: release } = Promise.withResolvers<void>();
    await using app = await startRequestLog(async (response, _, count) => {
      if (count === 1) await enough;
      response.end(`answer ${count}`);
    });
    await using slack = await startFakeSlack({ ...quick, ackTimeoutMs: 50 });
    slack.subscribe({ url: app.url });
    const [delivery] = await slack.say(said).settled;
    expect(delivery?.attempts).toMatchObject([
      { failed: 'http_timeout' },
      { status: 200, retryReason: 'http_timeout' },
    ]);
    release();
    const late = await waitFor(() => delivery?.attempts[0]?.late, { what: 'the late answer' });
    expect(late).toMatchObject({ status: 200, body: 'answer 1' });
  });

  it.each([
    { header: '1', tries: 1, because: 'the app said so' },
    { header: '0', tries: 4, because: 'only 1 says so' },
  ])('is tried $tries times with x-slack-no-retry $header: $because', async ({ header, tries }) => {
    await using app = await startRequestLog(
      (response) => void response.writeHead(500, { 'x-slack-no-retry': header }).end(),
    );
    await using slack = await startFakeSlack(quick);
    slack.subscribe({ url: app.url });
    await slack.say(said).settled;
    expect(app.received).toHaveLength(tries);
  });

  it('fails with the reason when nobody listens, or when it is sent around in circles', async () => {
    await using app = await startRequestLog((response) => void response.writeHead(307, { location: app.url }).end());
    await using slack = await startFakeSlack({ retryDelaysMs: [] });
    slack.subscribe({ url: app.url });
    expect(await slack.say(said).settled).toMatchObject([{ attempts: [{ failed: 'too_many_redirects' }] }]);
    slack.subscribe({ url: 'http://127.0.0.1:1/' });
    expect(await slack.say(said).settled).toMatchObject([{ attempts: [{ failed: 'connection_failed' }] }]);
  });
});

describe('what people do', () => {
  it('in a channel gives twins for a mention: the same message, another event id', async () => {
    await using app = await startRequestLog();
    await using slack = await startFakeSlack();
    slack.subscribe({ url: app.url });
    const { ts, client_msg_id, settled } = slack.mention(said);
    await settled;
    const twin = { ts, client_msg_id, channel, text: `<@${slack.install.bot_user_id}> hello` };
    expect(bodies(app)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          event: expect.objectContaining({ type: 'message', channel_type: 'channel', ...twin }),
        }),
        expect.objectContaining({ event: expect.objectContaining({ type: 'app_mention', ...twin }) }),
      ]),
    );
    expect(new Set(slack.deliveries.map(({ event_id }) => event_id)).size).toBe(2);
  });

  it('as a reply that is also shown in the channel brings its root along', async () => {
    await using slack = await startFakeSlack();
    const root = slack.say(said).ts;
    const { deliveries } = slack.say({ ...said, text: 'reply', thread_ts: root, broadcast: true });
    expect(deliveries[0]?.payload).toMatchObject({
      event: {
        subtype: 'thread_broadcast',
        thread_ts: root,
        parent_user_id: 'U0ALICE',
        root: { text: 'hello', reply_count: 1 },
      },
    });
  });

  it('in direct messages gives no mention', async () => {
    await using slack = await startFakeSlack();
    const { deliveries } = slack.mention({ ...said, channel: 'D0ALICE' });
    expect(deliveries.map(({ payload }) => payload['event'])).toMatchObject([{ type: 'message', channel_type: 'im' }]);
  });

  it('is told of with edits, unfurls, deletions and reactions', async () => {
    await using slack = await startFakeSlack();
    const { ts } = slack.say(said);
    const eventOf = ({ deliveries }: { deliveries: { payload: object }[] }) => deliveries[0]?.payload;
    expect(eventOf(slack.edit({ channel, ts, text: 'bye' }))).toMatchObject({
      event: {
        subtype: 'message_changed',
        message: { ts, text: 'bye', edited: {} },
        previous_message: { text: 'hello' },
      },
    });
    const fresh = slack.say(said).ts;
    const unfurled = eventOf(slack.edit({ channel, ts: fresh, unfurl: { title: 'page' } }));
    expect(unfurled).toMatchObject({
      event: { subtype: 'message_changed', message: { attachments: [{ title: 'page' }] } },
    });
    expect(unfurled).not.toHaveProperty('event.message.edited');
    expect(eventOf(slack.react({ channel, ts, user: 'U0BOB', name: 'eyes' }))).toMatchObject({
      event: { type: 'reaction_added', item: { channel, ts }, item_user: 'U0ALICE' },
    });
    expect(eventOf(slack.remove({ channel, ts }))).toMatchObject({
      event: { subtype: 'message_deleted', deleted_ts: ts, previous_message: { text: 'bye' } },
    });
  });

  it('in a Slack Connect channel is told of once for each workspace that installed the app', async () => {
    await using slack = await startFakeSlack({
      teams: [{ id: 'T0FAKE' }, { id: 'T0TWO' }],
      apps: [{ id: 'A0FAKE', installs: [{}, { team_id: 'T0TWO' }] }],
      channels: [{ id: channel, shared_team_ids: ['T0TWO'] }],
    });
    const { id } = slack.addFile({ name: 'a.png', content: 'png', user: 'U0ALICE' });
    const { deliveries } = slack.say({ ...said, files: [id] });
    expect(deliveries.map(({ payload }) => payload)).toMatchObject(
      ['T0FAKE', 'T0TWO'].map((team) => ({
        team_id: 'T0FAKE',
        context_team_id: team,
        is_ext_shared_channel: true,
        authorizations: [{ team_id: team }],
        event: { files: [{ id, file_access: 'check_file_info' }] },
      })),
    );
    const [one, two] = deliveries;
    expect(one?.event_id).not.toBe(two?.event_id);
    const answer = await fetch(`${slack.apiUrl}/apps.event.authorizations.list`, {
      method: 'POST',
      headers: { authorization: `Bearer ${slack.app.app_token}` },
      body: new URLSearchParams({ event_context: String(one?.payload['event_context']) }),
    });
    expect(await answer.json()).toMatchObject({
      ok: true,
      authorizations: [{ team_id: 'T0FAKE' }, { team_id: 'T0TWO' }],
    });
  });

  it('is told of to an organization without naming a workspace in the authorization', async () => {
    await using slack = await startFakeSlack({
      teams: [{ id: 'T0FAKE', enterprise_id: 'E0ORG' }],
      apps: [{ id: 'A0FAKE', installs: [{ org: 'E0ORG' }] }],
    });
    expect(slack.say(said).deliveries[0]?.payload).toMatchObject({
      enterprise_id: 'E0ORG',
      context_team_id: 'T0FAKE',
      authorizations: [{ enterprise_id: 'E0ORG', team_id: null, is_enterprise_install: true }],
    });
  });

  it('reaches only apps that are in the channel, and their own posts come back to them', async () => {
    await using slack = await startFakeSlack({
      apps: [{ id: 'A0ONE' }, { id: 'A0TWO', events: ['app_mention'] }],
      channels: [{ id: channel }, { id: 'C0PRIVATE', kind: 'private', members: ['U0ALICE'] }],
    });
    expect(slack.say({ ...said, channel: 'C0PRIVATE' }).deliveries).toEqual([]);
    expect(slack.say(said).deliveries.map(({ app }) => app)).toEqual(['A0ONE']);
    await fetch(`${slack.apiUrl}/chat.postMessage`, {
      method: 'POST',
      headers: { authorization: `Bearer ${slack.install.bot_token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ channel, text: 'mine' }),
    });
    expect(slack.deliveries.at(-1)).toMatchObject({
      app: 'A0ONE',
      payload: { event: { bot_id: slack.install.bot_id } },
    });
  });
});
