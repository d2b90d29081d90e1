import { describe, expect, it } from 'vitest';
import { startFakeSlack } from './start-fake-slack.ts';
import { refusalOf, webClient } from './testing/web-client.ts';

const channel = 'C0GENERAL';

describe('conversations.replies', () => {
  it('shows the root and its replies in pages, and metadata only when asked', async () => {
    await using slack = await startFakeSlack();
    const { chat, conversations } = webClient(slack, slack.install.bot_token);
    const root = slack.say({ channel, user: 'U0ALICE', text: 'root' }).ts;
    const metadata = { event_type: 'delivery', event_payload: { key: 'k1' } };
    const times: string[] = [];
    for (const text of ['a', 'b', 'c']) {
      times.push((await chat.postMessage({ channel, text, thread_ts: root, metadata })).ts ?? '');
    }
    const texts = (of: { messages?: { text?: string }[] }) => of.messages?.map(({ text }) => text);

    const first = await conversations.replies({ channel, ts: root, limit: 3 });
    expect(texts(first)).toEqual(['root', 'a', 'b']);
    expect(first).toMatchObject({ has_more: true, messages: [{ reply_count: 3 }, {}, {}] });
    expect(first.messages?.[1]).not.toHaveProperty('metadata');
    const cursor = first.response_metadata?.next_cursor ?? '';
    const second = await conversations.replies({ channel, ts: root, limit: 3, cursor, include_all_metadata: true });
    expect(second).toMatchObject({ has_more: false, messages: [{ text: 'c', metadata }] });

    const [, b = ''] = times;
    expect(texts(await conversations.replies({ channel, ts: root, oldest: b }))).toEqual(['root', 'c']);
    expect(texts(await conversations.replies({ channel, ts: root, oldest: b, inclusive: true }))).toEqual([
      'root',
      'b',
      'c',
    ]);
    expect(await refusalOf(conversations.replies({ channel, ts: '1700000000.000001' }))).toBe('thread_not_found');
    expect(await refusalOf(conversations.replies({ channel, ts: root, cursor: 'x' }))).toBe('invalid_cursor');
  });
});

describe('conversations.history', () => {
  it('shows top-level messages, newest first, without replies', async () => {
    await using slack = await startFakeSlack();
    const { conversations } = webClient(slack, slack.install.bot_token);
    const first = slack.say({ channel, user: 'U0ALICE', text: 'first' }).ts;
    slack.say({ channel, user: 'U0BOB', text: 'reply', thread_ts: first });
    slack.say({ channel, user: 'U0BOB', text: 'loud reply', thread_ts: first, broadcast: true });
    const last = slack.say({ channel, user: 'U0ALICE', text: 'last' }).ts;
    const history = await conversations.history({ channel });
    expect(history.messages?.map(({ text }) => text)).toEqual(['last', 'loud reply', 'first']);
    const before = await conversations.history({ channel, latest: last });
    expect(before.messages?.map(({ text }) => text)).toEqual(['loud reply', 'first']);
    expect(await refusalOf(conversations.history({ channel, oldest: 'x' }))).toBe('invalid_ts_oldest');
  });

  it('leaves a tombstone where the root of a thread was', async () => {
    await using slack = await startFakeSlack();
    const { conversations } = webClient(slack, slack.install.bot_token);
    const root = slack.say({ channel, user: 'U0ALICE', text: 'root' }).ts;
    slack.say({ channel, user: 'U0BOB', text: 'reply', thread_ts: root });
    slack.remove({ channel, ts: root });
    expect((await conversations.history({ channel })).messages).toMatchObject([{ subtype: 'tombstone' }]);
  });
});

describe('reactions', () => {
  it('are given once, and taken back', async () => {
    await using slack = await startFakeSlack();
    const { reactions } = webClient(slack, slack.install.bot_token);
    const timestamp = slack.say({ channel, user: 'U0ALICE', text: 'hi' }).ts;
    const item = { channel, timestamp, name: 'eyes' };
    await reactions.add(item);
    slack.react({ channel, ts: timestamp, user: 'U0BOB', name: 'eyes' });
    expect(await refusalOf(reactions.add(item))).toBe('already_reacted');
    expect(await reactions.get({ channel, timestamp })).toMatchObject({
      message: { reactions: [{ name: 'eyes', count: 2 }] },
    });
    await reactions.remove(item);
    expect(slack.reactionsOf(channel, timestamp)).toEqual([{ name: 'eyes', users: ['U0BOB'], count: 1 }]);
    expect(await refusalOf(reactions.remove(item))).toBe('no_reaction');
    expect(await refusalOf(reactions.add({ ...item, timestamp: '1700000000.000001' }))).toBe('message_not_found');
  });
});

describe('a token', () => {
  it.each([
    { token: '', says: 'not_authed', because: 'there is none' },
    { token: 'xoxb-unknown', says: 'invalid_auth', because: 'nobody issued it' },
    { token: 'xapp-1-A0FAKE-1-fake', says: 'not_allowed_token_type', because: 'it is for apps' },
    { token: 'xoxb-few', says: 'missing_scope', because: 'it may only read' },
  ])('is refused with $says: $because', async ({ token, says }) => {
    const installs = [{}, { team_id: 'T0TWO', bot_token: 'xoxb-few', scopes: ['channels:read'] }];
    await using slack = await startFakeSlack({
      teams: [{ id: 'T0FAKE' }, { id: 'T0TWO' }],
      apps: [{ id: 'A0FAKE', installs }],
    });
    expect(await refusalOf(webClient(slack, token).chat.postMessage({ channel, text: 'x' }))).toBe(says);
  });

  it('can be revoked, which leaves the other workspaces alone', async () => {
    await using slack = await startFakeSlack({
      teams: [{ id: 'T0FAKE' }, { id: 'T0TWO' }],
      apps: [{ id: 'A0FAKE', installs: [{}, { team_id: 'T0TWO' }] }],
    });
    slack.setTokenState('token_revoked');
    const [first, second] = slack.app.installs.map(({ bot_token }) => webClient(slack, bot_token));
    expect(first && (await refusalOf(first.auth.test()))).toBe('token_revoked');
    expect(second && (await second.auth.test()).team_id).toBe('T0TWO');
    slack.setTokenState('account_inactive');
    expect(first && (await refusalOf(first.auth.test()))).toBe('account_inactive');
  });
});
