import { waitFor } from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lineNumbers, longText } from './long-text.ts';
import { patient, startPlatforms, textOf, type Platforms } from './platforms.ts';

const others = Array.from({ length: 20 }, (_, n) => `C0OTHER${String(n).padStart(2, '0')}`);
const channels = ['C0BURST', 'C0LIMITED', 'C0LONG', ...others].map((id) => ({ id }));
const user = 'U0ALICE';
const long = { timeoutMs: 120_000 };

let platforms: Platforms;
beforeAll(async () => {
  platforms = await startPlatforms({ slackGateways: 1, telegramGateways: 1, slack: { channels } });
}, 90_000);
afterAll(() => platforms?.[Symbol.asyncDispose]());

/** Says this in a thread, each once Slack got its 200 for the one before; the root wants no answer. */
async function sayInThread(channel: string, texts: readonly string[]): Promise<{ channel: string; ts: string }> {
  const { slack } = platforms;
  const root = slack.say({ channel, user, text: 'quiet root' });
  await root.settled;
  for (const text of texts) await slack.say({ channel, user, text, thread_ts: root.ts }).settled;
  return root;
}

const repliesAt = (at: { channel: string; ts: string }) => platforms.slackReplies(at).map(({ text }) => text);

const fencesOf = (text: string) => text.match(/^```/gm)?.length ?? 0;

describe.concurrent('order and limits', () => {
  it('50 messages in one thread in a burst, a slow consumer: 50 turns in order, 50 replies in order', async () => {
    const texts = Array.from({ length: 50 }, (_, n) => `slow ${n}`);
    const root = await sayInThread('C0BURST', texts);
    await waitFor(() => repliesAt(root).length >= 50, { what: '50 replies', ...long });
    const turns = await platforms.turns(({ event }) => event.data.message?.thread_id === root.ts);
    expect(turns.map(textOf).filter((text) => text !== 'quiet root')).toEqual(texts);
    expect(repliesAt(root)).toEqual(texts.map((text) => `echo ${text}`));
  }, 150_000);

  it('a channel that Slack limits waits alone: all others are answered, then it is, in order', async () => {
    const { slack } = platforms;
    const isLimited = ({ args }: { args: Record<string, unknown> }) => args['channel'] === 'C0LIMITED';
    const fault = { do: 'rate_limited', retryAfterSeconds: 3 } as const;
    const unlimit = slack.faults.add({ method: 'chat.postMessage', when: isLimited, times: Infinity, fault });
    const texts = ['one', 'two', 'three'];
    const limited = await sayInThread('C0LIMITED', texts);
    const told429 = () => slack.calls('chat.postMessage').some(isLimited);
    await waitFor(told429, { what: 'the first 429', ...patient });

    const said = others.map((channel) => slack.say({ channel, user, text: 'hello' }));
    await waitFor(() => said.every((each) => repliesAt(each).length > 0), { what: 'the others', ...patient });
    expect(said.map(repliesAt)).toEqual(said.map(() => ['echo hello']));
    expect(repliesAt(limited)).toEqual([]);

    unlimit();
    await waitFor(() => repliesAt(limited).length >= 3, { what: 'the limited ones', ...patient });
    expect(repliesAt(limited)).toEqual(texts.map((text) => `echo ${text}`));
  }, 90_000);

  const lines = lineNumbers(longText(40_000));

  it('40,000 characters with fences arrive whole in Slack', async () => {
    const root = await sayInThread('C0LONG', ['long']);
    const shown = () => lineNumbers(repliesAt(root).join('\n'));
    await waitFor(() => shown().at(-1) === lines.at(-1), { what: 'the last line', ...patient });
    expect(shown()).toEqual(lines);
    for (const text of repliesAt(root)) {
      expect(text.length).toBeLessThanOrEqual(4_000);
      expect(fencesOf(text) % 2).toBe(0);
    }
  }, 90_000);

  it('40,000 characters with fences arrive whole in Telegram', async () => {
    const { telegram } = platforms;
    telegram.say({ chat: 40_000, text: 'long' });
    const shown = () =>
      lineNumbers(
        telegram
          .sent(40_000)
          .map(({ text }) => text)
          .join('\n'),
      );
    await waitFor(() => shown().at(-1) === lines.at(-1), { what: 'the last line', ...patient });
    expect(shown()).toEqual(lines);
    for (const { text = '', entities = [] } of telegram.sent(40_000)) {
      expect(text.length).toBeLessThanOrEqual(4_096);
      const code = entities.filter(({ type, language }) => type === 'pre' && language === 'ts');
      const inCode = code.flatMap(({ offset, length }) => lineNumbers(text.slice(offset, offset + length)));
      expect(inCode).toEqual(lineNumbers(text).filter((n) => n % 100 >= 50));
    }
  }, 90_000);
});
