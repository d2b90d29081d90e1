import { waitFor, type FakeMessage } from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patient, startPlatforms, type Platforms } from './platforms.ts';
import { streamedText } from './streamed-text.ts';

const words = 40;
const whole = streamedText(words);
const request = `stream ${words}`;

let platforms: Platforms;
beforeAll(async () => {
  platforms = await startPlatforms({ slackGateways: 2, telegramGateways: 2 });
}, 90_000);
afterAll(() => platforms?.[Symbol.asyncDispose]());

/** What the bot says at one place, and what it shows there while the text grows. */
interface Asked {
  said(): string[];
  shown(): string[];
}

async function askInSlack({
  channel,
  user,
  inThread,
}: {
  channel: string;
  user: string;
  inThread: boolean;
}): Promise<Asked> {
  const { slack } = platforms;
  const root = inThread ? slack.say({ channel, user, text: 'quiet root' }) : undefined;
  await root?.settled;
  const asked = slack.say({ channel, user, text: request, ...(root && { thread_ts: root.ts }) });
  const isAnswer = ({ ts, app_id }: FakeMessage) => app_id === slack.app.id && ts > asked.ts;
  const said = () =>
    slack
      .messages(channel)
      .filter(isAnswer)
      .map(({ text }) => text.trim());
  return { said, shown: said };
}

function askInTelegram(chat: number): Asked {
  const { telegram } = platforms;
  const { message } = telegram.say({ chat, text: request });
  const isAnswer = ({ message_id }: { message_id: number }) => message_id > message.message_id;
  const said = () =>
    telegram
      .sent(chat)
      .filter(isAnswer)
      .map(({ text = '' }) => text.trim());
  const drafted = () => telegram.drafts.filter(({ chat_id }) => chat_id === chat).map(({ text }) => text.trim());
  return { said, shown: () => [...drafted(), ...said()] };
}

/** Sees two parts of the text, none of them the whole, before it is there. */
async function expectGrowth({ said, shown }: Asked): Promise<void> {
  const parts = new Set<string>();
  const grown = () => {
    for (const text of shown()) if (text !== '' && text !== whole) parts.add(text);
    return parts.size >= 2;
  };
  await waitFor(() => grown() || said().includes(whole), { what: 'a text that grows', ...patient });
  if (!grown()) throw new Error(`It was not seen to grow.\n${platforms.installation.tails()}`);
}

async function askGrowing(ask: () => Asked | Promise<Asked>): Promise<Asked> {
  const asked = await ask();
  await expectGrowth(asked);
  return asked;
}

async function expectOneWhole({ said }: Asked): Promise<void> {
  await waitFor(() => said().includes(whole), { what: 'the complete text', ...patient }).catch((error: unknown) => {
    throw new Error(`${JSON.stringify(said())}\n${platforms.installation.tails()}`, { cause: error });
  });
  expect(said()).toEqual([whole]);
}

const places = {
  'a channel': { channel: 'C0GENERAL', user: 'U0ALICE', inThread: false },
  'a direct message': { channel: 'D0ALICE', user: 'U0ALICE', inThread: false },
  'a thread of direct messages': { channel: 'D0BOB', user: 'U0BOB', inThread: true },
};
const chats = { 'a private chat': 8, 'a group': -5 };

describe.concurrent('a consumer that streams ends with one message that holds the complete text', () => {
  it.each(Object.entries(places))(
    'in %s of Slack',
    async (_, place) => {
      const asked = await askGrowing(() => askInSlack(place));
      await expectOneWhole(asked);
    },
    90_000,
  );

  it.each(Object.entries(chats))(
    'in %s of Telegram',
    async (_, chat) => {
      const asked = await askGrowing(() => askInTelegram(chat));
      await expectOneWhole(asked);
    },
    90_000,
  );
});

it('all gateways killed in the middle of their streams leave one message that holds the complete text at each place', async () => {
  const inSlack = Object.values(places).map((place) => askGrowing(() => askInSlack(place)));
  const inTelegram = Object.values(chats).map((chat) => askGrowing(() => askInTelegram(chat)));
  const all = await Promise.all([...inSlack, ...inTelegram]);
  const gateways = platforms.installation.processes.filter(({ name }) => name.includes('gateway'));
  await Promise.all(gateways.map((gateway) => gateway.kill()));
  await Promise.all(all.map(expectOneWhole));
}, 120_000);
