import { describe, expect, it } from 'vitest';
import { startFakeTelegram } from './start-fake-telegram.ts';
import { rawCall } from './testing/raw-call.ts';

describe('flood control', () => {
  it.each([
    { what: 'one a second in a chat', chats: [7, 7], everyMs: 999, refused: 1, retryAfter: 1 },
    { what: 'one a second in a chat', chats: [7, 7], everyMs: 1_000, refused: 0, retryAfter: 0 },
    { what: '20 a minute in a group', chats: Array(21).fill(-7), everyMs: 1_000, refused: 1, retryAfter: 40 },
    {
      what: '30 a second of a bot',
      chats: Array.from({ length: 31 }, (_, index) => index + 1),
      everyMs: 0,
      refused: 1,
      retryAfter: 1,
    },
  ])('allows $what: $refused refused', async ({ chats, everyMs, refused, retryAfter }) => {
    let now = 1_800_000_000_000;
    await using telegram = await startFakeTelegram({ now: () => now, flood: {}, chats: chats.map((id) => ({ id })) });
    const answers = [];
    for (const chat_id of chats) {
      answers.push(await rawCall(telegram, 'sendMessage', { chat_id, text: 'x' }));
      now += everyMs;
    }
    const tooMany = answers.filter(({ ok }) => !ok);
    expect(tooMany).toHaveLength(refused);
    for (const answer of tooMany) {
      expect(answer).toMatchObject({
        status: 429,
        retryAfter: String(retryAfter),
        description: `Too Many Requests: retry after ${retryAfter}`,
        parameters: { retry_after: retryAfter },
      });
    }
  });

  it('is off unless asked for', async () => {
    await using telegram = await startFakeTelegram({ chats: [{ id: 7 }] });
    for (let time = 0; time < 40; time++) await rawCall(telegram, 'sendMessage', { chat_id: 7, text: 'x' });
    expect(telegram.sent(7)).toHaveLength(40);
  });
});
