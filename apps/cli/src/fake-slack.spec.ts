import { PassThrough } from 'node:stream';
import { parseConnectorsFile } from '@trunkline/config';
import { waitFor } from '@trunkline/testing';
import { describe, expect, it } from 'vitest';
import { fakeSlack, type FakeSlackFlags } from './fake-slack.ts';
import { startCli } from './testing/run-cli.ts';

function run(flags: Omit<FakeSlackFlags, 'port'> = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const stop = new AbortController();
  const input = new PassThrough();
  const terminal = {
    out: (line: string) => void out.push(line),
    err: (line: string) => void err.push(line),
    json: false,
  };
  const ended = fakeSlack({ port: 0, ...flags }, { terminal, signal: stop.signal, input });
  const value = (name: string) => new RegExp(`${name} = "(.+)"`).exec(out[0] ?? '')?.[1] ?? '';
  const api = async (method: string, args: Record<string, string>, token = value('bot_token')) => {
    const headers = { authorization: `Bearer ${token}` };
    const body = new URLSearchParams(args);
    const answer = await fetch(`${value('api_base_url')}/${method}`, { method: 'POST', headers, body });
    return (await answer.json()) as { messages: { text: string }[] };
  };
  const started = waitFor(() => out.length > 0, { what: 'the connector' });
  return { out, err, input, api, value, started, end: () => (stop.abort(), ended) };
}

describe('trunkline fake slack', () => {
  it('makes lines messages, shows what the app does, and ends when it is told to', async () => {
    const { out, input, api, started, end } = run();
    await started;
    input.write('hello\n');
    const read = async () => (await api('conversations.history', { channel: 'C0GENERAL' })).messages;
    await waitFor(async () => (await read()).length > 0, { what: 'the message' });
    expect((await read()).map(({ text }) => text)).toEqual(['hello']);
    await api('chat.postMessage', { channel: 'C0GENERAL', text: 'hi there' });
    await api('chat.postMessage', { channel: 'C0NOWHERE', text: 'lost' });
    expect(out.slice(1)).toEqual([
      'chat.postMessage  C0GENERAL  hi there',
      'chat.postMessage  C0NOWHERE  lost  refused: channel_not_found',
    ]);
    await end();
  });

  it('says so when nobody takes a command', async () => {
    const { err, input, started, end } = run({ eventsUrl: 'http://127.0.0.1:1/' });
    await started;
    input.write('/ask why\n');
    await waitFor(() => err.includes('The app did not take it: connection_failed.'), { what: 'the complaint' });
    await end();
  });

  it.each([
    { flags: {}, mode: 'socket_mode' },
    { flags: { eventsUrl: 'http://127.0.0.1:1/' }, mode: 'events_api' },
  ])('prints a connector that is valid as it is: $mode', async ({ flags, mode }) => {
    const { out, started, end } = run(flags);
    await started;
    const file = parseConnectorsFile(out[0] ?? '', 'connectors.toml');
    expect(file).toMatchObject({ connectors: [{ name: 'fake', ingress_mode: mode }] });
    await end();
  });

  it('runs as a process until Ctrl-C', async () => {
    const { process, out, ended } = startCli(['fake', 'slack', '--port', '0']);
    await waitFor(() => out().includes('[[slack_connectors]]'), { what: 'the connector', timeoutMs: 20_000 });
    process.kill('SIGINT');
    expect((await ended).code).toBe(0);
  });
});
