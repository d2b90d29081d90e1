import type { Bucket } from '@trunkline/bus';
import type { PlatformRequest } from '@trunkline/events';
import { describe, expect, it } from 'vitest';
import { telegramExplain } from './explain.ts';
import { readyEntry } from './testing/telegram-connector.ts';

const { verify, read } = telegramExplain({
  bus: { bucket: <T>() => ({ get: async () => undefined }) as unknown as Bucket<T> },
  botNames: { of: () => ({ id: '4242', username: 'trunkline_bot' }) },
  chatMoves: { formerIds: () => [] },
  now: Date.now,
});
const request = (body: unknown, headers: PlatformRequest['headers'] = {}): PlatformRequest => ({
  ...{ body: typeof body === 'string' ? body : JSON.stringify(body), query: '', headers },
});
const update = {
  update_id: 7,
  message: {
    message_id: 1,
    date: 1_700_000_000,
    chat: { id: 5, type: 'private' },
    from: { id: 5, is_bot: false, first_name: 'Ana' },
    text: 'hi',
  },
};

describe('what a telegram connector would make of an update', () => {
  it('is the event that it would store', async () => {
    expect(await read(request(update), readyEntry())).toMatchObject([
      { outcome: 'event', event: { id: '4242:7', subject: 'telegram:bot:5', data: { content: { text: 'hi' } } } },
    ]);
  });

  it.each([
    { because: 'a chat that is not allowed', body: update, fields: { allowed_chat_ids: [9] }, outcome: 'ignored' },
    { because: 'an update of a kind that is none', body: { update_id: 1, poll: {} }, fields: {}, outcome: 'ignored' },
    { because: 'something without an id', body: { message: {} }, fields: {}, outcome: 'refused' },
    { because: 'no JSON', body: '{', fields: {}, outcome: 'refused' },
  ])('is $outcome for $because, and why', async ({ body, fields, outcome }) => {
    const [explained] = await read(request(body), readyEntry(fields));
    expect(explained).toMatchObject({ outcome, code: expect.any(String), reason: expect.any(String) });
  });

  it('says whether its secret lets it in, and that polled updates need none', () => {
    const bearing = (secret: string) => request(update, { 'x-telegram-bot-api-secret-token': [secret] });
    expect(verify(bearing('right'), readyEntry())).toMatchObject({ ok: true });
    expect(verify(bearing('wrong'), readyEntry())).toMatchObject({ reason: 'secret_mismatch' });
    const polling = readyEntry({ ingress_mode: 'polling', secret_token: undefined });
    expect(verify(request(update), polling)).toBeUndefined();
  });
});
