import { startFakeTelegram, waitFor, type FakeTelegram } from '@trunkline/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createBotApi } from './bot-api.ts';
import { telegramProbe } from './probe.ts';
import { readyEntry } from './testing/telegram-connector.ts';

let telegram: FakeTelegram;
beforeEach(async () => {
  telegram = await startFakeTelegram();
});
afterEach(() => telegram[Symbol.asyncDispose]());

async function setWebhook(url: string): Promise<void> {
  const api = createBotApi({ token: telegram.token, apiBaseUrl: telegram.url, timeoutMs: 5_000 });
  await api.call('setWebhook', { url }, { result: z.unknown() });
}

async function probe(fields: object = {}, now = Date.now) {
  const entry = readyEntry({ bot_token: telegram.token, api_base_url: telegram.url, ...fields });
  const checks = await telegramProbe({ now })(entry);
  if (!Array.isArray(checks)) throw new Error('no checks');
  const signal = AbortSignal.timeout(10_000);
  const found = await Promise.all(checks.map(async ({ name, run }) => [name, await run(signal)] as const));
  return Object.fromEntries(found);
}

const failed = (detail: string) => ({ outcome: 'failed', detail: expect.stringContaining(detail) });

describe('the probe of a telegram connector', () => {
  it('asks who the bot is, and where Telegram posts', async () => {
    await setWebhook('http://127.0.0.1:8443/secret-path');
    const found = await probe();
    expect(found).toEqual({
      bot_token: { outcome: 'ok', detail: expect.stringContaining('@trunkline_bot') },
      webhook: { outcome: 'ok', detail: expect.stringContaining('127.0.0.1:8443') },
    });
    expect(JSON.stringify(found)).not.toContain('secret-path');
  });

  it.each([
    { because: 'no webhook is set', url: '', fields: {}, detail: 'No webhook is set' },
    {
      because: 'another program set one',
      url: 'http://127.0.0.1:8443/x',
      fields: { public_url: 'https://ours.example' },
      detail: 'another program set it',
    },
    {
      because: 'a webhook stands in the way of polling',
      url: 'http://127.0.0.1:8443/x',
      fields: { ingress_mode: 'polling', secret_token: undefined },
      detail: 'polling gets nothing',
    },
  ])('fails when $because', async ({ url, fields, detail }) => {
    if (url !== '') await setWebhook(url);
    expect((await probe(fields))['webhook']).toMatchObject(failed(detail));
  });

  it('tells why Telegram could not deliver, as long as that is recent', async () => {
    await setWebhook('http://127.0.0.1:1/');
    telegram.say({ chat: 5, text: 'hi' });
    await waitFor(async () => (await probe())['webhook']?.detail.includes('could not deliver'), { what: 'the error' });
    const later = () => Date.now() + 11 * 60_000;
    expect((await probe({}, later))['webhook']).toMatchObject({ outcome: 'ok' });
  });

  it('is content with polling when no webhook is set', async () => {
    expect((await probe({ ingress_mode: 'polling', secret_token: undefined }))['webhook']).toMatchObject({
      outcome: 'ok',
    });
  });

  it.each([
    { because: 'Telegram does not know', fields: { bot_token: '99:wrong-token' }, detail: 'refused the token' },
    { because: 'is none of Telegram', fields: { bot_token: 'nonsense' }, detail: 'no bot token' },
    {
      because: 'nobody can be asked about',
      fields: { api_base_url: 'http://127.0.0.1:1' },
      detail: 'could not be reached',
    },
  ])('fails with the remedy for a token that $because', async ({ fields, detail }) => {
    const found = await probe(fields);
    expect(found['bot_token']).toMatchObject(failed(detail));
    expect(JSON.stringify(found)).not.toContain('wrong-token');
  });
});
