import { createServer } from 'node:http';
import { once } from 'node:events';
import { Telegraf } from 'telegraf';
import { describe, expect, it } from 'vitest';
import { waitFor } from '../wait-for.ts';
import type { FakeTelegram } from './fake-telegram.ts';
import { startFakeTelegram } from './start-fake-telegram.ts';
import { rawCall } from './testing/raw-call.ts';

const quick = { secondMs: 20 };
const botAt = ({ url, token }: FakeTelegram) => new Telegraf(token, { telegram: { apiRoot: url } });

describe('telegraf, unmodified', () => {
  it('polls and answers', async () => {
    await using telegram = await startFakeTelegram({ timing: quick });
    const bot = botAt(telegram);
    bot.command('ping', (context) => context.replyWithHTML('<b>pong</b>'));
    const running = bot.launch();
    telegram.say({ text: '/ping' });
    expect(await telegram.waitForMessage({ text: 'pong' })).toMatchObject({ entities: [{ type: 'bold' }] });
    bot.stop();
    await running;
  });

  it('takes a webhook away when it starts to poll, and ends for good when a rival polls', async () => {
    await using telegram = await startFakeTelegram({ timing: quick });
    await rawCall(telegram, 'setWebhook', { url: 'http://127.0.0.1:9/' });
    const bot = botAt(telegram);
    const running = bot.launch().catch((error: unknown) => error);
    await waitFor(() => telegram.isPolled(), { what: 'the poll' });
    expect((await rawCall(telegram, 'getWebhookInfo')).result).toMatchObject({ url: '' });
    const rival = rawCall(telegram, 'getUpdates', { timeout: 50, offset: 1 });
    expect(await running).toMatchObject({ response: { error_code: 409 } });
    expect(telegram.pollConflicts).toBe(1);
    telegram.say({ text: 'for the rival' });
    expect((await rival).result).toHaveLength(1);
  });

  it('takes updates at a webhook, and answers through it', async () => {
    await using telegram = await startFakeTelegram({ timing: quick });
    const bot = botAt(telegram);
    bot.botInfo = await bot.telegram.getMe();
    bot.on('message', (context) => context.reply('through the answer'));
    const answer = bot.webhookCallback('/hook', { secretToken: 's3cret' });
    const server = createServer((req, res) => void answer(req, res)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/hook`;
    await bot.telegram.setWebhook(url, { secret_token: 's3cret' });
    telegram.say({ text: 'hi' });
    await telegram.waitForMessage({ text: 'through the answer' });
    await waitFor(() => telegram.unconfirmed().length === 0, { what: 'the update to be taken' });
    server.close();
  });

  it('sends an album of uploads', async () => {
    await using telegram = await startFakeTelegram({ chats: [{ id: 7 }] });
    const source = Buffer.from('bytes');
    const sent = await botAt(telegram).telegram.sendMediaGroup(7, [
      { type: 'document', media: { source, filename: 'a.txt' } },
      { type: 'document', media: { source, filename: 'b.txt' }, caption: 'both' },
    ]);
    expect(sent).toMatchObject([{ document: { file_name: 'a.txt' } }, { caption: 'both' }]);
  });
});
