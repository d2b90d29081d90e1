import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freePort } from '@trunkline/testing';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { botFile, botIdOf, createBotApi } from './bot-api.ts';

const token = '4242:SECRET-token';
const me = z.object({ username: z.string() });

async function serve(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    apiBaseUrl: `http://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('createBotApi', () => {
  it('sends payload and token where Telegram wants them', async () => {
    const requests: unknown[] = [];
    await using server = await serve((req, res) => {
      let body = '';
      req.on('data', (chunk) => (body += chunk));
      req.on('end', () => {
        requests.push({ url: req.url, body: JSON.parse(body) });
        res.end('{"ok":true,"result":{"username":"helper_bot"}}');
      });
    });
    const api = createBotApi({ token, apiBaseUrl: server.apiBaseUrl, timeoutMs: 5_000 });

    expect(await api.call('getMe', {}, { result: me })).toEqual({ ok: true, result: { username: 'helper_bot' } });
    await api.call('getUpdates', { offset: 7, allowed_updates: ['message', 'new_kind'] }, { result: z.unknown() });

    expect(requests).toEqual([
      { url: `/bot${token}/getMe`, body: {} },
      { url: `/bot${token}/getUpdates`, body: { offset: 7, allowed_updates: ['message', 'new_kind'] } },
    ]);
  });

  it('uploads bytes under their name', async () => {
    let body = '';
    await using server = await serve((req, res) => {
      req.on('data', (chunk) => (body += chunk));
      req.on('end', () => res.end('{"ok":true,"result":true}'));
    });
    const api = createBotApi({ token, apiBaseUrl: server.apiBaseUrl, timeoutMs: 5_000 });
    await api.call(
      'sendDocument',
      { chat_id: 1, document: botFile(Buffer.from('hello'), 'a.txt') },
      { result: z.unknown() },
    );
    expect(body).toContain('filename=a.txt');
    expect(body).toContain('hello');
  });

  it.each([
    {
      because: 'a refusal is what Telegram says',
      status: 429,
      body: '{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7","parameters":{"retry_after":7}}',
      answer: {
        kind: 'api',
        code: 429,
        description: 'Too Many Requests: retry after 7',
        parameters: { retry_after: 7 },
      },
    },
    {
      because: 'a refusal may come without parameters',
      status: 403,
      body: '{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}',
      answer: { kind: 'api', code: 403, description: 'Forbidden: bot was blocked by the user', parameters: {} },
    },
    {
      because: 'a proxy answers in HTML',
      status: 502,
      body: '<html>',
      answer: { kind: 'network', sent: 'maybe', reason: 'unreadable' },
    },
    {
      because: 'null is no answer',
      status: 200,
      body: 'null',
      answer: { kind: 'network', sent: 'maybe', reason: 'unreadable' },
    },
    {
      because: 'an error without a code says nothing',
      status: 500,
      body: '{"ok":false}',
      answer: { kind: 'network', sent: 'maybe', reason: 'unreadable' },
    },
    {
      because: 'a result of another shape is not used',
      status: 200,
      body: '{"ok":true,"result":{"username":5}}',
      answer: { kind: 'network', sent: 'maybe', reason: 'unexpected_result' },
    },
  ])('calls once and tells what came: $because', async ({ status, body, answer }) => {
    let calls = 0;
    await using server = await serve((_req, res) => {
      calls++;
      res.writeHead(status).end(body);
    });
    const api = createBotApi({ token, apiBaseUrl: server.apiBaseUrl, timeoutMs: 5_000 });
    expect(await api.call('getMe', {}, { result: me })).toEqual({ ok: false, ...answer });
    expect(calls).toBe(1);
  });

  it('knows that nothing was sent where nobody listens', async () => {
    const api = createBotApi({ token, apiBaseUrl: `http://127.0.0.1:${await freePort()}`, timeoutMs: 5_000 });
    expect(await api.call('getMe', {}, { result: me })).toEqual({
      ok: false,
      kind: 'network',
      sent: 'no',
      reason: 'ECONNREFUSED',
    });
  });

  it('does not know what became of a call whose connection broke, timed out or was aborted', async () => {
    const abort = new AbortController();
    await using server = await serve((req, res) => {
      if (req.url?.endsWith('getMe')) res.destroy();
      if (req.url?.endsWith('getFile')) abort.abort();
    });
    const api = createBotApi({ token, apiBaseUrl: server.apiBaseUrl, timeoutMs: 5_000 });
    const maybe = (reason: string) => ({ ok: false, kind: 'network', sent: 'maybe', reason });

    expect(await api.call('getMe', {}, { result: me })).toEqual(maybe('ECONNRESET'));
    expect(await api.call('getWebhookInfo', {}, { result: me, timeoutMs: 20 })).toEqual(maybe('timeout'));
    expect(await api.call('getFile', { file_id: 'x' }, { result: me, signal: abort.signal })).toEqual(maybe('aborted'));
    expect(await api.call('getMe', {}, { result: me, signal: abort.signal })).toEqual({
      ...maybe('aborted'),
      sent: 'no',
    });
  });

  it('follows no redirect: the token is in the URL', async () => {
    let calls = 0;
    await using server = await serve((req, res) => {
      calls++;
      res.writeHead(307, { location: `http://127.0.0.1${req.url ?? ''}` }).end();
    });
    const api = createBotApi({ token, apiBaseUrl: server.apiBaseUrl, timeoutMs: 5_000 });
    const answer = await api.call('getMe', {}, { result: me });
    expect(answer).toEqual({ ok: false, kind: 'network', sent: 'maybe', reason: 'unreadable' });
    expect(calls).toBe(1);
  });
});

it.each([
  { text: '4242:AAF', id: '4242' },
  { text: '4242', id: undefined },
  { text: 'x4242:AAF', id: undefined },
])('the bot of "$text" is $id', ({ text, id }) => {
  expect(botIdOf(text)).toBe(id);
});
