import { describe, expect, it } from 'vitest';
import { startFakeSlack } from './start-fake-slack.ts';
import { refusalOf, webClient } from './testing/web-client.ts';

const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } }) as const;
const button = (text: string, value = 'v') => ({
  type: 'actions',
  elements: [{ type: 'button', action_id: 'a', text: { type: 'plain_text', text }, value }],
});
const times = <T>(count: number, item: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => item(index));

describe('chat.postMessage', () => {
  it.each([
    { args: { text: 'x' }, says: 'ok', because: 'text is enough' },
    { args: {}, says: 'no_text', because: 'something has to be said' },
    { args: { channel: 'C0NOWHERE', text: 'x' }, says: 'channel_not_found', because: 'there is no such channel' },
    { args: { channel: '#general', text: 'x' }, says: 'ok', because: 'names work too' },
    { args: { channel: 'U0ALICE', text: 'x' }, says: 'ok', because: 'a user id means their direct messages' },
    { args: { channel: 'C0OUTSIDE', text: 'x' }, says: 'not_in_channel', because: 'the bot is not a member' },
    {
      args: { channel: 'C0HIDDEN', text: 'x' },
      says: 'channel_not_found',
      because: 'private ones are not shown to strangers',
    },
    { args: { channel: 'C0OLD', text: 'x' }, says: 'is_archived', because: 'the channel is archived' },
    { args: { blocks: times(50, () => section('x')) }, says: 'ok', because: '50 blocks are the most' },
    { args: { blocks: times(51, () => section('x')) }, says: 'invalid_blocks', because: '51 blocks are too many' },
    { args: { blocks: [section('x'.repeat(3_000))] }, says: 'ok', because: 'a section holds 3000 characters' },
    { args: { blocks: [section('x'.repeat(3_001))] }, says: 'invalid_blocks', because: 'a section holds no more' },
    { args: { blocks: [section('')] }, says: 'invalid_blocks', because: 'a text must say something' },
    { args: { blocks: [button('x'.repeat(75), 'v'.repeat(2_000))] }, says: 'ok', because: 'the largest button' },
    { args: { blocks: [button('x'.repeat(76))] }, says: 'invalid_blocks', because: 'the text of a button has 75' },
    { args: { blocks: [button('x', 'v'.repeat(2_001))] }, says: 'invalid_blocks', because: 'the value has 2000' },
    { args: { blocks: [{ type: 'marquee' }] }, says: 'invalid_blocks', because: 'no such block' },
    { args: { blocks: '{"no' }, says: 'invalid_blocks_format', because: 'it is no JSON' },
    { args: { markdown_text: '**x**' }, says: 'ok', because: 'markdown is enough' },
    { args: { markdown_text: 'x', text: 'y' }, says: 'markdown_text_conflict', because: 'one or the other' },
    {
      args: { markdown_text: 'x', blocks: [section('x')] },
      says: 'markdown_text_conflict',
      because: 'one or the other',
    },
    { args: { markdown_text: 'x'.repeat(12_001) }, says: 'msg_blocks_too_long', because: 'markdown has 12,000' },
    {
      args: { text: 'x', attachments: times(101, () => ({ text: 'x' })) },
      says: 'too_many_attachments',
      because: '100 are the most',
    },
    { args: { text: 'x', metadata: { event_type: 'a' } }, says: 'invalid_metadata_format', because: 'no payload' },
    { args: { text: 'x', thread_ts: 'yesterday' }, says: 'invalid_arguments', because: 'that is no time' },
    { args: { text: 'x', thread_ts: '1700000000.000001' }, says: 'ok', because: 'Slack takes roots that are gone' },
  ])('says $says: $because', async ({ args, says }) => {
    await using slack = await startFakeSlack({
      channels: [
        { id: 'C0GENERAL', name: 'general' },
        { id: 'C0OUTSIDE', members: ['U0ALICE'] },
        { id: 'C0HIDDEN', members: ['U0ALICE'], kind: 'private' },
        { id: 'C0OLD', is_archived: true },
      ],
    });
    const client = webClient(slack, slack.install.bot_token);
    expect(await refusalOf(client.apiCall('chat.postMessage', { channel: 'C0GENERAL', ...args }))).toBe(says);
  });

  it('cuts text at 40,000 characters and warns', async () => {
    await using slack = await startFakeSlack();
    const client = webClient(slack, slack.install.bot_token);
    const posted = await client.chat.postMessage({ channel: 'C0GENERAL', text: 'x'.repeat(40_001) });
    expect(posted).toMatchObject({ warning: 'message_truncated', message: { text: 'x'.repeat(40_000) } });
  });

  it('keeps to the rules of threads', async () => {
    await using slack = await startFakeSlack();
    const { chat } = webClient(slack, slack.install.bot_token);
    const root = slack.say({ channel: 'C0GENERAL', user: 'U0ALICE', text: 'question' }).ts;
    const reply = await chat.postMessage({
      channel: 'C0GENERAL',
      text: 'answer',
      thread_ts: root,
      reply_broadcast: true,
    });
    expect(slack.thread('C0GENERAL', root).map(({ text }) => text)).toEqual(['question', 'answer']);
    expect(slack.messages('C0GENERAL').at(-1)?.subtype).toBe('thread_broadcast');
    const below = chat.postMessage({ channel: 'C0GENERAL', text: 'x', thread_ts: reply.ts ?? '' });
    expect(await refusalOf(below)).toBe('cannot_reply_to_message');
    slack.world.channels.get('C0GENERAL')?.locked_threads.add(root);
    const locked = chat.postMessage({ channel: 'C0GENERAL', text: 'x', thread_ts: root });
    expect(await refusalOf(locked)).toBe('restricted_action_thread_locked');
  });

  it('gives every message of a channel a later time, on a clock that stands still', async () => {
    await using slack = await startFakeSlack({ now: () => 1_700_000_000_000 });
    const { chat } = webClient(slack, slack.install.bot_token);
    for (const text of ['a', 'b', 'c']) await chat.postMessage({ channel: 'C0GENERAL', text });
    expect(slack.messages('C0GENERAL').map(({ ts }) => ts)).toEqual([
      '1700000000.000000',
      '1700000000.000001',
      '1700000000.000002',
    ]);
  });

  it('answers 429 above the budget of a channel, and other channels go on', async () => {
    let now = 1_700_000_000_000;
    await using slack = await startFakeSlack({ now: () => now, channelBudget: { perSecond: 1, burst: 1 } });
    const { chat } = webClient(slack, slack.install.bot_token);
    const post = (channel: string) => chat.postMessage({ channel, text: 'x' });
    await post('C0GENERAL');
    await expect(post('C0GENERAL')).rejects.toMatchObject({ retryAfter: 1 });
    await post('C0RANDOM');
    now += 1_000;
    await post('C0GENERAL');
    expect(slack.messages('C0GENERAL')).toHaveLength(2);
  });
});

describe('chat.update and chat.delete', () => {
  it("change what the bot said: up to 4,000 characters, and nobody else's", async () => {
    await using slack = await startFakeSlack();
    const { chat } = webClient(slack, slack.install.bot_token);
    const channel = 'C0GENERAL';
    const { ts = '' } = await chat.postMessage({ channel, text: 'x'.repeat(9_000), blocks: [section('x')] });
    expect(await refusalOf(chat.update({ channel, ts, text: 'x'.repeat(4_001) }))).toBe('msg_too_long');
    const updated = await chat.update({ channel, ts, text: 'shorter' });
    expect(updated).toMatchObject({ text: 'shorter', message: { edited: { user: slack.install.bot_user_id } } });
    expect(slack.messages(channel)[0]).not.toHaveProperty('blocks');

    const theirs = slack.say({ channel, user: 'U0ALICE', text: 'mine' }).ts;
    expect(await refusalOf(chat.update({ channel, ts: theirs, text: 'x' }))).toBe('cant_update_message');
    expect(await refusalOf(chat.delete({ channel, ts: theirs }))).toBe('cant_delete_message');
    await chat.delete({ channel, ts });
    expect(await refusalOf(chat.update({ channel, ts, text: 'x' }))).toBe('message_not_found');
  });
});

describe('chat.postEphemeral', () => {
  it('shows a message to one member only', async () => {
    await using slack = await startFakeSlack();
    const { chat } = webClient(slack, slack.install.bot_token);
    await chat.postEphemeral({ channel: 'C0GENERAL', user: 'U0ALICE', text: 'psst' });
    expect(slack.messages('C0GENERAL')).toEqual([]);
    expect(slack.ephemerals('C0GENERAL')).toMatchObject([{ user: 'U0ALICE', text: 'psst' }]);
    const stranger = chat.postEphemeral({ channel: 'C0GENERAL', user: 'U0NOBODY', text: 'psst' });
    expect(await refusalOf(stranger)).toBe('user_not_in_channel');
  });
});
