import { describe, expect, it } from 'vitest';
import { waitFor } from '../wait-for.ts';
import type { Fault } from './faults.ts';
import { startFakeTelegram } from './start-fake-telegram.ts';
import { rawCall } from './testing/raw-call.ts';
import { startWebhook } from './testing/webhook-server.ts';

const chats = [{ id: 7 }];
const send = { chat_id: 7, text: 'x' };

describe('faults of calls', () => {
  it.each([
    { fault: { kind: 'drop' }, arrives: 0 },
    { fault: { kind: 'reset_after_commit' }, arrives: 1 },
    { fault: { kind: 'server_error' }, arrives: 0 },
    { fault: { kind: 'server_error', committed: true }, arrives: 1 },
  ] satisfies { fault: Fault; arrives: number }[])('$fault: $arrives arrives, once', async ({ fault, arrives }) => {
    await using telegram = await startFakeTelegram({ chats });
    telegram.faults.add({ method: 'sendMessage', fault });
    await expect(rawCall(telegram, 'sendMessage', send)).rejects.toThrow();
    expect(telegram.sent(7)).toHaveLength(arrives);
    expect(telegram.calls('sendMessage').map(({ outcome }) => outcome)).toEqual(['lost']);
    expect((await rawCall(telegram, 'sendMessage', send)).ok).toBe(true);
  });

  it('answers what it is told, as often as it is told, to the calls that fit', async () => {
    await using telegram = await startFakeTelegram({ chats });
    telegram.faults.add({
      method: '*',
      times: 2,
      when: ({ text }) => text === 'x',
      fault: { kind: 'rate_limited', retryAfter: 17 },
    });
    const later = telegram.faults.add({
      method: 'sendMessage',
      fault: { kind: 'error', code: 403, description: 'Forbidden: bot was blocked by the user' },
    });
    expect((await rawCall(telegram, 'getMe')).ok).toBe(true);
    const limited = { status: 429, retryAfter: '17', parameters: { retry_after: 17 } };
    expect(await rawCall(telegram, 'sendMessage', send)).toMatchObject(limited);
    expect(await rawCall(telegram, 'sendMessage', send)).toMatchObject(limited);
    expect(later.left).toBe(1);
    expect((await rawCall(telegram, 'sendMessage', send)).status).toBe(403);
    expect((await rawCall(telegram, 'sendMessage', send)).ok).toBe(true);
  });
});

describe('faults of webhooks', () => {
  it.each([
    { fault: 'duplicate', texts: ['a', 'a', 'b', 'c'] },
    { fault: 'reorder', texts: ['b', 'a', 'c'] },
  ] as const)('$fault', async ({ fault, texts }) => {
    await using hook = await startWebhook();
    await using telegram = await startFakeTelegram({ timing: { secondMs: 10 } });
    telegram.faults.add({ method: 'webhook', fault });
    for (const text of ['a', 'b', 'c']) telegram.say({ text });
    await rawCall(telegram, 'setWebhook', { url: hook.url });
    await waitFor(() => telegram.unconfirmed().length === 0, { what: 'all to be taken' });
    expect(hook.texts()).toEqual(texts);
  });
});
