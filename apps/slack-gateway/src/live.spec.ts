import { canonicalTarget } from '@trunkline/events';
import { startFakeSlack, type FakeSlack } from '@trunkline/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StreamedText, streamStart } from './live-stream.ts';
import { createSlackPresenter } from './live.ts';
import { delivererFor, deliverOnce, deliveryOf, slackEntry } from './testing/slack-delivery.ts';
import { createSlackApi } from './web-client.ts';

let slack: FakeSlack;
let now = Date.now();
beforeEach(async () => {
  now = Date.now();
  slack = await startFakeSlack({ echo: false, now: () => now });
});
afterEach(() => slack[Symbol.asyncDispose]());

const context = { deliveryId: 'dlv_1', signal: new AbortController().signal };
const slackTarget = (fields: object) =>
  canonicalTarget({ type: 'slack', connector: 'team', channel_id: 'C0GENERAL', ...fields });
const entry = () => slackEntry(slack.apiUrl, { token: slack.install.bot_token });

function presenter() {
  const shown = entry();
  return createSlackPresenter({ slack: createSlackApi(), connectors: { get: () => shown }, now: () => now });
}

async function opened(target: ReturnType<typeof slackTarget>, text: string) {
  const live = presenter();
  const answer = await live.open(target, text, context);
  if (answer === 'cannot') throw new Error('Nothing is shown.');
  return { live, id: answer.id };
}

/** The output is complete: what showed it becomes it. */
const close = (id: string, content: string, place: object) =>
  deliverOnce(delivererFor(entry(), { presented: async () => id }), deliveryOf({ content }, place));

describe('in a channel', () => {
  it('a message grows by edits, 1.2 s apart in the channel, and becomes the whole', async () => {
    const target = slackTarget({});
    const { live, id } = await opened(target, 'one **two**');
    expect(await live.update(target, id, 'one **two** three', context)).toEqual({ afterMs: 1_200 });
    now += 1_200;
    expect(await live.update(target, id, 'one **two** three', context)).toBe('ok');
    const other = slackTarget({ thread_ts: slack.messages('C0GENERAL')[0]?.ts });
    expect(await live.update(other, id, 'x', context)).toEqual({ afterMs: 1_200 });
    expect(slack.messages('C0GENERAL').map(({ text }) => text)).toEqual(['one *two* three']);
    await close(id, 'one **two** three, four', {});
    expect(slack.messages('C0GENERAL')).toMatchObject([
      { text: 'one *two* three, four', metadata: { event_type: 'trunkline_delivery' } },
    ]);
  });

  it('shows nothing where nothing can be posted, and stops where the message is gone', async () => {
    slack.faults.add({ method: 'chat.postMessage', fault: { do: 'error', error: 'is_archived' } });
    expect(await presenter().open(slackTarget({}), 'x', context)).toBe('cannot');
    expect(await presenter().update(slackTarget({}), 'C0GENERAL:1700000000.000001', 'x', context)).toBe('gone');
  });

  it('says so when nobody knows whether it stands: a second one is worse', async () => {
    slack.faults.add({ method: 'chat.postMessage', fault: { do: 'reset_after_commit' } });
    await expect(presenter().open(slackTarget({}), 'x', context)).rejects.toThrow('may or may not');
  });
});

describe('G11: in a thread of a direct message', () => {
  const thread = () => {
    const { ts } = slack.say({ channel: 'D0ALICE', user: 'U0ALICE', text: 'hi' });
    return { place: { channel_id: 'D0ALICE', thread_ts: ts }, ts };
  };
  const shownIn = (ts: string) => slack.thread('D0ALICE', ts).slice(1);

  it('a stream grows, and is closed and complete in the end', async () => {
    const { place, ts } = thread();
    const target = slackTarget(place);
    const { live, id } = await opened(target, 'a **b**');
    for (const text of ['a **bold** c', 'a **bold** c d', 'a **bold** c d e']) {
      now += 1_200;
      expect(await live.update(target, id, text, context)).toBe('ok');
    }
    expect(shownIn(ts)).toMatchObject([{ stream: { state: 'in_progress' } }]);
    await close(id, 'a **bold** c d e f', place);
    expect(shownIn(ts)).toMatchObject([{ text: 'a *bold* c d e f', stream: { state: 'completed' } }]);
  });

  it('a stream that Slack ended in a long pause goes on as an edited message', async () => {
    const { place, ts } = thread();
    const target = slackTarget(place);
    const { live, id } = await opened(target, 'one');
    now += 6 * 60_000;
    for (const text of ['one two', 'one two three', 'one two three four']) {
      now += 1_200;
      expect(await live.update(target, id, text, context)).toBe('ok');
    }
    expect(shownIn(ts)).toMatchObject([{ text: 'one two three four' }]);
    await close(id, 'one two three four five', place);
    expect(shownIn(ts).map(({ text }) => text)).toEqual(['one two three four five']);
  });

  it('a stream that a person stopped stays as it is until the output is complete', async () => {
    const { place, ts } = thread();
    const target = slackTarget(place);
    const { live, id } = await opened(target, 'one');
    slack.stopAgent({ channel: 'D0ALICE', ts: id.split(':')[1] ?? '', user: 'U0ALICE' });
    for (const text of ['one two', 'one two three']) {
      now += 1_200;
      expect(await live.update(target, id, text, context)).toBe('ok');
    }
    expect(shownIn(ts).map(({ text }) => text)).toEqual(['one']);
    await close(id, 'one, and that is all', place);
    expect(shownIn(ts).map(({ text }) => text)).toEqual(['one, and that is all']);
  });

  it('a stream that another process opened is closed by the edit', async () => {
    const { place, ts } = thread();
    const { id } = await opened(slackTarget(place), 'one');
    now += 1_200;
    expect(await presenter().update(slackTarget(place), id, 'one two', context)).toBe('ok');
    expect(shownIn(ts)).toMatchObject([{ text: 'one two', stream: { state: 'completed' } }]);
  });

  it('a status stands below the thread; elsewhere there is no place for it', async () => {
    const { place, ts } = thread();
    const live = presenter();
    await live.status?.(slackTarget(place), 'thinking', context);
    expect(slack.statusOf('D0ALICE', ts)).toBe('is thinking...');
    expect(live.statusEveryMs).toBeLessThan(120_000);
    await live.status?.(slackTarget({}), 'thinking', context);
    expect(slack.calls('assistant.threads.setStatus')).toHaveLength(1);
  });
});

describe('StreamedText', () => {
  it('appends what stays, one text behind', () => {
    const stream = new StreamedText('a *b*');
    const appended = ['a *bc* d', 'a *bc* d e', 'a *bc* d e f'].map((text) => {
      const piece = stream.next(text) ?? 'diverged';
      stream.sent(piece);
      return piece;
    });
    expect(appended).toEqual([' *b', 'c* d', ' e']);
  });

  it.each([
    { text: 'plain words', start: 'plain words', because: 'nothing was closed' },
    { text: 'a **b**', start: 'a', because: 'the mark may be open' },
    { text: '```ts\nco\n```', start: '```ts\nco', because: 'the fence may be open, and its line go on' },
  ])('begins with what is sure: $because', ({ text, start }) => {
    expect(streamStart(text)).toBe(start);
  });

  it('knows when it cannot go on', () => {
    const stream = new StreamedText('one two');
    expect(stream.next('one three')).toBeUndefined();
  });
});
