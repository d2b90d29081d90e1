import { describe, expect, it } from 'vitest';
import { waitFor } from '../wait-for.ts';
import type { FakeTelegram } from './fake-telegram.ts';
import { startFakeTelegram } from './start-fake-telegram.ts';
import { idsOf, rawCall } from './testing/raw-call.ts';
import { startWebhook } from './testing/webhook-server.ts';

const timing = { secondMs: 10 };
const settled = (telegram: FakeTelegram) =>
  waitFor(() => telegram.unconfirmed().length === 0, { what: 'all updates to be taken' });

describe('a webhook', () => {
  it('gets updates with its secret, and what waited before it was set', async () => {
    await using hook = await startWebhook();
    await using telegram = await startFakeTelegram({ timing });
    telegram.say({ text: 'before' });
    const set = await rawCall(telegram, 'setWebhook', { url: hook.url, secret_token: 's-1' });
    expect(set).toMatchObject({ ok: true, result: true, description: 'Webhook was set' });
    telegram.say({ text: 'after' });
    await settled(telegram);
    expect(hook.texts()).toEqual(['before', 'after']);
    expect(hook.requests[0]?.headers['x-telegram-bot-api-secret-token']).toBe('s-1');
  });

  it('keeps the order of a chat while another chat and a button go ahead', async () => {
    let open = false;
    await using hook = await startWebhook(({ text }) => (text === 'poison' && !open ? { status: 500 } : {}));
    await using telegram = await startFakeTelegram({ timing, chats: [{ id: -7 }] });
    await rawCall(telegram, 'sendMessage', { chat_id: -7, text: 'choose' });
    await rawCall(telegram, 'setWebhook', { url: hook.url });
    telegram.say({ chat: -7, text: 'poison' });
    telegram.say({ chat: -7, text: 'behind' });
    telegram.say({ chat: -8, text: 'elsewhere' });
    const [message] = telegram.sent(-7);
    if (message) telegram.pressButton(message, 'yes');
    await waitFor(() => telegram.unconfirmed().length === 2, { what: 'the others' });
    expect(hook.texts()).not.toContain('behind');
    expect(hook.texts().filter((text) => text === 'poison').length).toBeGreaterThan(0);
    open = true;
    await settled(telegram);
    expect(hook.texts().at(-1)).toBe('behind');
  });

  it('gets the same again at once, then after a while, and tells why in getWebhookInfo', async () => {
    await using hook = await startWebhook((_request, index) => (index < 3 ? { status: 503 } : {}));
    await using telegram = await startFakeTelegram({ timing, now: () => 1_800_000_000_000 });
    await rawCall(telegram, 'setWebhook', { url: hook.url });
    const { update_id } = telegram.say({ text: 'hi' });
    await settled(telegram);
    expect(hook.requests.map(({ update }) => update.update_id)).toEqual(Array(4).fill(update_id));
    expect(telegram.webhookPosts.map(({ status }) => status)).toEqual([503, 503, 503, 200]);
    expect((await rawCall(telegram, 'getWebhookInfo')).result).toMatchObject({
      url: hook.url,
      pending_update_count: 0,
      last_error_date: 1_800_000_000,
      last_error_message: 'Wrong response from the webhook: 503 Service Unavailable',
    });
  });

  it('may say when to come back', async () => {
    await using hook = await startWebhook((_request, index) =>
      index === 0 ? { status: 503, headers: { 'retry-after': '3600' } } : {},
    );
    await using telegram = await startFakeTelegram({ timing });
    await rawCall(telegram, 'setWebhook', { url: hook.url });
    telegram.say({ chat: -7, text: 'waits' });
    await waitFor(() => telegram.webhookPosts.length === 1, { what: 'the refusal' });
    telegram.say({ chat: -8, text: 'another chat' });
    await waitFor(() => hook.requests.length === 2, { what: 'the other chat' });
    expect(telegram.unconfirmed().map((update) => update.message?.text)).toContain('waits');
    expect(hook.texts()).toEqual(['waits', 'another chat']);
  });

  it.each([
    { what: 'nothing answers', url: 'http://127.0.0.1:9/', says: 'Connection refused' },
    { what: 'it stays silent', url: undefined, says: 'Read timeout expired' },
  ])('says so when $what', async ({ url, says }) => {
    await using hook = await startWebhook(() => ({ silent: true }));
    await using telegram = await startFakeTelegram({ timing: { secondMs: 10, webhookTimeoutSeconds: 2 } });
    await rawCall(telegram, 'setWebhook', { url: url ?? hook.url });
    telegram.say({ text: 'hi' });
    await waitFor(() => telegram.webhookPosts.length > 1, { what: 'a second try' });
    const { result } = await rawCall(telegram, 'getWebhookInfo');
    expect(result).toMatchObject({ last_error_message: says, pending_update_count: 1 });
  });

  it('answers with a method that is run, but not with one that asks for something', async () => {
    const answers = [
      { method: 'sendMessage', chat_id: 1001, text: 'from the answer' },
      { method: 'getMe' },
      { method: 'deleteWebhook' },
    ];
    await using hook = await startWebhook((_request, index) => ({
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(answers[index]),
    }));
    await using telegram = await startFakeTelegram({ timing });
    await rawCall(telegram, 'setWebhook', { url: hook.url });
    for (const text of ['a', 'b', 'c']) telegram.say({ text });
    await settled(telegram);
    expect(telegram.sent(1001).map(({ text }) => text)).toEqual(['from the answer']);
    expect(telegram.calls().map(({ method }) => method)).toEqual(['setWebhook', 'sendMessage']);
    expect((await rawCall(telegram, 'getWebhookInfo')).result).toMatchObject({ url: hook.url });
  });

  it('has no more posts open than it allows', async () => {
    let open = 0;
    let most = 0;
    await using hook = await startWebhook(async () => {
      most = Math.max(most, ++open);
      await new Promise((resolve) => setTimeout(resolve, 5));
      open--;
      return {};
    });
    await using telegram = await startFakeTelegram({ timing });
    await rawCall(telegram, 'setWebhook', { url: hook.url, max_connections: 2 });
    for (let chat = 1; chat <= 8; chat++) telegram.say({ chat, text: 'hi' });
    await settled(telegram);
    expect(most).toBe(2);
  });

  it('is gone after 23 hours of 410', async () => {
    let now = 1_800_000_000_000;
    await using hook = await startWebhook(() => ({ status: 410 }));
    await using telegram = await startFakeTelegram({ timing, now: () => now });
    await rawCall(telegram, 'setWebhook', { url: hook.url });
    telegram.say({ text: 'hi' });
    await waitFor(() => hook.requests.length > 1, { what: 'a second try' });
    now += 23 * 3_600_000;
    await waitFor(async () => idsOf(await rawCall(telegram, 'getUpdates')).length === 1, { what: 'polling to work' });
  });

  it('leaves what waits to polling when it is deleted, unless told to drop it', async () => {
    await using telegram = await startFakeTelegram({ timing });
    await rawCall(telegram, 'setWebhook', { url: 'http://127.0.0.1:9/' });
    telegram.say({ text: 'hi' });
    expect(await rawCall(telegram, 'deleteWebhook')).toMatchObject({ description: 'Webhook was deleted' });
    expect(idsOf(await rawCall(telegram, 'getUpdates'))).toHaveLength(1);
    const again = await rawCall(telegram, 'deleteWebhook', { drop_pending_updates: true });
    expect(again.description).toBe('Webhook is already deleted');
    expect(telegram.unconfirmed()).toEqual([]);
  });

  it.each([
    { url: 'http://example.org/x', says: 'bad webhook: An HTTPS URL must be provided for webhook' },
    { url: 'https://example.org:444/x', says: 'bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443' },
    { url: 'https://example.org/x', secret_token: 'a b', says: 'secret token contains unallowed characters' },
  ])('is refused in the cloud: $says', async ({ says, ...args }) => {
    await using telegram = await startFakeTelegram({ httpsWebhooksOnly: true });
    expect((await rawCall(telegram, 'setWebhook', args)).description).toBe(`Bad Request: ${says}`);
  });

  it('is changed once a second at most', async () => {
    await using telegram = await startFakeTelegram({ timing: { secondMs: 60_000 } });
    const set = (url: string) => rawCall(telegram, 'setWebhook', { url });
    expect(await set('http://127.0.0.1:9/')).toMatchObject({ ok: true });
    expect(await set('http://127.0.0.1:9/y')).toMatchObject({
      status: 429,
      retryAfter: '1',
      parameters: { retry_after: 1 },
    });
  });
});
