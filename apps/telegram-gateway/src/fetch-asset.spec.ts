import { createServer } from 'node:http';
import { createGuardedFetch } from '@trunkline/gateway-kit';
import { freePort, startFakeTelegram, type FakeTelegram } from '@trunkline/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { createFetchAsset } from './fetch-asset.ts';
import { filesOf } from './message-files.ts';
import { messageSchema } from './message-payload.ts';
import { readyEntry } from './testing/telegram-connector.ts';

const fetch = createGuardedFetch();
afterAll(() => fetch.close());

function fetcher(api: string, warned: object[] = []) {
  const entry = readyEntry({ api_base_url: api, bot_token: '4242:fake-telegram-token' });
  const connectors = { get: (name: string) => (name === 'bot' ? entry : undefined) };
  return createFetchAsset({ connectors, fetch, log: { warn: (fields) => warned.push(fields) } });
}

const place = (telegram: FakeTelegram, bytes: Uint8Array) => {
  const { message } = telegram.document({ bytes, file_name: 'a.bin' });
  return { connector: 'bot', assetId: filesOf(messageSchema.parse(message))[0]?.asset_id ?? '' };
};

describe('createFetchAsset', () => {
  it('gets the bytes that somebody sent', async () => {
    await using telegram = await startFakeTelegram();
    const asset = await fetcher(telegram.url)(place(telegram, Buffer.from('hello')));
    expect(asset).toMatchObject({ found: 'yes', object: { bytes: Buffer.from('hello') } });
  });

  it.each([
    { because: 'there is no such connector', change: { connector: 'other' } },
    { because: 'the id is none of Telegram', change: { assetId: 'ast_x' } },
    { because: 'Telegram does not know the file', change: { assetId: 'tg_unknown' } },
  ])('finds nothing where $because', async ({ change }) => {
    await using telegram = await startFakeTelegram();
    const asked = { ...place(telegram, Buffer.from('x')), ...change };
    expect(await fetcher(telegram.url)(asked)).toEqual({ found: 'no' });
  });

  it('finds nothing where Telegram finds the file too big, and says why without the token', async () => {
    await using telegram = await startFakeTelegram({ limits: { downloadBytes: 4 } });
    const warned: object[] = [];
    expect(await fetcher(telegram.url, warned)(place(telegram, Buffer.from('hello')))).toEqual({ found: 'no' });
    expect(warned).toEqual([{ connector: 'bot', why: 'telegram_400' }]);
  });

  it.each([
    { because: 'it is slowed down', fault: { kind: 'rate_limited', retryAfter: 7 }, retryAfterMs: 7_000 },
    { because: 'Telegram has trouble', fault: 'server_error', retryAfterMs: 5_000 },
  ] as const)('asks to come again where $because', async ({ fault, retryAfterMs }) => {
    await using telegram = await startFakeTelegram();
    const asked = place(telegram, Buffer.from('x'));
    telegram.faults.add({ method: 'getFile', fault });
    expect(await fetcher(telegram.url)(asked)).toEqual({ found: 'later', retryAfterMs });
  });

  it.each([
    { because: 'it leaves the folder of the bot', path: '../../secret', status: 200 },
    { because: 'it is on the disk of a local server', path: '/var/lib/file', status: 200 },
    { because: 'the file is elsewhere', path: 'documents/a.txt', status: 302 },
  ])('takes no file where $because', async ({ path, status }) => {
    const port = await freePort();
    const server = createServer((req, res) => {
      if (req.url?.startsWith('/file/')) return res.writeHead(status, { location: 'http://127.0.0.1:9/' }).end('x');
      return res.end(JSON.stringify({ ok: true, result: { file_path: path } }));
    }).listen(port, '127.0.0.1');
    const asset = await fetcher(`http://127.0.0.1:${port}`)({ connector: 'bot', assetId: 'tg_abc' });
    expect(asset).toEqual({ found: 'no' });
    server.closeAllConnections();
    server.close();
  });
});
