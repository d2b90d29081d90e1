import type { PlatformRequest } from '@trunkline/events';
import { describe, expect, it } from 'vitest';
import { httpExplain } from './explain.ts';
import { readyEntry } from './testing/ready-entry.ts';

const now = () => 1_700_000_000_000;
const { verify, read } = httpExplain({ now, random: () => 0.5 });
const request = (body: unknown, more: Partial<PlatformRequest> = {}): PlatformRequest => ({
  ...{ body: typeof body === 'string' ? body : JSON.stringify(body), query: '' },
  headers: { 'content-type': ['application/json'] },
  ...more,
});

describe('what an http connector would make of a post', () => {
  it('is the event that it would store, with what else decides', async () => {
    const [event] = await read(
      request({ content: 'hi', binding_keys: ['order-1'] }),
      readyEntry({ bearer_token: 't' }),
    );
    expect(event).toMatchObject({
      outcome: 'event',
      event: { source: '/connectors/http/hook', subject: 'order-1', data: { content: { text: 'hi' } } },
      idempotent: false,
      notes: [expect.stringContaining('idempotency key')],
    });
  });

  it.each([
    { because: 'no JSON', body: '{', fields: {}, code: 'body_invalid' },
    { because: 'a misspelt field', body: { contnet: 'x' }, fields: {}, code: 'payload_invalid' },
    { because: 'no place', body: { content: 'x' }, fields: {}, code: 'session_unresolvable' },
  ])('is a refusal for $because', async ({ body, fields, code }) => {
    expect(await read(request(body), readyEntry({ bearer_token: 't', ...fields }))).toMatchObject([
      { outcome: 'refused', code },
    ]);
  });

  it('is ignored where the mapping says so, and several events for a batch', async () => {
    const ignoring = readyEntry({ payload_format: 'raw', mapping: { ignore_if: 'true' } });
    expect(await read(request({}), ignoring)).toMatchObject([{ outcome: 'ignored' }]);
    const cloudevent = { specversion: '1.0', type: 't', source: '/s' };
    const batch = request(
      [
        { ...cloudevent, id: '1' },
        { ...cloudevent, id: '2' },
      ],
      {
        headers: { 'content-type': ['application/cloudevents-batch+json'] },
      },
    );
    expect(await read(batch, readyEntry({ payload_format: 'cloudevents' }))).toMatchObject([
      { outcome: 'event' },
      { outcome: 'event' },
    ]);
  });

  it('says whether its proof lets it in', () => {
    const entry = readyEntry({ bearer_token: 'right', allow_unauthenticated_ingress: false });
    const bearing = (token: string) => request({}, { headers: { authorization: [`Bearer ${token}`] } });
    expect(verify(bearing('right'), entry)).toMatchObject({ ok: true });
    expect(verify(bearing('wrong'), entry)).toEqual({ ok: false, reason: 'bearer_mismatch' });
    expect(verify(request({}), readyEntry())).toBeUndefined();
  });
});
