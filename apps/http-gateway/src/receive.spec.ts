import { readEvent } from '@trunkline/events';
import { createAuthFailures } from '@trunkline/gateway-kit';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemCodes } from '@trunkline/errors';
import { readyEntry } from './testing/ready-entry.ts';
import { receivingApp, type ClientRequest } from './testing/receiving-app.ts';

const json = ['content-type', 'application/json'];
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const entries = [
  readyEntry({ default_binding_keys: ['lobby'] }),
  readyEntry({ name: 'signed', signing_secret: secret }),
  readyEntry({ name: 'bearer', bearer_token: 'right-token', require_idempotency_key: true }),
  readyEntry({
    name: 'raw',
    payload_format: 'raw',
    mapping: { content: '{{ body.a }}{{ query.q }}', ignore_if: '{{ body.skip }}' },
  }),
  readyEntry({
    name: 'events',
    payload_format: 'cloudevents',
    bearer_token: 'right-token',
    ingress_events_per_second: 5,
  }),
  { ...readyEntry({ name: 'off' }), state: 'disabled' as const },
  { ...readyEntry({ name: 'broken' }), state: 'degraded' as const, reason: 'bearer_token: missing' },
];
const at = (name: string, query = '') => `/v1/connectors/http/${name}${query}`;

let app: Awaited<ReturnType<typeof receivingApp>>;
beforeAll(async () => {
  app = await receivingApp(entries);
});
afterAll(() => app[Symbol.asyncDispose]());

async function code(request: ClientRequest): Promise<unknown> {
  const answer = await app.send(request);
  return answer.headers['content-type'] === 'application/problem+json' ? answer.json()['code'] : answer.status;
}

const mib = 1024 * 1024;

describe('the order of checks', () => {
  it.each([
    {
      path: at('nobody'),
      body: 'x'.repeat(3 * mib),
      is: 'connector_not_found',
      because: 'the connector before the size',
    },
    { path: at('off'), body: '{}', is: 'connector_disabled', because: 'switched off' },
    { path: at('broken'), body: '{}', is: 'connector_degraded', because: 'cannot work' },
    {
      path: at('bearer'),
      body: 'x'.repeat(2 * mib + 1),
      is: 'body_too_large',
      because: 'the size before authentication',
    },
    { path: at('bearer'), body: 'x'.repeat(2 * mib), is: 'unauthenticated', because: 'authentication before parsing' },
    {
      path: at('bearer'),
      headers: ['authorization', 'Bearer right-token', ...json],
      body: '{',
      is: 'body_invalid',
      because: 'parsing before the schema',
    },
    {
      path: at('bearer'),
      headers: ['authorization', 'Bearer right-token', ...json],
      body: '{"x":1}',
      is: 'payload_invalid',
      because: 'the schema before idempotency',
    },
    {
      path: at('bearer'),
      headers: ['authorization', 'Bearer right-token', ...json],
      body: '{}',
      is: 'idempotency_key_required',
      because: 'idempotency before the session',
    },
    {
      path: at('bearer'),
      headers: ['authorization', 'Bearer right-token', 'idempotency-key', '1', ...json],
      body: '{}',
      is: 'session_unresolvable',
      because: 'the session before the store',
    },
    { path: '/v1/connectors/http/hook/nothing', body: '{}', is: 'not_found', because: 'no such route' },
    { method: 'GET', is: 'method_not_allowed', because: 'events are posted' },
    { method: 'PUT', body: '{}', is: 'method_not_allowed', because: 'events are posted' },
    {
      headers: ['content-encoding', 'gzip', ...json],
      body: '{}',
      is: 'unsupported_media_type',
      because: 'signatures cover plain bytes',
    },
  ])('$because: $is', async ({ because: _because, is, ...request }) => {
    const before = app.emitted.length;
    expect(await code(request)).toBe(is);
    expect(app.emitted).toHaveLength(before);
  });

  it('answers HEAD as the GET that is not there', async () => {
    const answer = await app.send({ method: 'HEAD' });
    expect(answer).toMatchObject({ status: 405, text: '', headers: { allow: 'POST, OPTIONS' } });
  });
});

describe('authentication', () => {
  it('accepts what standardwebhooks signed, and the id of the delivery is the id of the event', async () => {
    const body = JSON.stringify({ binding_keys: ['k'], content: 'hi' });
    const now = new Date();
    const headers = [
      'webhook-id',
      'msg_7',
      'webhook-timestamp',
      String(Math.floor(now.getTime() / 1000)),
      'webhook-signature',
      new Webhook(secret).sign('msg_7', now, body),
      ...json,
    ];
    expect(await app.send({ path: at('signed'), headers, body })).toMatchObject({
      status: 202,
      headers: { location: `${at('signed')}/events/msg_7` },
    });
    expect(await code({ path: at('signed'), headers, body: `${body} ` })).toBe('unauthenticated');
    expect(await code({ path: at('signed'), headers: [...headers, 'webhook-signature', 'v1,x'], body })).toBe(
      'unauthenticated',
    );
  });

  it('asks for the right scheme and tells nothing else', async () => {
    const [missing, wrong] = await Promise.all([
      app.send({ path: at('bearer') }),
      app.send({ path: at('bearer'), headers: ['authorization', 'Bearer wrong-token'] }),
    ]);
    expect(missing.headers['www-authenticate']).toBe('Bearer');
    expect(wrong.text).toBe(missing.text);
  });

  it('limits failures by address, and lets the right secret through all the same', async () => {
    await using limited = await receivingApp(entries, { failures: createAuthFailures({ now: Date.now, burst: 2 }) });
    const wrong = () => limited.send({ path: at('bearer'), headers: ['authorization', 'Bearer wrong-token'] });
    const [first, second, third] = [await wrong(), await wrong(), await wrong()];
    expect([first.status, second.status, third.status]).toEqual([401, 401, 429]);
    expect(third.headers['retry-after']).toMatch(/^\d+$/);
    const right = {
      path: at('bearer'),
      headers: ['authorization', 'Bearer right-token', 'idempotency-key', 'a', ...json],
      body: '{"session_id":"s"}',
    };
    expect((await limited.send(right)).status).toBe(202);
  });

  it('takes ?access_token= for CloudEvents only, and hides it from the event', async () => {
    const event = JSON.stringify({ specversion: '1.0', id: '1', source: '/s', type: 't' });
    const headers = ['content-type', 'application/cloudevents+json'];
    expect(await code({ path: at('events', '?access_token=right-token'), headers, body: event })).toBe(202);
    expect(await code({ path: at('events', '?access_token=wrong'), headers, body: event })).toBe('unauthenticated');
    expect(await code({ path: at('bearer', '?access_token=right-token'), headers: json, body: '{}' })).toBe(
      'unauthenticated',
    );
  });
});

describe('what is emitted', () => {
  it('bears the trace of the caller, the rate of the connector and the wait it asked for', async () => {
    const trace = '0af7651916cd43dd8448eb211c80319c';
    const headers = ['traceparent', `00-${trace}-b7ad6b7169203331-01`, 'prefer', 'respond-async, wait=7', ...json];
    const answer = await app.send({ headers, body: '{"content":"x"}' });
    expect(answer.headers['preference-applied']).toBe('wait=7');
    const { request } = app.emitted.at(-1)!;
    expect(request).toMatchObject({ waitMs: 7000, idempotent: false, limit: { key: 'http/hook', rate: 60 } });
    expect(request.event.traceparent).toContain(trace);
  });

  it('waits at most 30 s, and as configured when nothing else is asked', async () => {
    await app.send({ headers: ['prefer', 'wait=9999', ...json], body: '{}' });
    expect(app.emitted.at(-1)?.request.waitMs).toBe(30_000);
    await app.send({ headers: ['prefer', 'wait=0', ...json], body: '{}' });
    expect(app.emitted.at(-1)?.request.waitMs).toBe(0);
    await app.send({ headers: ['prefer', 'wait=soon', ...json], body: '{}' });
    expect(app.emitted.at(-1)?.request.waitMs).toBe(2000);
  });

  it('is nothing for an ignored payload, which is noted', async () => {
    const before = app.emitted.length;
    const answer = await app.send({ path: at('raw'), headers: json, body: '{"skip":true}' });
    expect(answer.status).toBe(200);
    expect(answer.json()).toMatchObject({ status: 'ignored' });
    expect(app.emitted).toHaveLength(before);
    expect(app.ledger.at(-1)).toMatchObject([
      'tl.ledger.ignored.http.raw',
      { reason: { code: 'ignore_if' }, connector: { name: 'raw' } },
    ]);
  });

  it('logs one line without payload, query or secrets', async () => {
    await app.send({
      path: at('raw', '?q=private'),
      headers: ['authorization', 'Bearer private', ...json],
      body: '{"a":"private"}',
    });
    expect(Object.keys(app.logged.at(-1)!)).toEqual([
      'connector',
      'status',
      'outcome',
      'event_id',
      'why',
      'ms',
      'trace_id',
    ]);
    expect(JSON.stringify(app.logged.at(-1))).not.toContain('private');
  });
});

describe('answers', () => {
  const receipt = { event_id: '1', status: 'accepted' as const, session_id: 's', turn_id: 't', seq: 1 };
  const rejected = (rejection: string) => ({
    ...receipt,
    status: 'rejected' as const,
    code: rejection,
    reason: 'because',
  });
  it.each([
    {
      outcome: { outcome: 'routed', receipt },
      status: 200,
      body: { status: 'accepted', session_id: 's', turn_id: 't', run_id: 't' },
    },
    { outcome: { outcome: 'stored' }, status: 202, body: { status: 'accepted' } },
    { outcome: { outcome: 'duplicate', receipt }, status: 200, body: { status: 'duplicate', session_id: 's' } },
    { outcome: { outcome: 'conflict', receipt }, status: 409, body: { code: 'idempotency_conflict', session_id: 's' } },
    { outcome: { outcome: 'rate_limited', retryAfterMs: 100 }, status: 429, body: { code: 'rate_limited' } },
    { outcome: { outcome: 'bus_unavailable', retryAfterMs: 100 }, status: 503, body: { code: 'bus_unavailable' } },
    {
      outcome: { outcome: 'rejected', receipt: rejected('session_missing'), repeated: false },
      status: 404,
      body: { code: 'session_missing' },
    },
    {
      outcome: { outcome: 'rejected', receipt: rejected('session_policy_conflict'), repeated: false },
      status: 409,
      body: { code: 'session_policy_conflict' },
    },
    {
      outcome: { outcome: 'rejected', receipt: rejected('binding_conflict'), repeated: false },
      status: 409,
      body: { code: 'binding_conflict' },
    },
    {
      outcome: { outcome: 'rejected', receipt: rejected('session_unresolvable'), repeated: false },
      status: 400,
      body: { code: 'session_unresolvable' },
    },
    {
      outcome: { outcome: 'rejected', receipt: rejected('poison'), repeated: false },
      status: 422,
      body: { code: 'routing_rejected', reason: 'poison' },
    },
  ] as const)('$outcome.outcome $body.code: $status', async ({ outcome, status, body }) => {
    app.answerWith(outcome);
    const answer = await app.send({ headers: json, body: '{}' });
    app.answerWith({ outcome: 'stored' });
    expect(answer.status).toBe(status);
    expect(answer.json()).toMatchObject(body);
    if (status === 429 || status === 503) expect(answer.headers['retry-after']).toBe('1');
  });
});

describe('CloudEvents', () => {
  const headers = ['authorization', 'Bearer right-token', 'content-type', 'application/cloudevents-batch+json'];
  const event = (id: string) => ({ specversion: '1.0', id, source: '/s', type: 't' });
  const post = (events: unknown) => app.send({ path: at('events'), headers, body: JSON.stringify(events) });

  it('answers a batch with a result for each event', async () => {
    const answer = await post([event('1'), { id: 'x' }, event('3')]);
    expect(answer.status).toBe(200);
    expect(answer.json()).toMatchObject({
      results: [
        { event_id: '/s 1', status: 'accepted' },
        { status: 'error', code: 'payload_invalid' },
        { event_id: '/s 3', status: 'accepted' },
      ],
    });
    expect((await post([])).json()).toEqual({ results: [] });
    expect((await post([{ id: 'x' }])).status).toBe(400);
  });

  it('stops at the first event that has to come again, so that none overtakes it', async () => {
    app.answerWith({ outcome: 'rate_limited', retryAfterMs: 2500 });
    const before = app.emitted.length;
    const answer = await post([event('1'), event('2')]);
    app.answerWith({ outcome: 'stored' });
    expect(answer).toMatchObject({ status: 429, headers: { 'retry-after': '3' } });
    expect(answer.json()).toMatchObject({ results: [{ status: 'rate_limited' }, { status: 'error' }] });
    expect(app.emitted).toHaveLength(before + 1);
  });

  it('shakes hands, for connectors of that format only', async () => {
    const asking = ['webhook-request-origin', 'emitter.example.com'];
    const granted = await app.send({ path: at('events'), method: 'OPTIONS', headers: asking });
    expect(granted).toMatchObject({
      status: 200,
      headers: { 'webhook-allowed-origin': 'emitter.example.com', 'webhook-allowed-rate': '300' },
    });
    expect((await app.send({ method: 'OPTIONS', headers: asking })).headers).not.toHaveProperty(
      'webhook-allowed-origin',
    );
  });
});

describe('any request', () => {
  const names = [
    'content-type',
    'idempotency-key',
    'prefer',
    'traceparent',
    'authorization',
    'webhook-id',
    'ce-id',
    'ce-specversion',
    'expect',
    'x-forwarded-for',
  ];
  const value = fc.oneof(
    fc.constantFrom(
      'application/json',
      'application/cloudevents+json',
      'Bearer right-token',
      '"',
      'wait=1',
      '1.0',
      'text/plain',
    ),
    fc.string({ unit: fc.constantFrom(...'aZ0 ",;=%\\'), maxLength: 20 }),
  );
  const headers = fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 6 }).map((pairs) => pairs.flat());
  const deep = fc.integer({ min: 1, max: 100_000 }).map((depth) => '['.repeat(depth) + ']'.repeat(depth));
  const body = fc.oneof(
    fc.json(),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    deep,
    fc.constant('{"__proto__":{"a":1}}'),
    fc.constant('{"content":"x"}'),
  );
  const path = fc.constantFrom('hook', 'signed', 'bearer', 'raw', 'events').map((name) => at(name));

  it('is stored whole or answered with a published problem: never a crash, never a half event', async () => {
    const started = app.emitted.length;
    await fc.assert(
      fc.asyncProperty(path, headers, body, async (to, sent, content) => {
        const before = app.emitted.length;
        const answer = await app.send({
          path: to,
          headers: sent.filter((_, index) => sent[index - (index % 2)] !== 'expect'),
          body: content,
        });
        if (answer.status >= 400 && answer.headers['content-type'] === 'application/problem+json') {
          expect(Object.keys(problemCodes)).toContain(answer.json()['code']);
          expect(app.emitted).toHaveLength(before);
        }
        expect(answer.status).toBeLessThan(500);
      }),
      { numRuns: 500 },
    );
    for (const { request } of app.emitted.slice(started))
      expect(readEvent(JSON.parse(JSON.stringify(request.event))).ok).toBe(true);
    expect(app.errors).toEqual([]);
  });

  it('survives a depth bomb of the full size', async () => {
    const bomb = '['.repeat(2 * mib);
    expect(await code({ headers: json, body: bomb })).toBe('body_invalid');
    expect(await code({ path: at('raw'), headers: json, body: bomb })).toBe('body_invalid');
  });
});
