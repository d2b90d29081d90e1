import { createServer } from 'node:http';
import { once } from 'node:events';
import { Bot, GrammyError, HttpError, InputFile, webhookCallback } from 'grammy';
import { describe, expect, it } from 'vitest';
import { waitFor } from '../wait-for.ts';
import type { FakeTelegram } from './fake-telegram.ts';
import { startFakeTelegram } from './start-fake-telegram.ts';

const quick = { secondMs: 20 };
const botAt = ({ url, token }: FakeTelegram) => new Bot(token, { client: { apiRoot: url } });

describe('grammY, unmodified', () => {
  it('asks who it is and talks', async () => {
    await using telegram = await startFakeTelegram();
    const { api } = botAt(telegram);
    telegram.say({ text: '/start', user: { id: 7, first_name: 'Ana' } });
    expect(await api.getMe()).toMatchObject({ id: 4242, is_bot: true, username: 'trunkline_bot' });
    const sent = await api.sendMessage(7, '*hi* there', { parse_mode: 'MarkdownV2' });
    expect(sent).toMatchObject({
      message_id: 2,
      text: 'hi there',
      chat: { id: 7, type: 'private', first_name: 'Ana' },
    });
    expect(telegram.sent(7)).toEqual([sent]);
  });

  it('polls, answers, and confirms what it took', async () => {
    await using telegram = await startFakeTelegram({ timing: quick });
    const bot = botAt(telegram);
    bot.on('message:text', (context) => context.reply(`you said ${context.message.text}`));
    const running = bot.start();
    telegram.say({ text: 'one' });
    telegram.say({ text: 'two' });
    await telegram.waitForMessage({ text: 'you said two' });
    await waitFor(() => telegram.unconfirmed().length === 0, { what: 'the offset' });
    await bot.stop();
    await running;
    expect(telegram.sent(1001).map((message) => message.text)).toEqual(['you said one', 'you said two']);
  });

  it('takes updates at a webhook, with its secret', async () => {
    await using telegram = await startFakeTelegram({ timing: quick });
    const bot = botAt(telegram);
    bot.command('ping', (context) => context.reply('pong'));
    const answer = webhookCallback(bot, 'http', { secretToken: 's3cret' });
    const server = createServer((req, res) => void answer(req, res)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await bot.api.setWebhook(`http://127.0.0.1:${port}/hook`, { secret_token: 's3cret' });
    telegram.say({ text: '/ping' });
    expect(await telegram.waitForMessage({ text: 'pong' })).toMatchObject({ chat: { id: 1001 } });
    await waitFor(() => telegram.unconfirmed().length === 0, { what: 'the update to be taken' });
    expect(await bot.api.getWebhookInfo()).toMatchObject({ pending_update_count: 0 });
    server.close();
  });

  it('sees errors with their parameters, and broken answers as what they are', async () => {
    await using telegram = await startFakeTelegram({ chats: [{ id: -5, type: 'group' }] });
    const { api } = botAt(telegram);
    const { to } = telegram.migrate(-5);
    const error = await api.sendMessage(-5, 'x').catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(GrammyError);
    expect(error).toMatchObject({ error_code: 400, parameters: { migrate_to_chat_id: to } });
    telegram.faults.add({ method: 'getMe', fault: 'server_error' });
    await expect(api.getMe()).rejects.toThrow(HttpError);
    expect(await api.raw.getChat({ chat_id: to })).toMatchObject({ type: 'supergroup' });
  });

  it('uploads a file and gets it back', async () => {
    await using telegram = await startFakeTelegram({ chats: [{ id: 7 }] });
    const { api } = botAt(telegram);
    const bytes = Buffer.from('a,b\r\n--1,2\r\n\0\xff', 'latin1');
    const sent = await api.sendDocument(7, new InputFile(bytes, 'täble.csv'), {
      caption: 'the <b>table</b>',
      parse_mode: 'HTML',
    });
    expect(sent).toMatchObject({ caption: 'the table', document: { file_size: bytes.length } });
    const { file_path } = await api.getFile(sent.document.file_id);
    const response = await fetch(`${telegram.url}/file/bot${telegram.token}/${file_path}`);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes);
  });
});
