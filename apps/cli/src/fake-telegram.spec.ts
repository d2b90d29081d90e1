import { PassThrough } from 'node:stream';
import { parseConnectorsFile } from '@trunkline/config';
import { waitFor } from '@trunkline/testing';
import { describe, expect, it } from 'vitest';
import { fakeTelegram } from './fake-telegram.ts';

function run(flags: { webhookUrl?: string; secret?: string } = {}) {
  const out: string[] = [];
  const stop = new AbortController();
  const input = new PassThrough();
  const terminal = { out: (line: string) => void out.push(line), err: () => {}, json: false };
  const ended = fakeTelegram({ port: 0, ...flags }, { terminal, signal: stop.signal, input });
  const api = async (method: string, args: Record<string, string> = {}) => {
    const [, token = ''] = /bot_token = "(.+)"/.exec(out[0] ?? '') ?? [];
    const [, url = ''] = /api_base_url = "(.+)"/.exec(out[0] ?? '') ?? [];
    const answer = await fetch(`${url}/bot${token}/${method}`, { method: 'POST', body: new URLSearchParams(args) });
    // What there is depends on the method: a list of updates, or one thing with fields.
    return (await answer.json()) as { result: { url?: string; [index: number]: object } };
  };
  const started = waitFor(() => out.length > 0, { what: 'the connector' });
  return { out, input, api, started, end: () => (stop.abort(), ended) };
}

describe('trunkline fake telegram', () => {
  it('hands lines to the bot, shows what the bot sends, and ends when it is told to', async () => {
    const { out, input, api, started, end } = run();
    await started;
    input.write('hello\n');
    const update = await waitFor(async () => (await api('getUpdates')).result[0], { what: 'the update' });
    expect(update).toMatchObject({ message: { text: 'hello', chat: { id: 1001, first_name: 'You' } } });
    await api('sendMessage', { chat_id: '1001', text: 'hi there' });
    await api('sendMessage', { chat_id: '99', text: 'lost' });
    expect(out.slice(1)).toEqual([
      'sendMessage  chat 1001  hi there',
      'sendMessage  chat 99  lost  refused: Bad Request: chat not found',
    ]);
    await end();
  });

  it.each([
    { flags: {}, mode: 'polling' },
    { flags: { webhookUrl: 'http://127.0.0.1:9/hook', secret: 's3cret' }, mode: 'webhook' },
    { flags: { webhookUrl: 'http://127.0.0.1:9/hook' }, mode: 'webhook' },
  ])('prints a connector that is valid as it is: $mode', async ({ flags, mode }) => {
    const { out, api, started, end } = run(flags);
    await started;
    const parsed = parseConnectorsFile(out[0] ?? '', 'connectors.toml');
    expect(parsed).toMatchObject({ connectors: [{ name: 'fake', ingress_mode: mode }] });
    await waitFor(async () => (await api('getWebhookInfo')).result.url === (flags.webhookUrl ?? ''), {
      what: 'the webhook',
    });
    await end();
  });
});
