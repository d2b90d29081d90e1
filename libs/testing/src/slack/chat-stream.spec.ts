import { describe, expect, it } from 'vitest';
import { startFakeSlack } from './start-fake-slack.ts';
import { refusalOf, webClient } from './testing/web-client.ts';

const channel = 'C0GENERAL';
const recipient = { recipient_team_id: 'T0FAKE', recipient_user_id: 'U0ALICE' };

describe('a stream', () => {
  it('works with the ChatStreamer of the SDK', async () => {
    await using slack = await startFakeSlack();
    const thread_ts = slack.say({ channel, user: 'U0ALICE', text: 'tell me' }).ts;
    const stream = webClient(slack, slack.install.bot_token).chatStream({
      channel,
      thread_ts,
      ...recipient,
      buffer_size: 4,
    });
    await stream.append({ markdown_text: 'Once ' });
    await stream.append({ markdown_text: 'upon a ' });
    await stream.stop({ markdown_text: 'time.', metadata: { event_type: 'done', event_payload: {} } });
    expect(slack.thread(channel, thread_ts)[1]).toMatchObject({
      text: 'Once upon a time.',
      metadata: { event_type: 'done' },
      stream: { state: 'completed' },
    });
  });

  it.each([
    { args: { thread_ts: undefined }, says: 'invalid_arguments', because: 'a stream is a reply' },
    {
      args: { recipient_team_id: undefined },
      says: 'missing_recipient_team_id',
      because: 'a channel has many readers',
    },
    {
      args: { recipient_user_id: undefined },
      says: 'missing_recipient_user_id',
      because: 'a channel has many readers',
    },
    { args: { recipient_user_id: 'U0NOBODY' }, says: 'user_not_found', because: 'nobody has that id' },
    { args: { chunks: [{ type: 'song' }] }, says: 'invalid_chunks', because: 'no such chunk' },
    { args: { markdown_text: 'x'.repeat(12_001) }, says: 'msg_blocks_too_long', because: '12,000 are the most' },
    {
      args: { channel: 'D0ALICE', recipient_team_id: undefined, recipient_user_id: undefined },
      says: 'ok',
      because: 'a DM has one reader',
    },
  ])('does not start without what it needs: $says, $because', async ({ args, says }) => {
    await using slack = await startFakeSlack();
    const at = 'channel' in args ? String(args.channel) : channel;
    const thread_ts = slack.say({ channel: at, user: 'U0ALICE', text: 'tell me' }).ts;
    const client = webClient(slack, slack.install.bot_token);
    expect(await refusalOf(client.apiCall('chat.startStream', { channel, thread_ts, ...recipient, ...args }))).toBe(
      says,
    );
  });

  it('takes appends only while it streams, and only of its own app', async () => {
    let now = 1_700_000_000_000;
    await using slack = await startFakeSlack({
      apps: [{ id: 'A0ONE' }, { id: 'A0TWO' }],
      now: () => now,
      streamIdleMs: 60_000,
    });
    const [one, two] = [...slack.world.apps.values()].map(
      ({ installs }) => webClient(slack, installs[0]?.bot_token ?? '').chat,
    );
    if (!one || !two) throw new Error('two apps');
    const thread_ts = slack.say({ channel, user: 'U0ALICE', text: 'tell me' }).ts;
    const start = async () => (await one.startStream({ channel, thread_ts, ...recipient })).ts ?? '';
    const append = (ts: string) => refusalOf(one.appendStream({ channel, ts, markdown_text: 'x' }));

    const stopped = await start();
    expect(await refusalOf(one.update({ channel, ts: stopped, text: 'x' }))).toBe('streaming_state_conflict');
    expect(await refusalOf(two.appendStream({ channel, ts: stopped, markdown_text: 'x' }))).toBe(
      'message_not_owned_by_app',
    );
    await one.stopStream({ channel, ts: stopped });
    expect(await append(stopped)).toBe('message_not_in_streaming_state');
    expect(await refusalOf(one.stopStream({ channel, ts: stopped }))).toBe('message_not_in_streaming_state');
    expect(await append('1700000000.999999')).toBe('message_not_found');

    const paused = await start();
    now += 59_000;
    expect(await append(paused)).toBe('ok');
    now += 61_000;
    expect(await append(paused)).toBe('message_not_in_streaming_state');

    const unwanted = await start();
    slack.stopAgent({ channel, ts: unwanted, user: 'U0ALICE' });
    expect(await append(unwanted)).toBe('stopped_by_user');
    const plain = await one.postMessage({ channel, text: 'x' });
    expect(await append(plain.ts ?? '')).toBe('message_not_in_streaming_state');
  });
});

describe('assistant.threads.setStatus', () => {
  it('shows until the app posts in the thread, or for two minutes', async () => {
    let now = 1_700_000_000_000;
    await using slack = await startFakeSlack({ now: () => now });
    const { assistant, chat } = webClient(slack, slack.install.bot_token);
    const thread_ts = slack.say({ channel, user: 'U0ALICE', text: 'tell me' }).ts;
    const set = (status: string) => assistant.threads.setStatus({ channel_id: channel, thread_ts, status });
    await set('thinks');
    expect(slack.statusOf(channel, thread_ts)).toBe('thinks');
    await chat.postMessage({ channel, thread_ts, text: 'done' });
    expect(slack.statusOf(channel, thread_ts)).toBeUndefined();
    await set('thinks');
    now += 120_000;
    expect(slack.statusOf(channel, thread_ts)).toBeUndefined();
    await set('thinks');
    await set('');
    expect(slack.statusOf(channel, thread_ts)).toBeUndefined();
    expect(await refusalOf(assistant.threads.setStatus({ channel_id: channel, thread_ts: '1.2', status: 'x' }))).toBe(
      'invalid_thread_ts',
    );
  });
});
