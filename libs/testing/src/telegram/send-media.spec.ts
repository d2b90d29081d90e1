import { createServer } from 'node:http';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { FakeTelegram } from './fake-telegram.ts';
import type { TelegramMessage } from './message.ts';
import { startFakeTelegram } from './start-fake-telegram.ts';
import { rawCall } from './testing/raw-call.ts';

const chats = [{ id: 7 }];

async function upload(telegram: FakeTelegram, method: string, parts: Record<string, string | Blob>) {
  const form = new FormData();
  for (const [name, value] of Object.entries({ chat_id: '7', ...parts })) form.set(name, value);
  const response = await fetch(`${telegram.url}/bot${telegram.token}/${method}`, { method: 'POST', body: form });
  return (await response.json()) as { result: TelegramMessage; description?: string; error_code?: number };
}

async function download(telegram: FakeTelegram, file_id: string | undefined): Promise<string> {
  const { result } = await rawCall(telegram, 'getFile', { file_id });
  const { file_path } = result as { file_path: string };
  return (await fetch(`${telegram.url}/file/bot${telegram.token}/${file_path}`)).text();
}

describe('files', () => {
  it.each(['photo', 'document', 'audio', 'video', 'voice'] as const)('%s goes up and comes down', async (kind) => {
    await using telegram = await startFakeTelegram({ chats });
    const method = `send${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
    const { result } = await upload(telegram, method, { [kind]: new Blob(['bytes']), caption: 'see' });
    expect(result.caption).toBe('see');
    const file = [result[kind]].flat().at(-1);
    expect(await download(telegram, file?.file_id)).toBe('bytes');
    expect(telegram.calls(method)[0]?.files).toEqual({ [kind]: { name: 'blob', size: 5 } });
  });

  it('are sent again by their id, but not with that of another bot', async () => {
    const bots = [{ token: '1:a' }, { token: '2:b' }];
    await using telegram = await startFakeTelegram({ chats, bots });
    const { result } = await upload(telegram, 'sendDocument', { document: new Blob(['bytes']) });
    const file_id = result.document?.file_id;
    expect((await rawCall(telegram, 'sendDocument', { chat_id: 7, document: file_id })).ok).toBe(true);
    const other = await rawCall({ url: telegram.url, token: '2:b' }, 'getFile', { file_id });
    expect(other.description).toBe('Bad Request: wrong file identifier/HTTP URL specified');
  });

  it('are fetched from a URL', async () => {
    const site = createServer((req, res) =>
      req.url === '/a.pdf'
        ? res.writeHead(200, { 'content-type': 'application/pdf' }).end('pdf')
        : res.writeHead(404).end(),
    ).listen(0, '127.0.0.1');
    await once(site, 'listening');
    const address = site.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    await using telegram = await startFakeTelegram({ chats });
    const { result } = await rawCall(telegram, 'sendDocument', { chat_id: 7, document: `${url}/a.pdf` });
    const { document } = result as TelegramMessage;
    expect(document).toMatchObject({ file_name: 'a.pdf', mime_type: 'application/pdf' });
    expect(await download(telegram, document?.file_id)).toBe('pdf');
    const missing = await rawCall(telegram, 'sendDocument', { chat_id: 7, document: `${url}/b` });
    expect(missing.description).toBe('Bad Request: failed to get HTTP URL content');
    site.close();
  });

  it.each([
    {
      parts: { photo: new Blob(['x'.repeat(101)]) },
      method: 'sendPhoto',
      says: 'Bad Request: file of size 101 bytes is too big for a photo; the maximum size is 100 bytes',
    },
    { parts: { document: new Blob(['x'.repeat(201)]) }, method: 'sendDocument', says: 'Request Entity Too Large' },
    { parts: { document: new Blob([]) }, method: 'sendDocument', says: 'Bad Request: file must be non-empty' },
    { parts: {}, method: 'sendVoice', says: 'Bad Request: there is no voice in the request' },
    {
      parts: { photo: new Blob(['x']), caption: 'x'.repeat(1025) },
      method: 'sendPhoto',
      says: 'Bad Request: message caption is too long',
    },
  ])('are refused: $says', async ({ parts, method, says }) => {
    await using telegram = await startFakeTelegram({ chats, limits: { photoBytes: 100, uploadBytes: 200 } });
    expect((await upload(telegram, method, parts as Record<string, string | Blob>)).description).toBe(says);
    expect(telegram.messages(7)).toEqual([]);
  });

  it('come down to 20 MB, for an hour', async () => {
    let now = 1_800_000_000_000;
    await using telegram = await startFakeTelegram({ now: () => now, limits: { downloadBytes: 5 } });
    const small = telegram.document({ bytes: Buffer.from('12345') }).message.document?.file_id;
    const large = telegram.document({ bytes: Buffer.from('123456') }).message.document?.file_id;
    const { result } = await rawCall(telegram, 'getFile', { file_id: small });
    const url = `${telegram.url}/file/bot${telegram.token}/${(result as { file_path: string }).file_path}`;
    expect((await fetch(url)).status).toBe(200);
    now += 3_600_001;
    expect((await fetch(url)).status).toBe(404);
    const refused = await rawCall(telegram, 'getFile', { file_id: large });
    expect(refused.description).toBe('Bad Request: file is too big');
  });
});

describe('albums', () => {
  it('are as many messages, of one group, with files of their own', async () => {
    await using telegram = await startFakeTelegram({ chats });
    const media = [
      { type: 'photo', media: 'attach://one', caption: '<b>1</b>', parse_mode: 'HTML' },
      { type: 'video', media: 'attach://two' },
    ];
    const parts = { media: JSON.stringify(media), one: new Blob(['1']), two: new Blob(['22']) };
    await upload(telegram, 'sendMediaGroup', parts);
    const [first, second] = telegram.sent(7);
    expect(first).toMatchObject({ caption: '1', media_group_id: expect.any(String), photo: expect.any(Array) });
    expect(second).toMatchObject({ media_group_id: first?.media_group_id, video: { file_size: 2 } });
  });

  it.each([
    { media: [], says: 'there are no messages to send' },
    { media: Array(11).fill({ type: 'photo', media: 'x' }), says: 'too many messages to send as an album' },
    {
      media: [
        { type: 'photo', media: 'x' },
        { type: 'document', media: 'x' },
      ],
      says: "documents can't be mixed with other media types",
    },
    { media: [{ type: 'photo', media: 'x' }], says: 'wrong file identifier/HTTP URL specified' },
  ])('are refused: $says', async ({ media, says }) => {
    await using telegram = await startFakeTelegram({ chats });
    const answer = await rawCall(telegram, 'sendMediaGroup', { chat_id: 7, media });
    expect(answer.description).toBe(`Bad Request: ${says}`);
    expect(telegram.messages(7)).toEqual([]);
  });
});
