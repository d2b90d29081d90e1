import type { Bucket } from '@trunkline/bus';
import type { PlatformRequest } from '@trunkline/events';
import { bindingKey } from '@trunkline/sessions';
import { describe, expect, it } from 'vitest';
import { slackExplain } from './explain.ts';
import { readyEntry } from './testing/ready-entry.ts';
import { signed } from './testing/sign.ts';

const bound = new Set<string>();
const bucket = { get: async (key: string) => (bound.has(key) ? { key, value: {}, revision: 1 } : undefined) };
const { verify, read } = slackExplain({
  bus: { bucket: <T>() => bucket as unknown as Bucket<T> },
  identities: { idsFor: async () => ({ users: new Set(['U0BOT']), bots: new Set() }) },
  now: Date.now,
});
const request = (body: string, more: Partial<PlatformRequest> = {}): PlatformRequest => ({
  ...{ body, query: '', headers: body.startsWith('{') ? { 'content-type': ['application/json'] } : {} },
  ...more,
});

const message = (fields: object = {}) =>
  JSON.stringify({
    ...{ type: 'event_callback', api_app_id: 'A1', team_id: 'T1', event_id: 'Ev1' },
    event: { type: 'message', channel: 'C1', user: 'U1', text: 'hi', ts: '1.1', channel_type: 'channel', ...fields },
  });

describe('what a slack connector would make of a payload', () => {
  it('is the event that it would store', async () => {
    expect(await read(request(message()), readyEntry())).toMatchObject([
      { outcome: 'event', event: { source: '/connectors/slack/support', data: { content: { text: 'hi' } } } },
    ]);
  });

  it('knows commands by their form, without being told', async () => {
    const form = new URLSearchParams({ command: '/ask', text: 'x', channel_id: 'C1', user_id: 'U1', team_id: 'T1' });
    expect(await read(request(form.toString()), readyEntry())).toMatchObject([
      { outcome: 'event', event: { type: 'trunkline.command.invoked' } },
    ]);
  });

  it.each([
    { because: 'no JSON', body: '{', code: 'payload_unreadable' },
    { because: 'a check of the URL', body: '{"type":"url_verification","challenge":"c"}', code: 'url_verification' },
    { because: 'a bot of ours', body: message({ user: 'U0BOT' }), code: expect.any(String) },
  ])('is nothing for $because, and why', async ({ body, code }) => {
    expect(await read(request(body), readyEntry())).toMatchObject([{ outcome: 'ignored', code }]);
  });

  it('looks whether the bot takes part in the thread already', async () => {
    const entry = readyEntry({ require_mention: true });
    const inThread = request(message({ thread_ts: '1.0', ts: '1.2' }));
    expect(await read(inThread, entry)).toMatchObject([{ outcome: 'ignored', code: 'not_mentioned' }]);
    bound.add(bindingKey('slack:support:team:T1:C1:1.0'));
    expect(await read(inThread, entry)).toMatchObject([{ outcome: 'event' }]);
  });

  it('says whether its signature lets it in', () => {
    const body = message();
    const flat = signed(body);
    const headers: Record<string, string[]> = {};
    for (let at = 0; at < flat.length; at += 2) headers[flat[at]!.toLowerCase()] = [flat[at + 1]!];
    expect(verify(request(body, { headers }), readyEntry())).toMatchObject({ ok: true });
    expect(verify(request(`${body} `, { headers }), readyEntry())).toMatchObject({ reason: 'signature_mismatch' });
  });
});
