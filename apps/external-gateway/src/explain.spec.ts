import type { PlatformRequest } from '@trunkline/events';
import { describe, expect, it } from 'vitest';
import { externalExplain } from './explain.ts';
import { readyEntry } from './testing/ready-entry.ts';

const { verify, read } = externalExplain({ now: () => 1_700_000_000_000 });
const request = (body: unknown, headers: PlatformRequest['headers'] = {}): PlatformRequest => ({
  ...{ body: typeof body === 'string' ? body : JSON.stringify(body), query: '', headers },
});
const event = (event_id: string) => ({ event_id, instance_id: 'i-1', thread: { path: ['room'] }, content: 'hi' });

describe('what an external connector would make of a post', () => {
  it('is the event that it would store, or those of a batch', async () => {
    expect(await read(request(event('e1')), readyEntry())).toMatchObject([
      { outcome: 'event', event: { id: 'e1', data: { content: { text: 'hi' } } }, notes: [] },
    ]);
    const batch = { events: [event('e1'), { event_id: 'e2' }] };
    expect(await read(request(batch), readyEntry())).toMatchObject([
      { outcome: 'event' },
      { outcome: 'refused', event_id: 'e2', code: 'payload_invalid' },
    ]);
  });

  it.each([
    { because: 'no JSON', body: '{' },
    { because: 'no id', body: { instance_id: 'i' } },
  ])('is a refusal for $because', async ({ body }) => {
    expect(await read(request(body), readyEntry())).toMatchObject([{ outcome: 'refused', reason: expect.any(String) }]);
  });

  it('says whether its token lets it in', () => {
    const bearing = (token: string) => request({}, { authorization: [`Bearer ${token}`] });
    expect(verify(bearing('right-token'), readyEntry())).toMatchObject({ ok: true });
    expect(verify(bearing('wrong'), readyEntry())).toEqual({ ok: false, reason: 'bearer_mismatch' });
  });
});
