import { waitFor, type FakeMessage } from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ManagedProcess } from './managed-process.ts';
import { patient, startPlatforms, type Platforms } from './platforms.ts';
import { streamedText } from './streamed-text.ts';

const user = 'U0ALICE';
const group = -1_000_000_000_007;
const words = 40;
const whole = streamedText(words).trim();

let platforms: Platforms;
beforeAll(async () => {
  platforms = await startPlatforms({ slackGateways: 2, telegramGateways: 2 });
}, 90_000);
afterAll(() => platforms?.[Symbol.asyncDispose]());

/** What the bot says at one place now, oldest first. */
type Said = () => (string | undefined)[];

function askInSlack(channel: string): Said {
  const { slack } = platforms;
  const asked = slack.say({ channel, user: channel === 'D0BOB' ? 'U0BOB' : user, text: `stream ${words}` });
  const isAnswer = ({ ts, app_id }: FakeMessage) => app_id === slack.app.id && ts > asked.ts;
  return () =>
    slack
      .messages(channel)
      .filter(isAnswer)
      .map(({ text }) => text);
}

function askInTelegram(chat: number): Said {
  const { telegram } = platforms;
  const { message } = telegram.say({ chat, text: `stream ${words}` });
  return () =>
    telegram
      .sent(chat)
      .filter(({ message_id }) => message_id > message.message_id)
      .map(({ text }) => text);
}

/** A part of the text, not the whole. */
const isGrowing = (said: Said) => said().some((text) => text?.includes('word1') && !text.includes(`word${words - 1}`));

const gatewaysOf = (kind: 'slack' | 'telegram'): ManagedProcess[] =>
  [1, 2].map((n) => platforms.installation.process(`${kind}-gateway-${n}`));

async function expectOneWhole(said: Said): Promise<void> {
  const isWhole = () => said().some((text) => text?.trim() === whole);
  await waitFor(isWhole, { what: 'the complete text', ...patient }).catch((error: unknown) => {
    throw new Error(`${JSON.stringify(said())}\n${platforms.installation.tails()}`, { cause: error });
  });
  expect(said().map((text) => text?.trim())).toEqual([whole]);
}

describe.concurrent('a consumer that streams', () => {
  it.each(['C0GENERAL', 'D0ALICE'])(
    'ends with one message that holds the complete text: Slack, %s',
    async (channel) => {
      await expectOneWhole(askInSlack(channel));
    },
    90_000,
  );

  it.each([7, group])(
    'ends with one message that holds the complete text: Telegram, %s',
    async (chat) => {
      await expectOneWhole(askInTelegram(chat));
    },
    90_000,
  );
});

it('a gateway that is killed in the middle of a stream leaves one message with the complete text, in both', async () => {
  const { telegram } = platforms;
  const said = [...['C0RANDOM', 'D0BOB'].map(askInSlack), askInTelegram(-5)];
  const inDraft = askInTelegram(8);
  const isDrafted = () => telegram.drafts.some(({ chat_id, text }) => chat_id === 8 && text.includes('word1'));
  await waitFor(() => said.every(isGrowing) && isDrafted(), { what: 'growing texts', ...patient });
  const gateways = [...gatewaysOf('slack'), ...gatewaysOf('telegram')];
  await Promise.all(gateways.map((gateway) => gateway.kill()));
  await Promise.all([...said, inDraft].map(expectOneWhole));
}, 90_000);
