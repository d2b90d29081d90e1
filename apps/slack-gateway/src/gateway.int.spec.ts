import { setTimeout as sleep } from 'node:timers/promises';
import { startFakeSlack, waitFor, type FakeSlack } from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { post } from './testing/receiving-app.ts';
import { runGateway, type RunningGateway } from './testing/running-gateway.ts';
import { signed } from './testing/sign.ts';

/** What a connector of an app of the fake looks like in the file. */
function connectorOf(slack: FakeSlack, { name = 'support', app = slack.app, more = '' } = {}): string {
  const [first, ...others] = app.installs;
  const teams = others.map((install) => {
    const id = install.enterprise_id ?? install.team_id;
    return `[[slack_connectors.team_bot_tokens]]\nteam_id = "${id}"\nbot_token = "${install.bot_token}"\n`;
  });
  return `
[[slack_connectors]]
name = "${name}"
signing_secret = "${app.signing_secret}"
bot_token = "${first?.bot_token}"
api_base_url = "${slack.apiUrl}"
ingress_events_per_second = 1000
${more}
${teams.join('')}`;
}

const fast = { ackTimeoutMs: 2_000, retryDelaysMs: [50, 50, 200] };
const talk = { channel: 'C0GENERAL', user: 'U0ALICE' };
const statuses = ({ deliveries }: { deliveries: readonly { state: string }[] }) =>
  new Set(deliveries.map(({ state }) => state));

describe('with a Slack that gives up early', () => {
  it('G1 retry inside the window: a slow store and a retry meanwhile make one event, and both requests succeed', async () => {
    await using slack = await startFakeSlack({ ackTimeoutMs: 400, retryDelaysMs: [0, 60_000] });
    await using gateway = await runGateway(connectorOf(slack));
    slack.subscribe({ url: gateway.url() });
    await slack.say({ ...talk, text: 'warm' }).settled;
    await gateway.nats.pause();
    const { deliveries, settled } = slack.say({ ...talk, text: 'once' });
    const [delivery] = deliveries;
    await waitFor(() => delivery?.attempts.length === 2, { what: 'the retry' });
    gateway.nats.resume();
    await settled;
    await waitFor(() => delivery?.attempts[0]?.late, { what: 'the late answer' });
    expect(delivery?.attempts[1]).toMatchObject({ retryNum: 1, retryReason: 'http_timeout', status: 200 });
    expect(delivery?.attempts[0]?.late).toMatchObject({ status: 200, body: '' });
    expect((await gateway.events()).map(({ data }) => data.content?.text)).toEqual(['warm', 'once']);
  });

  it('G2 crash before the store: nothing was promised, and the retry is taken', async () => {
    await using slack = await startFakeSlack({ ackTimeoutMs: 10_000, retryDelaysMs: [2_000, 500, 500, 500] });
    await using gateway = await runGateway(connectorOf(slack));
    slack.subscribe({ url: gateway.url() });
    await slack.say({ ...talk, text: 'warm' }).settled;
    await gateway.nats.pause();
    const said = slack.mention({ ...talk, text: 'kept' });
    await sleep(300);
    expect(said.deliveries.map(({ state }) => state)).toEqual(['pending', 'pending']);
    await gateway.crash();
    gateway.nats.resume();
    await gateway.start();
    await said.settled;
    expect(statuses(said)).toEqual(new Set(['delivered']));
    expect(said.deliveries[0]?.attempts[0]?.status).toBeUndefined();
    expect((await gateway.events()).map(({ data }) => data.message?.id)).toEqual([expect.any(String), said.ts]);
  });
});

describe('with several apps and workspaces', () => {
  it('G3 mention twins, Slack Connect and two apps: one event for each app', async () => {
    await using slack = await startFakeSlack({
      ...fast,
      teams: [{ id: 'T0ONE' }, { id: 'T0TWO' }],
      users: [{ id: 'U0ALICE', team_id: 'T0ONE' }],
      channels: [{ id: 'C0SHARED', team_id: 'T0ONE', shared_team_ids: ['T0TWO'] }],
      apps: [
        {
          id: 'A0ONE',
          installs: [
            { team_id: 'T0ONE', bot_user_id: 'U0BOT' },
            { team_id: 'T0TWO', bot_user_id: 'U0BOT' },
          ],
        },
        { id: 'A0TWO' },
      ],
    });
    const second = slack.world.apps.get('A0TWO')!;
    await using gateway = await runGateway(connectorOf(slack) + connectorOf(slack, { name: 'second', app: second }));
    slack.subscribe({ url: gateway.url() });
    slack.subscribe({ app: 'A0TWO', url: gateway.url('second') });
    const said = slack.mention({ channel: 'C0SHARED', user: 'U0ALICE', text: 'hello' });
    await said.settled;
    expect(statuses(said)).toEqual(new Set(['delivered']));
    expect(said.deliveries.length).toBeGreaterThanOrEqual(5);
    const events = await gateway.events();
    expect(events.map(({ connector, data }) => [connector, data.message?.id]).sort()).toEqual([
      ['slack/second', said.ts],
      ['slack/support', said.ts],
    ]);

    // The same event id for another app, and a mention whose twin has no client_msg_id.
    const [delivery] = said.deliveries;
    const bare = structuredClone(delivery!.payload) as { event: Record<string, unknown>; event_id: string };
    bare.event_id = 'EvOther';
    bare.event = { ...bare.event, type: 'app_mention' };
    delete bare.event['client_msg_id'];
    await slack.deliver({ payload: bare }).settled;
    expect(await gateway.events()).toHaveLength(2);
  });

  it('G8 multi-workspace and enterprise: each event goes by its own installation, and a revoked one harms no other', async () => {
    await using slack = await startFakeSlack({
      ...fast,
      teams: [{ id: 'T0ONE' }, { id: 'T0TWO' }, { id: 'T0CORP', enterprise_id: 'E0CORP' }],
      users: [
        { id: 'U0ONE', team_id: 'T0ONE' },
        { id: 'U0TWO', team_id: 'T0TWO' },
        { id: 'U0CORP', team_id: 'T0CORP' },
      ],
      channels: [
        { id: 'C0ONE', team_id: 'T0ONE' },
        { id: 'C0TWO', team_id: 'T0TWO' },
        { id: 'C0CORP', team_id: 'T0CORP' },
      ],
      apps: [
        { id: 'A0ONE', installs: [{ team_id: 'T0ONE' }, { team_id: 'T0TWO' }, { team_id: 'T0CORP', org: 'E0CORP' }] },
      ],
    });
    await using gateway = await runGateway(connectorOf(slack));
    slack.subscribe({ url: gateway.url() });
    await Promise.all(
      ['ONE', 'TWO', 'CORP'].map((at) => slack.say({ channel: `C0${at}`, user: `U0${at}`, text: at }).settled),
    );
    const tenants = (await gateway.events()).map(({ subject }) => subject.replace(/:[\d.]+$/, '')).sort();
    expect(tenants).toEqual([
      'slack:support:enterprise:E0CORP:team:T0CORP:C0CORP',
      'slack:support:team:T0ONE:C0ONE',
      'slack:support:team:T0TWO:C0TWO',
    ]);

    // Each file is fetched with the token of the workspace that it is in.
    const file = slack.addFile({ name: 'a.txt', content: 'from two', user: 'U0TWO' });
    await slack.say({ channel: 'C0TWO', user: 'U0TWO', text: 'see', files: [file.id] }).settled;
    const url = (await gateway.events()).at(-1)?.data.content?.attachments?.[0]?.url;
    expect(await (await fetch(url ?? '')).text()).toBe('from two');
    const [, two] = slack.app.installs;
    expect(slack.calls('files.info').map(({ token }) => token)).toEqual([two?.bot_token]);

    slack.setTokenState('token_revoked', two?.bot_token);
    const envelope = slack.deliveries.at(-1)!.payload as Record<string, unknown>;
    const lifecycle = (type: string, id: string) => ({
      ...envelope,
      event_id: id,
      event: { type, tokens: { bot: ['U0X'] } },
    });
    const late = [
      slack.deliver({ payload: { ...envelope, event_id: 'EvLate' } }),
      slack.deliver({ payload: lifecycle('tokens_revoked', 'EvRevoked') }),
      slack.deliver({ payload: lifecycle('app_uninstalled', 'EvGone') }),
    ];
    await Promise.all(late.map(({ settled }) => settled));
    expect(new Set(late.map(({ state }) => state))).toEqual(new Set(['delivered']));
    await slack.say({ channel: 'C0ONE', user: 'U0ONE', text: 'still here' }).settled;
    const events = await gateway.events();
    expect(
      events
        .slice(4)
        .map(({ data }) => data.content?.text)
        .sort(),
    ).toEqual(['still here', 'tokens_revoked', 'uninstalled']);
  });
});

describe('the running gateway', () => {
  let slack: FakeSlack;
  let gateway: RunningGateway;
  beforeAll(async () => {
    slack = await startFakeSlack(fast);
    gateway = await runGateway(connectorOf(slack));
    slack.subscribe({ url: gateway.url() });
  });
  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await slack[Symbol.asyncDispose]();
  });

  it('answers the question whether the URL is its own', async () => {
    const asked = await slack.urlVerification({ challenge: 'c0ffee' }).settled;
    expect(asked.attempts[0]).toMatchObject({ status: 200 });
    expect(JSON.parse(asked.attempts[0]?.body ?? '')).toEqual({ challenge: 'c0ffee' });
    expect((await slack.appRateLimited().settled).state).toBe('delivered');
  });

  it('G4 edits and deletions, out of order: related to their message, while previews and its own echo are no events', async () => {
    const before = (await gateway.events()).length;
    slack.faults.add({ method: 'events', fault: { do: 'reorder' } });
    const said = slack.say({ ...talk, text: 'first' });
    const edited = slack.edit({ channel: said.channel, ts: said.ts, text: 'second' });
    await Promise.all([said.settled, edited.settled]);
    await slack.edit({ channel: said.channel, ts: said.ts, unfurl: { title: 'Example' } }).settled;
    const token = { authorization: `Bearer ${slack.install.bot_token}` };
    const call = async (method: string, body: object) =>
      (await (
        await fetch(`${slack.apiUrl}/${method}`, {
          method: 'POST',
          headers: { ...token, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
      ).json()) as { ok: boolean; ts: string };
    const answer = await call('chat.postMessage', { channel: said.channel, thread_ts: said.ts, text: 'thinking' });
    expect(await call('chat.update', { channel: said.channel, ts: answer.ts, text: 'done' })).toMatchObject({
      ok: true,
    });
    await slack.remove({ channel: said.channel, ts: said.ts }).settled;
    await Promise.all(slack.deliveries.map(({ settled }) => settled));

    const events = (await gateway.events()).slice(before);
    expect(
      events.map(({ type, data }) => [
        type.replace('trunkline.message.', ''),
        data.relation?.kind,
        data.relation?.target_message_id,
      ]),
    ).toEqual([
      ['edited', 'edit_of', said.ts],
      ['created', undefined, undefined],
      ['deleted', 'deletion_of', said.ts],
    ]);
    expect(new Set(events.map(({ subject }) => subject)).size).toBe(1);
    const codes = await gateway.ignored();
    expect(codes.filter((code) => code === 'not_an_edit')).toHaveLength(1);
    expect(codes.filter((code) => code === 'own_message').length).toBeGreaterThanOrEqual(2);
  });

  it('takes commands, presses, reactions and stops', async () => {
    const before = (await gateway.events()).length;
    const command = await slack.command({ ...talk, command: '/deploy', text: 'staging' }).settled;
    expect(command.attempts[0]).toMatchObject({ status: 200, body: '' });
    const said = slack.say({ ...talk, text: 'x' });
    await said.settled;
    await slack.react({ channel: said.channel, ts: said.ts, user: 'U0BOB', name: 'eyes' }).settled;
    await slack.shortcut({ user: 'U0ALICE', callback_id: 'help', channel: said.channel, ts: said.ts }).settled;
    await slack.stopAgent({ channel: said.channel, ts: said.ts, user: 'U0ALICE' }).settled;
    const types = (await gateway.events()).slice(before).map(({ type }) => type.replace('trunkline.', ''));
    expect(types).toEqual([
      'command.invoked',
      'message.created',
      'reaction.added',
      'interaction.received',
      'turn.cancelled',
    ]);
  });

  it('fetches a file when somebody wants it, and keeps it', async () => {
    const file = slack.addFile({ name: 'grüße.txt', content: 'hello', user: 'U0ALICE' });
    await slack.say({ ...talk, text: 'see', files: [file.id] }).settled;
    const [attachment] = (await gateway.events()).at(-1)?.data.content?.attachments ?? [];
    expect(attachment).toMatchObject({ file_name: 'grüße.txt', media_type: 'text/plain', byte_length: 5 });
    expect(slack.calls('files.info')).toHaveLength(0);
    slack.faults.add({ method: 'download', fault: { do: 'server_error' } });
    expect((await fetch(attachment?.url ?? '')).status).toBe(503);
    slack.faults.add({ method: 'download', fault: { do: 'garbage' } });
    expect((await fetch(attachment?.url ?? '')).status).toBe(404);
    for (const _ of [1, 2]) {
      const served = await fetch(attachment?.url ?? '');
      expect([served.status, await served.text()]).toEqual([200, 'hello']);
    }
    expect(slack.calls('files.info')).toHaveLength(3);
  });

  it('G10 signature hardening: only what is signed right is taken, nothing else leaves a trace, no secret is logged', async () => {
    const before = [(await gateway.events()).length, (await gateway.ignored()).length];
    const { port } = new URL(gateway.base);
    const secret = slack.app.signing_secret;
    const now = Math.floor(Date.now() / 1000);
    const event = { type: 'message', user: 'U0ALICE', channel: 'C0RANDOM', text: 'x', ts: '1772357455.000200' };
    const body = JSON.stringify({ type: 'event_callback', api_app_id: 'A0FAKE', event_id: 'EvG10', event });
    const send = (headers: string[], text: string | Buffer = body, chunked = false) =>
      post(Number(port), { headers, body: text, chunked });
    const wrong = [
      await send([]),
      await send(signed(body, { secret, at: now - 310 })),
      await send(signed(body, { secret, at: now + 310 })),
      await send(signed(body, { secret, at: now + 3_600 })),
      await send(signed(body, { secret: '' })),
      await send(signed(body, { secret: 'other' })),
      await send(signed(body, { secret }), body.replace('x', 'y')),
      await send([...signed(body, { secret }), ...signed(body, { secret }).slice(4)]),
      await send(signed(body, { secret }).map((value) => value.replace('v0=', 'v1='))),
      await send(signed(Buffer.from([0xff]).toString(), { secret }), Buffer.from([0xff])),
    ];
    expect(wrong.map(({ status }) => status)).toEqual(Array(10).fill(401));
    const large = 'x'.repeat(5 * 1024 * 1024);
    expect((await send(signed(large, { secret }), large)).status).toBe(413);
    expect((await send(signed(large, { secret }), large, true)).status).toBe(413);
    expect((await send(['content-type', 'application/x-www-form-urlencoded'], 'ssl_check=1&token=x')).status).toBe(200);
    expect([(await gateway.events()).length, (await gateway.ignored()).length]).toEqual(before);
    expect((await send(signed(body, { secret }), body, true)).status).toBe(200);
    expect(await gateway.events()).toHaveLength((before[0] ?? 0) + 1);
    const log = JSON.stringify(gateway.lines);
    expect(log).toContain('timestamp_out_of_range');
    for (const value of [secret, slack.install.bot_token]) expect(log).not.toContain(value);
  });
});
