import { readdirSync, readFileSync } from 'node:fs';
import { readEvent, sha256Hex } from '@trunkline/events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileMapping } from './mapping.ts';
import { normalize, type Normalized } from './normalize.ts';
import { httpConnector } from './testing/http-connector.ts';

const deps = { now: () => Date.UTC(2026, 0, 2), random: () => 0.5 };
const folder = new URL('../fixtures/', import.meta.url);

interface Sent {
  connector?: object;
  authenticated?: boolean;
  headers?: Record<string, string | undefined>;
  query?: string;
  body: unknown;
}

function translate({ connector, authenticated = true, headers = {}, query = '', body }: Sent) {
  const config = httpConnector(connector);
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const distinct = Object.entries({ 'content-type': 'application/json', ...headers }).map(([name, value]) => [
    name,
    [value],
  ]);
  const request = {
    headers: Object.fromEntries(distinct),
    query: new URLSearchParams(query),
    body: Buffer.from(text),
    authenticated,
  };
  return normalize(request, { config, mapping: config.mapping && compileMapping(config.mapping) }, deps);
}

function single(sent: Sent): Normalized {
  const [result] = translate(sent).results;
  if (result === undefined) throw new Error('no result');
  return result;
}

/** The code of a refusal, or how the event is known. */
function verdict(sent: Sent): string {
  const result = single(sent);
  if (result.outcome === 'refused') return result.problem.code;
  return result.outcome === 'ignored' ? 'ignored' : 'accepted';
}

function event(sent: Sent) {
  const result = single(sent);
  if (result.outcome !== 'event') throw new Error(JSON.stringify(result));
  return result.draft;
}

describe('fixtures', () => {
  it.each(readdirSync(folder).filter((file) => file.endsWith('.request.json')))('%s', async (file) => {
    const { results } = translate(JSON.parse(readFileSync(new URL(file, folder), 'utf8')));
    for (const result of results) if (result.outcome === 'event') expect(readEvent(result.draft.event).ok).toBe(true);
    const shown = results.map((result) =>
      result.outcome === 'event'
        ? {
            event: result.draft.event,
            idempotent: result.draft.idempotent,
            assets: result.draft.assets.map(({ bytes, ...asset }) => ({ ...asset, sha256: sha256Hex(bytes) })),
          }
        : result,
    );
    await expect(`${JSON.stringify(shown, null, 2)}\n`).toMatchFileSnapshot(
      `../fixtures/${file.replace('.request.', '.event.')}`,
    );
  });
});

const bearer = { bearer_token: 't' };
const keyed = { binding_keys: ['k'] };

describe('what a native payload may hold', () => {
  it.each([
    { body: { ...keyed, content: 'x' }, code: 'accepted', because: 'the plainest event' },
    {
      body: { ...keyed, content: 'x', contents: 'y' },
      code: 'payload_invalid',
      because: 'an unknown field is a typing mistake',
    },
    { body: { content: 'x' }, code: 'session_unresolvable', because: 'nothing says where it belongs' },
    { body: { session_id: 's' }, code: 'accepted', because: 'a session id says where it belongs' },
    { body: { session_id: '..' }, code: 'payload_invalid', because: 'dots are no session id' },
    { body: { binding_keys: ['  '] }, code: 'payload_invalid', because: 'a blank key binds nothing' },
    {
      body: { ...keyed, input_items: [], content: '' },
      code: 'payload_invalid',
      because: 'two ways to say the content',
    },
    { body: { ...keyed, input_items: [{ type: 'text', text: 'x' }] }, code: 'accepted', because: 'one way to say it' },
    { body: { ...keyed, input_items: [{ type: 'audio' }] }, code: 'payload_invalid', because: 'an unknown item' },
    { body: { ...keyed, reply_plugin: 'slack' }, code: 'payload_invalid', because: 'a plugin without an address' },
    { body: { ...keyed, metadata: { 'trunkline.x': 1 } }, code: 'payload_invalid', because: 'a key that is ours' },
    { body: { ...keyed, metadata: { trunkline: 1 } }, code: 'accepted', because: 'a key that only looks like ours' },
    {
      body: { ...keyed, metadata: { x: 'y'.repeat(70_000) } },
      code: 'payload_invalid',
      because: 'metadata that fills a message',
    },
    { body: { ...keyed, relation: { kind: 'edit_of' } }, code: 'payload_invalid', because: 'a relation to nothing' },
    {
      body: { ...keyed, attachments: [{ url: 'javascript:alert(1)' }] },
      code: 'payload_invalid',
      because: 'no URL to fetch',
    },
    { body: { ...keyed, content: null }, code: 'payload_invalid', because: 'null is not absent' },
    { body: '[]', code: 'payload_invalid', because: 'a list is no payload' },
    { body: '{"a":', code: 'body_invalid', because: 'half a document' },
    { body: '{"__proto__":{"x":1},"content":"x"}', code: 'body_invalid', because: 'a key that reaches a prototype' },
    { body: `${'['.repeat(65)}${']'.repeat(65)}`, code: 'body_invalid', because: 'nested too deeply' },
  ])('$because: $code', ({ body, code }) => expect(verdict({ connector: bearer, body })).toBe(code));

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'refuses %s, which a web page may send without asking',
    (type) =>
      expect(verdict({ connector: bearer, headers: { 'content-type': type }, body: keyed })).toBe(
        'unsupported_media_type',
      ),
  );

  it('says which field is wrong, never what it holds', () => {
    const result = single({
      connector: bearer,
      body: { ...keyed, content: 5, metadata: { 'trunkline.secret-name': 1 }, hunter2: 1 },
    });
    expect(result).toMatchObject({ problem: { code: 'payload_invalid', detail: expect.stringContaining('content') } });
  });

  it('takes ten inline assets of one MiB, and no more', () => {
    const items = (count: number, bytes = 3) =>
      Array.from({ length: count }, (_, at) => ({
        type: 'inline_asset',
        file_name: `${at}.bin`,
        content_base64: Buffer.alloc(bytes, at).toString('base64'),
      }));
    expect(event({ connector: bearer, body: { ...keyed, input_items: items(10) } }).assets).toHaveLength(10);
    expect(verdict({ connector: bearer, body: { ...keyed, input_items: items(11) } })).toBe('payload_invalid');
    expect(verdict({ connector: bearer, body: { ...keyed, input_items: items(1, 1024 * 1024) } })).toBe('accepted');
    expect(verdict({ connector: bearer, body: { ...keyed, input_items: items(1, 1024 * 1024 + 1) } })).toBe(
      'payload_invalid',
    );
    const broken = [{ type: 'inline_asset', file_name: 'x', content_base64: 'a*==' }];
    expect(verdict({ connector: bearer, body: { ...keyed, input_items: broken } })).toBe('payload_invalid');
  });
});

describe('what an unauthenticated caller may not say', () => {
  const connector = { default_binding_keys: ['lobby'] };
  it.each([
    { field: { session_id: 's' } },
    { field: { binding_keys: ['k'] } },
    { field: { reply_targets: [{ type: 'http', url: 'https://example.com' }] } },
    { field: { reply_plugin: 'http', reply_address: 'https://example.com' } },
    { field: { attachments: [] } },
    { field: { input_items: [{ type: 'asset_reference', asset_id: 'a' }] } },
  ])('$field', ({ field }) => {
    expect(verdict({ connector, authenticated: false, body: { ...field } })).toBe('unauthenticated_field_refused');
  });

  it('text in input_items is no attachment', () => {
    const body = { input_items: [{ type: 'text', text: 'hi' }] };
    expect(event({ connector, authenticated: false, body }).event.subject).toBe('lobby');
  });
});

describe('reply targets', () => {
  const open = { ...bearer, allow_payload_reply_targets: true };
  const body = (target: object) => ({ ...keyed, reply_targets: [target] });
  it.each([
    {
      connector: bearer,
      target: { type: 'http', url: 'https://example.com' },
      code: 'reply_target_refused',
      because: 'not allowed here',
    },
    {
      connector: open,
      target: { type: 'http', url: 'https://example.com' },
      code: 'accepted',
      because: 'allowed here',
    },
    {
      connector: open,
      target: { type: 'http', url: 'https://example.com', connector: 'other' },
      code: 'reply_target_refused',
      because: "another connector's network rules",
    },
    {
      connector: open,
      target: { type: 'http', url: 'https://example.com', connector: '_' },
      code: 'payload_invalid',
      because: "the installation's network rules",
    },
    {
      connector: open,
      target: { type: 'http', url: 'ftp://example.com' },
      code: 'payload_invalid',
      because: 'not HTTP',
    },
    {
      connector: open,
      target: { type: 'http', url: 'https://example.com', headers: { Authorization: 'x' } },
      code: 'payload_invalid',
      because: 'a header with a secret',
    },
    {
      connector: open,
      target: { plugin: 'slack', address: '{"connector":"s","channel_id":"C1"}' },
      code: 'accepted',
      because: 'the raw form',
    },
    { connector: open, target: { plugin: 'fax', address: '{}' }, code: 'payload_invalid', because: 'no such plugin' },
  ])('$because: $code', ({ connector, target, code }) => expect(verdict({ connector, body: body(target) })).toBe(code));
});

describe('the id of an event', () => {
  const signed = { signing_secret: 'whsec_c2VjcmV0' };
  const id = (sent: Omit<Sent, 'body'> & { body?: object }) =>
    event({ connector: bearer, ...sent, body: { ...keyed, ...sent.body } });

  it.each([
    { sent: { headers: { 'idempotency-key': '"8e03"' } }, is: '8e03', because: 'a structured-field string' },
    { sent: { headers: { 'idempotency-key': '8e03' } }, is: '8e03', because: 'a bare token' },
    { sent: { body: { idempotency_key: 'k1' } }, is: 'k1', because: 'the field' },
    {
      sent: { headers: { 'idempotency-key': 'k1' }, body: { idempotency_key: 'k1' } },
      is: 'k1',
      because: 'both agree',
    },
    {
      sent: { connector: signed, headers: { 'webhook-id': 'msg_1' } },
      is: 'msg_1',
      because: 'the delivery id of the scheme',
    },
    {
      sent: { connector: signed, headers: { 'webhook-id': 'msg_1' }, body: { idempotency_key: 'k1' } },
      is: 'k1',
      because: 'the field wins',
    },
    {
      sent: { headers: { 'webhook-id': 'msg_1' } },
      is: '019b7c01-0400-7888-a888-888888888888',
      because: 'an unsigned header proves nothing',
    },
  ])('$because', ({ sent, is }) => expect(id(sent).event.id).toBe(is));

  it.each([
    { headers: { 'idempotency-key': 'a' }, body: { idempotency_key: 'b' }, because: 'header and field differ' },
    { headers: { 'idempotency-key': '' }, body: {}, because: 'an empty header' },
    { headers: { 'idempotency-key': '"  "' }, body: {}, because: 'a blank key' },
    { headers: {}, body: { idempotency_key: 'x'.repeat(256) }, because: 'too long' },
    { headers: {}, body: { idempotency_key: 'a\nb' }, because: 'two lines' },
  ])('refuses: $because', ({ headers, body }) => {
    expect(verdict({ connector: bearer, headers, body: { ...keyed, ...body } })).toBe('idempotency_key_invalid');
  });

  it('can be required', () => {
    const connector = { ...bearer, require_idempotency_key: true };
    expect(verdict({ connector, body: keyed })).toBe('idempotency_key_required');
    expect(verdict({ connector, body: { ...keyed, idempotency_key: 'x' } })).toBe('accepted');
  });

  it('tells a made-up id from one that a repeat would bear again', () => {
    expect(id({}).idempotent).toBe(false);
    expect(id({ body: { idempotency_key: 'x' } }).idempotent).toBe(true);
  });
});

describe('conversation and session', () => {
  const place = (connector: object, body: object) => {
    const { subject, partitionkey, data } = event({ connector: { ...bearer, ...connector }, body }).event;
    expect(partitionkey).toBe(subject);
    return [subject, data.session.fixed_session_id, data.requested_session_id, data.session.natural_session_id];
  };
  const natural = (key: string) => `http:hook:${sha256Hex(key).slice(0, 16)}`;

  it.each([
    {
      connector: {},
      body: { binding_keys: ['b', 'a'] },
      is: ['a', undefined, undefined, natural('a')],
      because: 'the first sorted key',
    },
    {
      connector: {},
      body: { session_id: 's', binding_keys: ['a'] },
      is: ['s', undefined, 's', natural('a')],
      because: 'a session id before keys',
    },
    {
      connector: { fixed_session_id: 'f' },
      body: { session_id: 's' },
      is: ['f', 'f', 's', undefined],
      because: 'the fixed session before all',
    },
    {
      connector: { default_binding_keys: ['d'] },
      body: {},
      is: ['d', undefined, undefined, natural('d')],
      because: 'default keys when none are named',
    },
    {
      connector: { default_binding_keys: ['d'] },
      body: { binding_keys: ['z'] },
      is: ['z', undefined, undefined, natural('z')],
      because: 'named keys replace them',
    },
  ])('$because', ({ connector, body, is }) => expect(place(connector, body)).toEqual(is));
});

describe('the fingerprint', () => {
  const print = (connector: object, body: object) =>
    event({ connector: { ...bearer, ...connector }, body: { ...keyed, ...body } }).fingerprint;

  it('is the same whatever the order of the fields, and after a change of our configuration', () => {
    const first = print({}, { content: 'x', actor_id: 'a' });
    expect(print({}, { actor_id: 'a', content: 'x' })).toBe(first);
    const changed = {
      session_policy: { persona_id: 'p' },
      default_reply_targets: [{ type: 'http', url: 'https://example.com' }],
    };
    expect(print(changed, { content: 'x', actor_id: 'a' })).toBe(first);
  });

  it('differs with what is said', () => {
    const prints = [
      {},
      { content: 'x' },
      { content: 'y' },
      { actor_id: 'b' },
      { intent: 'i' },
      { metadata: { a: 1 } },
    ].map((body) => print({}, body));
    expect(new Set(prints).size).toBe(prints.length);
  });

  it('of a raw body is the body: a new mapping makes no conflict of a late retry', () => {
    const raw = (mapping: object, body: object) =>
      event({ connector: { ...bearer, payload_format: 'raw', mapping }, body }).fingerprint;
    const first = raw({ content: '{{ body.a }}' }, { a: 1 });
    expect(raw({ content: 'changed {{ body.a }}', actor_id: '{{ body.a }}', binding_keys: ['k'] }, { a: 1 })).toBe(
      first,
    );
    expect(raw({ content: '{{ body.a }}' }, { a: 1, b: 2 })).not.toBe(first);
  });

  it('of a Stripe event survives its retries, which count the webhooks still to come', () => {
    const connector = { signing_secret: 's', signature_scheme: 'stripe', payload_format: 'raw' };
    const stripe = (pending: number, id = 'evt_1') =>
      event({ connector, body: { id, pending_webhooks: pending, data: {} } }).fingerprint;
    expect(stripe(1)).toBe(stripe(2));
    expect(stripe(1)).not.toBe(stripe(1, 'evt_2'));
  });
});

describe('raw bodies', () => {
  const raw = (mapping: object | undefined, body: unknown, more: object = {}) => ({
    connector: { ...bearer, payload_format: 'raw', ...(mapping && { mapping }), ...more },
    body,
  });

  it.each([
    { mapping: { content: '{{ body.a' }, code: 'mapping_failed', because: 'a template that does not parse' },
    { mapping: { content: '{{ body.a | nope }}' }, code: 'mapping_failed', because: 'an unknown filter' },
    { mapping: { content: '{% include "x" %}' }, code: 'mapping_failed', because: 'no file is read' },
    { mapping: { content: '{% render "x" %}' }, code: 'mapping_failed', because: 'no file is read' },
    {
      mapping: { content: '{% for i in (1..100000) %}{% for j in (1..100000) %}x{% endfor %}{% endfor %}' },
      code: 'mapping_failed',
      because: 'too long a loop',
    },
    {
      mapping: { content: '{% for i in (1..999999999) %}x{% endfor %}' },
      code: 'mapping_failed',
      because: 'too large a range',
    },
    {
      mapping: {
        content: '{% assign s = "xxxxxxxx" %}{% for i in (1..40) %}{% assign s = s | append: s %}{% endfor %}{{ s }}',
      },
      code: 'mapping_failed',
      because: 'doubling',
    },
    {
      mapping: { content: '{% for i in (1..2000000) %}{{ body.a }}{% endfor %}' },
      code: 'mapping_failed',
      because: 'too much output',
    },
    {
      mapping: { ignore_if: 'body.a == 1' },
      code: 'mapping_failed',
      because: 'an expression without braces would ignore everything',
    },
    { mapping: { content: '{{ body.a.b.c }}' }, code: 'accepted', because: 'what is not there is blank' },
    {
      mapping: { content: '{{ body.constructor.constructor }}{{ body.__proto__ }}' },
      code: 'accepted',
      because: 'prototypes are not there',
    },
    { mapping: { ignore_if: '{{ body.a }}' }, code: 'ignored', because: 'anything but blank, false and 0 ignores' },
    { mapping: { ignore_if: '{{ body.zero }}' }, code: 'accepted', because: '0 does not' },
    { mapping: { ignore_if: '{{ body.no }}' }, code: 'accepted', because: 'false does not' },
    {
      mapping: { idempotency_key: '{{ body.long }}' },
      code: 'idempotency_key_invalid',
      because: 'a key that cannot be one',
    },
    {
      mapping: { binding_keys: ['{{ body.long }}'] },
      code: 'mapping_failed',
      because: 'a binding key that is too long',
    },
  ])('$because: $code', ({ mapping, code }) => {
    const startedAt = performance.now();
    expect(verdict(raw(mapping, { a: 'x', zero: 0, no: false, long: 'y'.repeat(600) }))).toBe(code);
    expect(performance.now() - startedAt).toBeLessThan(15_000);
  });

  it('shows templates no credentials', () => {
    const headers = { authorization: 'Bearer t', cookie: 'c', 'x-hub-signature-256': 's', 'x-kept': 'k' };
    const mapping = { content: '{% for h in headers %}{{ h[0] }} {% endfor %}' };
    expect(event({ ...raw(mapping, {}), headers }).event.data.content?.text).toBe('content-type x-kept');
  });

  it('binds each key that is not blank, once, and falls back to the connector', () => {
    const mapping = { binding_keys: ['{{ body.b }}', '{{ body.a }}', ' {{ body.none }} ', '{{ body.a }}'] };
    const keys = (body: object) => event(raw(mapping, body)).event.data.binding_keys.map(({ key }) => key);
    expect(keys({ a: '1', b: '2' })).toEqual(['1', '2']);
    expect(keys({})).toEqual(['http:hook']);
  });

  it('does not let indentation multiply a body', () => {
    const nested = `${'['.repeat(60)}${'1,'.repeat(100_000)}1${']'.repeat(60)}`;
    expect(event(raw(undefined, nested)).event.data.content?.text.length).toBeLessThan(nested.length + 1);
  });

  it('keeps field names of a form apart from prototypes', () => {
    const sent = {
      ...raw({ content: '{{ body.x }}' }, '__proto__=1&x=2'),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    };
    expect(event(sent).event.data.content?.text).toBe('2');
  });

  it('refuses text that is not UTF-8', () => {
    const config = httpConnector({ ...bearer, payload_format: 'raw' });
    const request = { headers: {}, query: new URLSearchParams(), body: Buffer.from([0xff, 0x80]), authenticated: true };
    expect(normalize(request, { config }, deps).results[0]).toMatchObject({ problem: { code: 'body_invalid' } });
  });
});

describe('any input', () => {
  const anyBody = fc.oneof(
    fc.json(),
    fc.string(),
    fc.json().map((json) => json.slice(1)),
  );
  const connectors = [bearer, { ...bearer, payload_format: 'raw' }, { ...bearer, payload_format: 'cloudevents' }];
  const names = [
    'idempotency-key',
    'ce-id',
    'ce-source',
    'ce-type',
    'ce-specversion',
    'ce-subject',
    'ce-x%',
    'x-github-delivery',
  ];
  const types = [
    'application/json',
    'application/cloudevents+json',
    'application/cloudevents-batch+json',
    'text/plain',
    'a/b',
  ];

  it('is an event that can be read back, or a published problem: never an exception', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...connectors),
        anyBody,
        fc.dictionary(fc.constantFrom(...names), fc.string()),
        fc.constantFrom(...types),
        (connector, body, headers, type) => {
          for (const result of translate({ connector, body, headers: { ...headers, 'content-type': type } }).results) {
            if (result.outcome === 'event')
              expect(readEvent(JSON.parse(JSON.stringify(result.draft.event))).ok).toBe(true);
            if (result.outcome === 'refused') expect(result.problem.status).toBeGreaterThanOrEqual(400);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
