import { createHash } from 'node:crypto';
import { outputIdOf, type Turn } from '@trunkline/events';
import { waitFor } from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patient, startPlatforms, textOf, type Platforms } from './platforms.ts';

const user = 'U0ALICE';
const names = ['RELATIONS', 'PRESS', 'FILES', 'CANCEL'] as const;
const channels = names.map((name) => ({ id: `C0${name}` }));
const notes = Buffer.from('What was said.\n'.repeat(5_000));
const took = `took notes.txt 200 ${createHash('sha256').update(notes).digest('hex')}`;
// Each test has a chat of its own.
const chats = { relations: 1, press: 2, files: 3, cancel: 4 };

let platforms: Platforms;
beforeAll(async () => {
  platforms = await startPlatforms({ slackGateways: 1, telegramGateways: 1, slack: { channels } });
}, 90_000);
afterAll(() => platforms?.[Symbol.asyncDispose]());

/** Turns that relate to a message, once there are so many. */
function turnsAbout(messageId: string, count: number): Promise<Turn[]> {
  const about = ({ event }: Turn) => event.data.relation?.target_message_id === messageId;
  const enough = async () => {
    const found = await platforms.turns(about);
    return found.length >= count ? found : undefined;
  };
  return waitFor(enough, { what: `${count} turns about a message`, ...patient });
}

const gist = (turn: Turn) => [turn.event.type, turn.event.data.relation?.kind, textOf(turn)];

function slackReply(at: { channel: string; ts: string }, text: string | RegExp) {
  const find = () => platforms.slackReplies(at).find((reply) => reply.text.match(text));
  return waitFor(find, { what: `a reply in Slack like ${text}`, ...patient });
}

const telegramReply = (chat: number, text: string | RegExp) =>
  platforms.telegram.waitForMessage({ chat, text }, patient.timeoutMs);

describe.concurrent('Slack', () => {
  it('edits, reactions and deletions are turns with their relation, in the session of their message', async () => {
    const { slack } = platforms;
    const said = slack.say({ channel: 'C0RELATIONS', user, text: 'hello' });
    await said.settled;
    await slack.edit({ ...said, text: 'quiet hello' }).settled;
    await slack.react({ ...said, user, name: 'eyes' }).settled;
    await slack.remove(said).settled;
    const turns = await turnsAbout(said.ts, 3);
    expect(turns.map(gist)).toEqual([
      ['trunkline.message.edited', 'edit_of', 'quiet hello'],
      ['trunkline.reaction.added', 'reaction_to', expect.stringContaining('eyes')],
      ['trunkline.message.deleted', 'deletion_of', expect.anything()],
    ]);
    const first = await platforms.turns(({ event }) => event.data.message?.id === said.ts);
    const sessions = [...first, ...turns].map(({ session }) => session.session_id);
    expect(new Set(sessions).size).toBe(1);
  });

  it('a press comes back as an interaction that names the output, and is answered', async () => {
    const { slack } = platforms;
    const said = slack.say({ channel: 'C0PRESS', user, text: 'ask' });
    const asked = await slackReply(said, 'Shall I?');
    slack.pressButton({ channel: asked.channel, ts: asked.ts, user, action_id: 'trunkline:0.0' });
    await slackReply(said, /^pressed go ahead$/);
    const [press] = await turnsAbout(asked.ts, 1);
    const [question] = await platforms.turns(({ event }) => event.data.message?.id === said.ts);
    expect(press?.event.data.relation?.kind).toBe('press_of');
    const outputId = outputIdOf('agent', question?.turn_id ?? '', 1);
    expect(press?.event.data.metadata).toMatchObject({ 'trunkline.slack.output_id': outputId });
    expect(press?.session.session_id).toBe(question?.session.session_id);
  });

  it('a file of a person can be fetched by its signed URL, a file of the agent arrives', async () => {
    const { slack } = platforms;
    const file = slack.addFile({ name: 'notes.txt', content: notes, user });
    const given = slack.say({ channel: 'C0FILES', user, text: 'take', files: [file.id] });
    expect((await slackReply(given, /^took/)).text).toBe(took);
    const asked = slack.say({ channel: 'C0FILES', user, text: 'give' });
    const shared = () => platforms.slackReplies(asked).find(({ files = [] }) => files.length > 0);
    const { files = [] } = await waitFor(shared, { what: 'a file of the agent', ...patient });
    const dots = slack.files().filter(({ id }) => files.includes(id));
    expect(dots).toMatchObject([{ mimetype: 'image/png', complete: true }]);
  });

  it('stop ends the turn that runs', async () => {
    const { slack } = platforms;
    const said = slack.say({ channel: 'C0CANCEL', user, text: 'forever' });
    const growing = await slackReply(said, 'more');
    slack.stopAgent({ channel: growing.channel, ts: growing.ts, user });
    await slackReply(said, /^stopped$/);
  });
});

describe.concurrent('Telegram', () => {
  it('edits and reactions are turns with their relation, in the session of their message', async () => {
    const { telegram } = platforms;
    const chat = chats.relations;
    const { message } = telegram.say({ chat, text: 'quiet hello' });
    telegram.edit({ chat, message_id: message.message_id, text: 'quiet hello again' });
    telegram.react({ chat, message_id: message.message_id, emoji: ['👍'] });
    const turns = await turnsAbout(String(message.message_id), 2);
    expect(turns.map(gist)).toEqual([
      ['trunkline.message.edited', 'edit_of', 'quiet hello again'],
      ['trunkline.reaction.added', 'reaction_to', expect.stringContaining('👍')],
    ]);
    const first = await platforms.turns(({ event }) => event.data.message?.id === String(message.message_id));
    const sessions = [...first, ...turns].map(({ session }) => session.session_id);
    expect(new Set(sessions).size).toBe(1);
  });

  it('a press comes back as an interaction with the message of the output, and is answered', async () => {
    const { telegram } = platforms;
    telegram.say({ chat: chats.press, text: 'ask' });
    const asked = await telegramReply(chats.press, 'Shall I?');
    const button = asked.reply_markup?.inline_keyboard[0]?.[0];
    telegram.pressButton(asked, button?.callback_data ?? '');
    await telegramReply(chats.press, /^pressed go ahead$/);
    const [press] = await turnsAbout(String(asked.message_id), 1);
    expect(press?.event.data.relation?.kind).toBe('press_of');
  });

  it('a file of a person can be fetched by its signed URL, a file of the agent arrives', async () => {
    const { telegram } = platforms;
    const chat = chats.files;
    telegram.document({ chat, bytes: notes, file_name: 'notes.txt', mime_type: 'text/plain', caption: 'take' });
    expect((await telegramReply(chat, /^took/)).text).toBe(took);
    telegram.say({ chat, text: 'give' });
    const picture = () => telegram.sent(chat).find(({ photo }) => photo);
    await waitFor(picture, { what: 'a picture of the agent', ...patient });
  });

  it('stop ends the turn that runs', async () => {
    const { telegram } = platforms;
    const chat = chats.cancel;
    telegram.say({ chat, text: 'forever' });
    const draft = await waitFor(() => telegram.drafts.at(-1), { what: 'a draft', ...patient });
    telegram.stopGeneration({ chat, draft_id: draft.draft_id });
    await telegramReply(chat, /^stopped$/);
  });
});
