import { encodeJson, type Bus } from '@trunkline/bus';
import type { ProgressRecord } from '@trunkline/deliveries';
import type { ReplyHandle } from '@trunkline/events';
import { findPresented, startLive } from '@trunkline/gateway-kit';
import { healOpenMarkdown } from '@trunkline/markdown';
import {
  deriveKey,
  generateKey,
  openReplyHandle,
  parseKeyring,
  replyHandlePurpose,
  sealReplyHandle,
} from '@trunkline/secrets';
import {
  startFakeSlack,
  startNats,
  waitFor,
  type FakeSlack,
  type FakeSlackOptions,
  type NatsServer,
} from '@trunkline/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DeliverDeps } from './deliver.ts';
import { createSlackPresenter } from './live.ts';
import { deliveryOf, slackEntry } from './testing/slack-delivery.ts';
import { enqueue, freshBus, quiet, startGateway, until, type RunningGateway } from './testing/slack-gateway.ts';
import { createSlackApi } from './web-client.ts';

let nats: NatsServer;
let bus: Bus;
const open: AsyncDisposable[] = [];
beforeAll(async () => {
  nats = await startNats();
});
beforeEach(async () => {
  bus = await freshBus(nats.url);
});
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each[Symbol.asyncDispose]();
  await bus.close();
});
afterAll(() => nats[Symbol.asyncDispose]());

async function fakeSlack(options: FakeSlackOptions = {}): Promise<FakeSlack> {
  const slack = await startFakeSlack({ echo: false, ...options });
  open.push(slack);
  return slack;
}

async function gateway(slack: FakeSlack, fields: object = {}): Promise<RunningGateway> {
  const running = await startGateway(slackEntry(slack.apiUrl, { token: slack.install.bot_token, ...fields }), bus);
  open.push({ [Symbol.asyncDispose]: () => running.drain() });
  return running;
}

const delivered = ({ state }: ProgressRecord) => state === 'delivered';
const textsIn = (slack: FakeSlack, channel: string) => slack.messages(channel).map(({ text }) => text);

describe('G5: an answer of 40,000 characters', () => {
  const code = Array.from({ length: 300 }, (_, n) => `const line${n} = ${n}; // a<b && c>d 👩‍👩‍👧‍👦`).join('\n');
  const prose = Array.from(
    { length: 260 },
    (_, n) => `Paragraph ${n} with **bold**, <!channel>, a<b&c and 🎉 ${'words '.repeat(12)}`,
  );
  const whole = `${prose.slice(0, 130).join('\n\n')}\n\n\`\`\`ts\n${code}\n\`\`\`\n\n${prose.slice(130).join('\n\n')}`;

  it('arrives whole, in order, in its thread, slowly enough, and can be edited', { timeout: 120_000 }, async () => {
    expect(whole.length).toBeGreaterThan(40_000);
    const slack = await fakeSlack({ channelBudget: { perSecond: 1, burst: 2 } });
    const root = slack.say({ channel: 'C0GENERAL', user: 'U0ALICE', text: 'tell me' });
    await gateway(slack);
    const delivery = deliveryOf({ content: whole }, { thread_ts: root.ts });
    await enqueue([delivery], bus);
    await until(delivery, bus, delivered);

    const messages = slack.thread('C0GENERAL', root.ts).slice(1);
    expect(messages.length).toBeGreaterThanOrEqual(10);
    for (const { text } of messages) {
      expect(text.length).toBeLessThanOrEqual(4_000);
      expect(text).not.toContain('<!channel>');
      expect(text.split('```').length % 2).toBe(1);
    }
    const said = messages.map(({ text }) => text).join('\n');
    const numbers = [...said.matchAll(/Paragraph (\d+)/g)].map(([, n]) => Number(n));
    expect(numbers).toEqual(Array.from({ length: 260 }, (_, n) => n));
    const lines = [...said.matchAll(/const line(\d+)/g)].map(([, n]) => Number(n));
    expect(lines).toEqual(Array.from({ length: 300 }, (_, n) => n));
    // The fake's own limit, as Slack's one message a second with short bursts, never had to say no.
    expect(slack.calls('chat.postMessage')).toHaveLength(messages.length);
    for (const { ts, text } of messages) {
      const answer = await fetch(`${slack.apiUrl}/chat.update`, {
        method: 'POST',
        headers: { authorization: `Bearer ${slack.install.bot_token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ channel: 'C0GENERAL', ts, text }),
      });
      expect(await answer.json()).toMatchObject({ ok: true });
    }
  });
});

describe('G6: a 429 with Retry-After for one channel', () => {
  it(
    'lets the others flow; the channel goes on after it, in order, over a restart too',
    { timeout: 60_000 },
    async () => {
      const slack = await fakeSlack();
      slack.faults.add({
        method: 'chat.postMessage',
        when: ({ args }) => args['channel'] === 'C0GENERAL',
        fault: { do: 'rate_limited', retryAfterSeconds: 8 },
      });
      const first = await gateway(slack);
      const limited = ['a', 'b', 'c'].map((content) => deliveryOf({ content }));
      const others = ['C0RANDOM', 'C0SECRET'].map((channel_id) => deliveryOf({ content: 'x' }, { channel_id }));
      await enqueue(limited.slice(0, 1), bus);
      const [head, ...rest] = limited;
      if (!head) return;
      const waiting = await until(head, bus, ({ next_attempt_at }) => next_attempt_at !== undefined);
      await enqueue([...rest, ...others], bus);
      for (const other of others) await until(other, bus, delivered);
      expect(textsIn(slack, 'C0GENERAL')).toEqual([]);

      await first.drain();
      await gateway(slack);
      const last = await until(limited.at(-1) ?? head, bus, delivered);
      expect(textsIn(slack, 'C0GENERAL')).toEqual(['a', 'b', 'c']);
      expect(last.failures).toBe(0);
      const deadline = Date.parse(waiting.next_attempt_at ?? '');
      const posts = slack.calls('chat.postMessage').filter(({ args }) => args['channel'] === 'C0GENERAL');
      expect(posts).toHaveLength(4);
      for (const { at } of posts.slice(1)) expect(at).toBeGreaterThanOrEqual(deadline);
    },
  );
});

describe('G7: a post whose outcome is not known', () => {
  it.each([
    { fault: { do: 'reset_after_commit' }, because: 'the connection broke after it' },
    { fault: { do: 'server_error_after_commit' }, because: 'the answer was 500' },
    { fault: { do: 'error_after_commit', error: 'fatal_error' }, because: 'Slack said fatal_error' },
    { fault: { do: 'drop' }, because: 'the connection broke before it' },
  ] as const)('is visible exactly once: $because', { timeout: 60_000 }, async ({ fault }) => {
    const slack = await fakeSlack();
    slack.faults.add({ method: 'chat.postMessage', fault });
    await gateway(slack);
    const pair = ['one', 'two'].map((content) => deliveryOf({ content }));
    await enqueue(pair, bus);
    for (const each of pair) await until(each, bus, delivered);
    expect(textsIn(slack, 'C0GENERAL')).toEqual(['one', 'two']);
  });

  it('is shown as unknown where nobody can look', { timeout: 60_000 }, async () => {
    const slack = await fakeSlack();
    slack.install.scopes.delete('channels:history');
    slack.faults.add({ method: 'chat.postMessage', fault: { do: 'reset_after_commit' } });
    const { alarms } = await gateway(slack);
    const delivery = deliveryOf({ content: 'one' });
    await enqueue([delivery], bus);
    await until(delivery, bus, ({ state }) => state === 'unknown');
    expect(textsIn(slack, 'C0GENERAL')).toEqual(['one']);
    expect(alarms.map(({ message }) => message)).toEqual(['delivery.settled']);
  });
});

describe('G8: the token of one workspace is revoked', () => {
  it('parks what goes there, with one alarm, until it is replaced; the others go on', { timeout: 60_000 }, async () => {
    const slack = await fakeSlack({
      teams: [{ id: 'T1' }, { id: 'T2' }],
      channels: [
        { id: 'C1', team_id: 'T1' },
        { id: 'C1B', team_id: 'T1' },
        { id: 'C2', team_id: 'T2' },
      ],
      apps: [
        {
          id: 'A1',
          installs: [
            { team_id: 'T1', bot_token: 'xoxb-t1' },
            { team_id: 'T2', bot_token: 'xoxb-t2' },
          ],
        },
      ],
    });
    slack.setTokenState('token_revoked', 'xoxb-t1');
    const tokens = { T1: 'xoxb-t1', T2: 'xoxb-t2' };
    const running = await gateway(slack, { teams: tokens });
    const to = (channel_id: string, team_id: string, content: string) =>
      deliveryOf({ content }, { channel_id, team_id });
    const parked = [to('C1', 'T1', 'a'), to('C1B', 'T1', 'b')];
    const flowing = [to('C2', 'T2', 'c'), to('C2', 'T2', 'd')];
    await enqueue([...parked, ...flowing], bus);
    for (const each of parked) await until(each, bus, ({ state }) => state === 'parked');
    for (const each of flowing) await until(each, bus, delivered);
    expect(textsIn(slack, 'C2')).toEqual(['c', 'd']);
    const alarms = running.alarms.filter(({ message }) => message === 'connector.parked');
    expect(alarms).toMatchObject([{ fields: { scope: 'team_bot_tokens.T1', code: 'token_revoked' } }]);
    expect(JSON.stringify(running.alarms)).not.toContain('xoxb');

    slack.setTokenState('active', 'xoxb-t1');
    running.changed(slackEntry(slack.apiUrl, { teams: tokens }));
    for (const each of parked) await until(each, bus, delivered);
    expect([...textsIn(slack, 'C1'), ...textsIn(slack, 'C1B')]).toEqual(['a', 'b']);
  });
});

describe('G11: an output that grows', () => {
  const key = deriveKey(parseKeyring(generateKey('k')), replyHandlePurpose);
  const openHandle = (sealed: string) => openReplyHandle(sealed, { key, now: Date.now() });

  /** A gateway that shows what grows, as `startSlackDeliveries` puts it together. */
  async function showingGateway(slack: FakeSlack): Promise<RunningGateway> {
    const entry = slackEntry(slack.apiUrl, { token: slack.install.bot_token });
    const presenter = createSlackPresenter({
      slack: createSlackApi(),
      connectors: { get: () => entry },
      now: Date.now,
    });
    const owner: { owns: RunningGateway['owns'] } = { owns: () => false };
    const owns = (target: ReplyHandle) => owner.owns(target);
    const live = startLive({ kind: 'slack', bus, openHandle, owns, presenter, heal: healOpenMarkdown, log: quiet });
    const presented: DeliverDeps['presented'] = async (deliveryId, target) =>
      (await live.stopShowing(deliveryId, target)) ?? findPresented(deliveryId, bus);
    const running = await startGateway(entry, bus, { presented });
    owner.owns = running.owns;
    open.push({ [Symbol.asyncDispose]: () => running.drain() }, { [Symbol.asyncDispose]: () => live.stop() });
    return running;
  }

  it.each([
    { channel: 'C0GENERAL', native: false, because: 'a channel has many readers, so it is edited' },
    { channel: 'D0ALICE', native: true, because: 'a direct message is streamed' },
  ])('is one message from its first words to the whole: $because', { timeout: 60_000 }, async ({ channel, native }) => {
    const slack = await fakeSlack();
    const running = await showingGateway(slack);
    const root = slack.say({ channel, user: 'U0ALICE', text: 'tell me' });
    const whole = deliveryOf(
      { output_id: 'grows', content: 'One **two** three, four and five.', stream: { seq: 3, state: 'close' } },
      { channel_id: channel, thread_ts: root.ts },
    );
    const reply_targets = [whole.target];
    const snapshot = { session_id: 's', reply_targets, output_subject: bus.names.output('s') };
    const reply_handle = sealReplyHandle(snapshot, { key, expiresAt: Date.now() + 60_000 });
    const say = (live: object) => bus.publish(bus.names.live('s'), encodeJson({ v: 1, ...live }));
    const replies = () => slack.thread(channel, root.ts).slice(1);

    await waitFor(() => running.owns(whole.target), { what: 'the lane' });
    say({ status: 'thinking', reply_handle });
    await waitFor(() => slack.statusOf(channel, root.ts) === 'is thinking...', { what: 'the status' });
    say({ output_id: 'grows', reply_handle, stream: { seq: 0, state: 'open' } });
    say({ output_id: 'grows', stream: { seq: 1, state: 'delta' }, content: 'One **tw' });
    await waitFor(() => replies().length === 1, { what: 'the first words' });
    expect(slack.statusOf(channel, root.ts)).toBeUndefined();
    say({ output_id: 'grows', stream: { seq: 2, state: 'delta' }, content: 'o** three' });
    const grown = native ? 'chat.appendStream' : 'chat.update';
    await waitFor(() => slack.calls(grown).length > 0, { what: 'the next words' });
    await enqueue([whole], bus);
    await until(whole, bus, delivered);
    expect(replies().map(({ text }) => text)).toEqual(['One *two* three, four and five.']);
    expect(slack.calls('chat.startStream')).toHaveLength(native ? 1 : 0);
    expect(replies()[0]?.stream?.state).toBe(native ? 'completed' : undefined);
  });
});
