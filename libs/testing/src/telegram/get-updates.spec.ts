import { describe, expect, it } from 'vitest';
import { waitFor } from '../wait-for.ts';
import { startFakeTelegram } from './start-fake-telegram.ts';
import { idsOf, rawCall } from './testing/raw-call.ts';

const timing = { secondMs: 20 };
const otherPoll = 'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running';

describe('getUpdates', () => {
  it.each([
    { args: {}, got: [11, 12, 13, 14], left: [11, 12, 13, 14], because: 'nothing is confirmed without an offset' },
    { args: { offset: 13 }, got: [13, 14], left: [13, 14], because: 'an offset forgets all before it' },
    { args: { offset: 15 }, got: [], left: [], because: 'the next id confirms everything' },
    {
      args: { offset: 16 },
      got: [11, 12, 13, 14],
      left: [11, 12, 13, 14],
      because: 'one that is to come means the oldest',
    },
    { args: { offset: 5 }, got: [11, 12, 13, 14], left: [11, 12, 13, 14], because: 'an old one confirms nothing' },
    { args: { offset: -1 }, got: [14], left: [14], because: 'a negative one keeps so many' },
    { args: { offset: -9 }, got: [11, 12, 13, 14], left: [11, 12, 13, 14], because: 'all of them if there are fewer' },
    { args: { limit: 2 }, got: [11, 12], left: [11, 12, 13, 14], because: 'limit' },
    { args: { limit: 0 }, got: [11], left: [11, 12, 13, 14], because: 'limit is at least 1' },
    { args: { offset: '13', limit: '1' }, got: [13], left: [13, 14], because: 'numbers may be text' },
  ])('$args: $because', async ({ args, got, left }) => {
    await using telegram = await startFakeTelegram({ firstUpdateId: 11 });
    for (const text of ['a', 'b', 'c', 'd']) telegram.say({ text });
    expect(idsOf(await rawCall(telegram, 'getUpdates', args))).toEqual(got);
    expect(telegram.unconfirmed().map((update) => update.update_id)).toEqual(left);
  });

  it('waits for an update, and only as long as it may', async () => {
    await using telegram = await startFakeTelegram({ timing });
    const poll = rawCall(telegram, 'getUpdates', { timeout: 50 });
    await waitFor(() => telegram.isPolled(), { what: 'the poll' });
    telegram.say({ text: 'hi' });
    expect(idsOf(await poll)).toHaveLength(1);
    expect(idsOf(await rawCall(telegram, 'getUpdates', { offset: -1 }))).toHaveLength(1);
    const next = telegram.unconfirmed()[0]?.update_id ?? 0;
    expect(await rawCall(telegram, 'getUpdates', { offset: next + 1, timeout: 1 })).toMatchObject({ result: [] });
  });

  it('ends the older of two polls that wait, and lets the newer one wait', async () => {
    await using telegram = await startFakeTelegram({ timing });
    const older = rawCall(telegram, 'getUpdates', { timeout: 50 });
    await waitFor(() => telegram.isPolled(), { what: 'the first poll' });
    const newer = rawCall(telegram, 'getUpdates', { timeout: 50, offset: 1 });
    expect(await older).toMatchObject({ status: 409, error_code: 409, description: otherPoll });
    await waitFor(() => telegram.isPolled(), { what: 'the second poll' });
    telegram.say({ text: 'hi' });
    expect(idsOf(await newer)).toHaveLength(1);
    expect(telegram.pollConflicts).toBe(1);
  });

  it('gives two pollers the same updates while there are some, and nobody is told', async () => {
    await using telegram = await startFakeTelegram({ timing });
    telegram.say({ text: 'hi' });
    const both = await Promise.all([1, 2].map((offset) => rawCall(telegram, 'getUpdates', { offset, timeout: 5 })));
    expect(both.map(idsOf)).toEqual([[100_000_001], [100_000_001]]);
    expect(telegram.pollConflicts).toBe(0);
  });

  it('is told 409 while there is a webhook, and at most one of those at once', async () => {
    await using telegram = await startFakeTelegram({ timing: { secondMs: 300 } });
    await rawCall(telegram, 'setWebhook', { url: 'http://127.0.0.1:9/x' });
    const answers: number[] = [];
    const ask = (id: number) => rawCall(telegram, 'getUpdates').finally(() => answers.push(id));
    expect(await ask(1)).toMatchObject({
      status: 409,
      description:
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    });
    const late = ask(2);
    await rawCall(telegram, 'getMe');
    expect(answers).toEqual([1]);
    expect((await late).status).toBe(409);
    expect(telegram.pollConflicts).toBe(2);
  });

  it('is ended by setWebhook', async () => {
    await using telegram = await startFakeTelegram({ timing });
    const poll = rawCall(telegram, 'getUpdates', { timeout: 50 });
    await waitFor(() => telegram.isPolled(), { what: 'the poll' });
    await rawCall(telegram, 'setWebhook', { url: 'http://127.0.0.1:9/x' });
    expect(await poll).toMatchObject({ status: 409, description: 'Conflict: terminated by setWebhook request' });
  });

  it('slows down who asks the same again at once', async () => {
    await using telegram = await startFakeTelegram({ timing: { secondMs: 5_000 } });
    for (const text of ['a', 'b', 'c']) telegram.say({ text });
    expect(idsOf(await rawCall(telegram, 'getUpdates'))).toHaveLength(3);
    expect(idsOf(await rawCall(telegram, 'getUpdates'))).toHaveLength(1);
    expect(idsOf(await rawCall(telegram, 'getUpdates', { offset: 1 }))).toHaveLength(3);
  });

  it('keeps updates for a day after their message, and button presses for 150 s', async () => {
    let now = 1_800_000_000_000;
    await using telegram = await startFakeTelegram({ now: () => now, chats: [{ id: 1001 }] });
    await rawCall(telegram, 'sendMessage', { chat_id: 1001, text: 'choose' });
    const [message] = telegram.sent(1001);
    if (message) telegram.pressButton(message, 'yes');
    telegram.say({ text: 'hi' });
    now += 149_000;
    expect(telegram.unconfirmed()).toHaveLength(2);
    now += 1_000;
    expect(telegram.unconfirmed().map((update) => Object.keys(update)[1])).toEqual(['message']);
    now += 86_400_000;
    expect(telegram.unconfirmed()).toEqual([]);
  });

  it('asks for kinds of updates once and for all, beginning with the next', async () => {
    await using telegram = await startFakeTelegram();
    const { message } = telegram.say({ text: 'hi' });
    const react = () => telegram.react({ chat: 1001, message_id: message.message_id, emoji: ['👍'] }).update_id;
    expect(react()).toBe(0);
    await rawCall(telegram, 'getUpdates', { allowed_updates: ['message_reaction'] });
    expect(react()).toBeGreaterThan(0);
    expect(telegram.say({ text: 'not asked for' }).update_id).toBe(0);
    await rawCall(telegram, 'getUpdates', { offset: 7, allowed_updates: '[]' });
    expect(react()).toBe(0);
    expect(telegram.say({ text: 'asked for' }).update_id).toBeGreaterThan(0);
  });

  it('goes on at a lower id after an idle week', async () => {
    await using telegram = await startFakeTelegram({ firstUpdateId: 900_000_000 });
    telegram.say({ text: 'old' });
    telegram.resetUpdateIds(41_000);
    expect(telegram.say({ text: 'new' }).update_id).toBe(41_000);
    expect(idsOf(await rawCall(telegram, 'getUpdates', { offset: 900_000_001 }))).toEqual([41_000]);
  });

  it('goes on at a lower id even under a poll that waits', async () => {
    await using telegram = await startFakeTelegram({ firstUpdateId: 900_000_000 });
    const poll = rawCall(telegram, 'getUpdates', { offset: 900_000_000, timeout: 50 });
    await waitFor(() => telegram.isPolled(), { what: 'the poll' });
    telegram.resetUpdateIds(41_000);
    telegram.say({ text: 'new' });
    expect(idsOf(await poll)).toEqual([41_000]);
  });
});
