import { secretOf } from '@trunkline/secrets';
import { startFakeSlack, waitFor, type FakeSlack } from '@trunkline/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSlackApi } from './web-client.ts';

let slack: FakeSlack;
beforeEach(async () => {
  slack = await startFakeSlack({ echo: false });
});
afterEach(() => slack[Symbol.asyncDispose]());

const api = createSlackApi();
const account = () => ({ baseUrl: slack.apiUrl, token: secretOf(slack.install.bot_token) });
const post = (channel: string) => ({ method: 'chat.postMessage', args: { channel, text: 'x' } });

it('says at once how long one channel has to wait, and holds up no other', async () => {
  const as = account();
  slack.faults.add({
    method: 'chat.postMessage',
    times: Infinity,
    when: ({ args }) => args['channel'] === 'C0GENERAL',
    fault: { do: 'rate_limited', retryAfterSeconds: 3_600 },
  });
  expect(await api({ ...as, ...post('C0GENERAL') })).toEqual({ kind: 'rate_limited', afterMs: 3_600_000 });
  expect(await api({ ...as, ...post('C0RANDOM') })).toMatchObject({ kind: 'ok' });
});

it('holds up no channel while calls for another one hang', async () => {
  const as = account();
  const when = ({ args }: { args: Record<string, unknown> }) => args['channel'] === 'C0GENERAL';
  slack.faults.add({ method: 'chat.postMessage', times: Infinity, when, fault: { do: 'delay', ms: 60_000 } });
  const leave = new AbortController();
  const hanging = Array.from({ length: 150 }, () => api({ ...as, ...post('C0GENERAL'), signal: leave.signal }));
  await waitFor(() => slack.calls().length >= 100, { what: 'the calls that hang' });
  expect(await api({ ...as, ...post('C0RANDOM') })).toMatchObject({ kind: 'ok' });
  leave.abort();
  for (const answer of await Promise.all(hanging)) expect(answer.kind).toBe('lost');
});

it('makes a call once, whatever comes of it', async () => {
  slack.faults.add({ method: 'chat.postMessage', fault: { do: 'server_error' } });
  expect(await api({ ...account(), ...post('C0GENERAL') })).toEqual({ kind: 'http', status: 500 });
  slack.faults.add({ method: 'chat.postMessage', fault: { do: 'reset_after_commit' } });
  expect(await api({ ...account(), ...post('C0GENERAL') })).toMatchObject({ kind: 'lost' });
  expect(slack.calls('chat.postMessage')).toHaveLength(2);
});

it('stays at the configured API, whatever a method is called', async () => {
  const answer = await api({ ...account(), method: 'https://example.com/steal', args: {} });
  expect(answer.kind).not.toBe('ok');
  expect(answer).not.toMatchObject({ kind: 'not_sent' });
});
