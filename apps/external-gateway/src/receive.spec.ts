import { Secret } from '@trunkline/secrets';
import { describe, expect, it } from 'vitest';
import { bodyLimit } from './receive.ts';
import { readyEntry } from './testing/ready-entry.ts';
import { receivingApp } from './testing/receiving-app.ts';
import { assetLimit } from './upload-asset.ts';

const mebibyte = 1024 * 1024;
const event = (fields: object = {}) => ({
  instance_id: 'i-1',
  event_id: 'e-1',
  thread: { path: ['a', 'b'] },
  ...fields,
});
const results = (json: Record<string, unknown>) => json['results'] as Record<string, unknown>[];

/** An event whose whole body is exactly so long. Content and metadata alone may not be: unknown fields are ignored. */
function bodyOf(bytes: number): string {
  const frame = JSON.stringify(event({ padding: '' })).length;
  return JSON.stringify(event({ padding: 'x'.repeat(bytes - frame) }));
}

describe('POST /events', () => {
  it.each([
    { because: 'version 2', fields: { protocol_version: 2 } },
    { because: 'version 1 is still accepted', fields: { protocol_version: 1 } },
    { because: 'no version is 2', fields: { protocol_version: null } },
    { because: 'fields that we do not know may come', fields: { future: { deep: [1] } } },
    { because: 'content of 1 MiB', fields: { content: 'x'.repeat(mebibyte) } },
    { because: '64 items', fields: { input_items: Array(64).fill({ type: 'text', text: 'x' }) } },
    { because: '10 attachments', fields: { attachments: Array(10).fill({ type: 'asset_reference', asset_id: 'a' }) } },
    {
      because: 'an inline asset of 1 MiB, decoded',
      fields: {
        input_items: [
          { type: 'inline_asset', file_name: 'f', content_base64: Buffer.alloc(mebibyte).toString('base64') },
        ],
      },
    },
    {
      because: 'null is the same as absent',
      fields: {
        fingerprint: null,
        occurred_at_ms: null,
        actor_id: null,
        source_kind: null,
        intent: null,
        relation: null,
        routing_key: null,
        content: null,
        input_items: null,
        attachments: null,
        reply_route: null,
        metadata: null,
      },
    },
    { because: 'a routing key stands for a thread', fields: { thread: null, routing_key: 'r' } },
  ])('takes an event: $because', async ({ fields }) => {
    await using app = await receivingApp([readyEntry()]);
    const { status, json } = await app.send('events', event(fields));
    expect([status, json['status']]).toEqual([202, 'accepted']);
    expect(app.emitted).toHaveLength(1);
  });

  it.each([
    { because: 'version 3', fields: { protocol_version: 3 }, code: 'unsupported_protocol_version' },
    { because: 'a version is a number', fields: { protocol_version: '2' }, code: 'unsupported_protocol_version' },
    {
      because: 'one byte more than 1 MiB of content',
      fields: { content: 'x'.repeat(mebibyte + 1) },
      code: 'payload_invalid',
    },
    {
      because: 'bytes count, not characters',
      fields: { content: `é${'x'.repeat(mebibyte - 1)}` },
      code: 'payload_invalid',
    },
    {
      because: '65 items',
      fields: { input_items: Array(65).fill({ type: 'text', text: 'x' }) },
      code: 'payload_invalid',
    },
    { because: '11 attachments', fields: { attachments: Array(11).fill({ asset_id: 'a' }) }, code: 'payload_invalid' },
    {
      because: 'one byte more than 1 MiB inline',
      fields: { attachments: [{ file_name: 'f', content_base64: Buffer.alloc(mebibyte + 1).toString('base64') }] },
      code: 'payload_invalid',
    },
    { because: 'neither thread nor routing key', fields: { thread: null }, code: 'session_unresolvable' },
    { because: 'an empty thread is none', fields: { thread: { path: [] } }, code: 'session_unresolvable' },
    { because: 'our own metadata', fields: { metadata: { 'trunkline.x': 1 } }, code: 'payload_invalid' },
    { because: 'an event without an instance', fields: { instance_id: null }, code: 'payload_invalid' },
  ])('rejects for good, with 200: $because', async ({ fields, code }) => {
    await using app = await receivingApp([readyEntry()]);
    const { status, json } = await app.send('events', event(fields));
    expect([status, json['status'], json['code'], json['event_id']]).toEqual([200, 'rejected', code, 'e-1']);
    expect(app.emitted).toHaveLength(0);
    expect(app.ledger).toMatchObject([{ event_id: 'e-1', reason: { code } }]);
    if (code === 'unsupported_protocol_version') expect(json['reason']).toContain('unsupported protocol_version');
  });

  it.each([
    { because: 'no JSON', body: '{', status: 400, code: 'body_invalid' },
    { because: 'no object', body: '[]', status: 400, code: 'payload_invalid' },
    { because: 'no event id', body: { instance_id: 'i-1' }, status: 400, code: 'payload_invalid' },
    { because: 'one byte more than 2 MiB', body: bodyOf(bodyLimit + 1), status: 413, code: 'body_too_large' },
  ])('answers with a problem document: $because', async ({ body, status, code }) => {
    await using app = await receivingApp([readyEntry()]);
    const answer = await app.send('events', body);
    expect([answer.status, answer.type, answer.json['code']]).toEqual([status, 'application/problem+json', code]);
  });

  it('takes a body of exactly 2 MiB', async () => {
    await using app = await receivingApp([readyEntry()]);
    expect((await app.send('events', bodyOf(bodyLimit))).status).toBe(202);
  });

  it.each([
    { outcome: { outcome: 'rate_limited', retryAfterMs: 1500 }, status: 429, retryAfter: '2', code: 'rate_limited' },
    {
      outcome: { outcome: 'bus_unavailable', retryAfterMs: 2000 },
      status: 503,
      retryAfter: '2',
      code: 'bus_unavailable',
    },
    { outcome: { outcome: 'conflict' }, status: 409, retryAfter: null, code: 'idempotency_conflict' },
  ] as const)('answers $outcome.outcome with $status', async ({ outcome, status, retryAfter, code }) => {
    await using app = await receivingApp([readyEntry()]);
    app.answerWith(outcome);
    const answer = await app.send('events', event());
    expect([answer.status, answer.headers.get('retry-after'), answer.json['code']]).toEqual([status, retryAfter, code]);
  });

  it('names session, turn and run of what was routed', async () => {
    await using app = await receivingApp([readyEntry()]);
    const receipt = { event_id: 'e-1', status: 'accepted', session_id: 's', turn_id: 't', seq: 1 } as const;
    app.answerWith({ outcome: 'routed', receipt }, { outcome: 'duplicate', receipt });
    const ids = { session_id: 's', turn_id: 't', run_id: 't' };
    expect((await app.send('events', event())).json).toEqual({ event_id: 'e-1', status: 'accepted', ...ids });
    expect((await app.send('events', event())).json).toEqual({ event_id: 'e-1', status: 'duplicate', ...ids });
  });
});

describe('who may call', () => {
  const replaced = (validUntil?: number) => new Secret('old-token', validUntil === undefined ? {} : { validUntil });
  it.each([
    { because: 'the token', token: 'right-token', status: 202 },
    { because: 'another', token: 'right-tokem', status: 401 },
    {
      because: 'a replaced one in its grace window',
      token: 'old-token',
      old: replaced(Date.now() + 60_000),
      status: 202,
    },
    { because: 'a replaced one after it', token: 'old-token', old: replaced(Date.now() - 1), status: 401 },
  ])('$because: $status', async ({ token, old, status }) => {
    const current = new Secret('right-token');
    await using app = await receivingApp([readyEntry({}, { shared_token: old ? [current, old] : [current] })]);
    const answer = await app.send('events', event(), { authorization: `Bearer ${token}` });
    expect(answer.status).toBe(status);
  });

  it('lets nobody in when what is configured is unusable', async () => {
    await using app = await receivingApp([readyEntry({}, { shared_token: [] })]);
    expect((await app.send('events', event())).status).toBe(401);
  });

  it('asks for nothing where nothing is configured, but for JSON', async () => {
    const open = readyEntry({ shared_token: undefined, allow_unauthenticated_ingress: true });
    await using app = await receivingApp([open]);
    expect((await app.send('events', event(), { authorization: '' })).status).toBe(202);
    expect((await app.send('events', event(), { 'content-type': 'text/plain' })).status).toBe(415);
  });
});

describe('a child process', () => {
  const child = readyEntry({ mode: 'child_process', base_url: 'http://127.0.0.1:9', child_process: { command: 'x' } });

  it('must be the one of the manifest', async () => {
    await using app = await receivingApp([child]);
    expect((await app.send('events', event())).status).toBe(202);
    const other = await app.send('events', event({ instance_id: 'i-2' }));
    expect(other.json).toMatchObject({ status: 'rejected', code: 'instance_mismatch' });
  });

  it('hears to come again while its manifest is not known', async () => {
    await using app = await receivingApp([child], { instanceOf: () => Promise.resolve(undefined) });
    const answer = await app.send('events', event());
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    const batch = await app.send('events/batch', { events: [event()] });
    expect(results(batch.json)).toMatchObject([{ status: 'error', retry_after_ms: 1000 }]);
  });

  it('is asked for no manifest when it is remote', async () => {
    await using app = await receivingApp([readyEntry()], { instanceOf: () => Promise.resolve(undefined) });
    expect((await app.send('events', event())).status).toBe(202);
  });
});

describe('POST /events/batch', () => {
  it.each([
    { because: 'none', count: 0, status: 400 },
    { because: 'one', count: 1, status: 200 },
    { because: '64', count: 64, status: 200 },
    { because: '65', count: 65, status: 400 },
  ])('takes 1 to 64 events: $because', async ({ count, status }) => {
    await using app = await receivingApp([readyEntry()]);
    const events = Array.from({ length: count }, (_, at) => event({ event_id: `e-${at}` }));
    const answer = await app.send('events/batch', { events });
    expect(answer.status).toBe(status);
    if (status === 200)
      expect(results(answer.json).map((it) => it['event_id'])).toEqual(events.map((it) => it.event_id));
  });

  it('tells of each event in its order, whatever becomes of the others', async () => {
    await using app = await receivingApp([readyEntry()]);
    const receipt = { event_id: 'd', status: 'accepted', session_id: 's', turn_id: 't', seq: 1 } as const;
    app.answerWith({ outcome: 'stored' }, { outcome: 'duplicate', receipt }, { outcome: 'conflict' });
    const events = [
      event({ event_id: 'a' }),
      7,
      event({ event_id: 'b', content: 5 }),
      event({ event_id: 'd' }),
      event({ event_id: 'e' }),
    ];
    const { json } = await app.send('events/batch', { protocol_version: 2, events });
    expect(results(json).map(({ event_id, status, code }) => [event_id, status, code])).toEqual([
      ['a', 'accepted', undefined],
      [null, 'rejected', 'payload_invalid'],
      ['b', 'rejected', 'payload_invalid'],
      ['d', 'duplicate', undefined],
      ['e', 'rejected', 'idempotency_conflict'],
    ]);
  });

  it('does not let an event overtake one of its conversation that has to come again', async () => {
    await using app = await receivingApp([readyEntry()]);
    app.answerWith({ outcome: 'rate_limited', retryAfterMs: 300 });
    const other = { thread: { path: ['a', 'c'] } };
    const events = [event({ event_id: '1' }), event({ event_id: '2' }), event({ event_id: '3', ...other })];
    const { json } = await app.send('events/batch', { events });
    expect(results(json)).toMatchObject([
      { event_id: '1', status: 'rate_limited', retry_after_ms: 300 },
      { event_id: '2', status: 'rate_limited', retry_after_ms: 300 },
      { event_id: '3', status: 'accepted' },
    ]);
    expect(app.emitted.map(({ event: { id } }) => id)).toEqual(['1', '3']);
  });

  it('rejects every event of a version that it does not speak', async () => {
    await using app = await receivingApp([readyEntry()]);
    const { json } = await app.send('events/batch', { protocol_version: 3, events: [event()] });
    expect(results(json)[0]).toMatchObject({ event_id: 'e-1', status: 'rejected' });
  });
});

describe('POST /assets', () => {
  it('keeps a file of 50 MiB under an id of its own, and no byte more', async () => {
    await using app = await receivingApp([readyEntry()]);
    const headers = { 'content-type': 'image/png' };
    const answer = await app.send('assets?file_name=..%2Fa.png', Buffer.alloc(assetLimit), headers);
    expect(answer.json).toMatchObject({ asset_id: expect.stringMatching(/^ast_/), byte_length: assetLimit });
    expect(app.uploaded).toMatchObject([{ mediaType: 'image/png', fileName: 'a.png', bytes: assetLimit }]);
    expect((await app.send('assets', Buffer.alloc(assetLimit + 1), headers)).status).toBe(413);
    expect((await app.send('assets', 'x', { authorization: 'Bearer wrong' })).status).toBe(401);
  });
});
