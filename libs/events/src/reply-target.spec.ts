import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replyHandleSchema, budgetScope, targetConnector, targetKey, type ReplyHandle } from './reply-handle.ts';
import { canonicalTarget, ReplyTargetInvalidError, replyTargetSchema } from './reply-target.ts';
import { tolerant } from './tolerant.ts';

const slack = { type: 'slack', connector: 'team', channel_id: 'C1' };
const telegram = { type: 'telegram', connector: 'bot', chat_id: '-1001' };
const http = { type: 'http', url: 'https://a.example/in' };
const raw = (plugin: string, fields: object) => ({ plugin, address: JSON.stringify(fields) });

describe('canonicalTarget', () => {
  it.each([
    { a: slack, b: { channel_id: 'C1', type: 'slack', connector: 'team' }, because: 'the order of keys says nothing' },
    {
      a: slack,
      b: { ...slack, thread_ts: null, team_id: '', enterprise_id: '  ' },
      because: 'empty fields are dropped',
    },
    { a: slack, b: raw('slack', { connector: 'team', channel_id: 'C1' }), because: 'raw and structured mean the same' },
    { a: slack, b: raw('slack', slack), because: 'a type in the address that says the same is no harm' },
    { a: telegram, b: { ...telegram, chat_id: -1001 }, because: 'a numeric id is its digits' },
    { a: telegram, b: { ...telegram, connector: ' bot ' }, because: 'names are trimmed' },
    { a: http, b: { type: 'http', url: 'HTTPS://A.Example:443/in#top' }, because: 'the URL is normalized' },
    { a: http, b: { plugin: 'http', address: 'https://a.example/in' }, because: 'a URL is address enough' },
    { a: http, b: { ...http, headers: {} }, because: 'no headers are no field' },
    {
      a: { ...http, headers: { 'X-B': '2', 'x-a': '1' } },
      b: { ...http, headers: { 'x-b': ' 2', 'X-A': '1' } },
      because: 'header names have no case and no order',
    },
  ])('equal: $because', ({ a, b }) => {
    expect(targetKey(canonicalTarget(b))).toBe(targetKey(canonicalTarget(a)));
  });

  it.each([
    { a: slack, b: { ...slack, thread_ts: '1.1' }, because: 'a thread is another place' },
    { a: http, b: { ...http, url: 'https://a.example/IN' }, because: 'paths have case' },
    { a: http, b: { ...http, headers: { 'x-a': '1' } }, because: 'headers may route' },
    { a: http, b: { ...http, connector: 'hook' }, because: 'the connector signs' },
  ])('different: $because', ({ a, b }) => {
    expect(targetKey(canonicalTarget(a))).not.toBe(targetKey(canonicalTarget(b)));
  });

  it.each([
    { target: { type: 'fax' }, says: /'http' \| 'slack' \| 'telegram' \| 'external'/, because: 'unknown type' },
    { target: raw('fax', {}), says: /plugin: .*"http"\|"slack"\|"telegram"\|"external"/, because: 'unknown plugin' },
    { target: raw('toString', {}), says: /plugin/, because: 'a name every object has is no plugin' },
    { target: raw('slack', { ...telegram }), says: /differ/, because: 'plugin and type contradict' },
    { target: { plugin: 'slack', address: 'C1' }, says: /not JSON/, because: 'the address is a document' },
    { target: { plugin: 'slack', address: '[1]' }, says: /not a JSON object/, because: 'the address is an object' },
    { target: { plugin: 'slack' }, says: /address/, because: 'no address' },
    { target: { ...raw('slack', slack), connector: 'x' }, says: /connector/, because: 'two forms in one' },
    { target: { type: 'slack', connector: 'team' }, says: /channel_id/, because: 'no channel' },
    { target: { ...slack, channel: 'C1' }, says: /channel/, because: 'unknown field' },
    { target: { ...slack, thread_ts: 1700000000.0001 }, says: /thread_ts/, because: 'a float has lost digits' },
    { target: { ...slack, connector: '_' }, says: /connector/, because: 'the pseudo-connector is not to be named' },
    { target: { ...http, url: '/in' }, says: /absolute/, because: 'no host' },
    { target: { ...http, url: 'file:///etc/passwd' }, says: /http or https/, because: 'not HTTP' },
    { target: { ...http, url: 'https://u:hunter2@a.example/' }, says: /user name or password/, because: 'a secret' },
    { target: { ...http, headers: { 'x-a': '1', 'X-A': '2' } }, says: /twice/, because: 'which one is meant' },
    { target: { ...http, headers: { 'x-a': 'a\r\nhost: b' } }, says: /header value/, because: 'header injection' },
    { target: { ...http, headers: { 'x a': '1' } }, says: /headers/, because: 'not a name' },
    {
      target: { ...http, headers: JSON.parse('{"__proto__":{"a":"1"},"x":1}') as object },
      says: /headers/,
      because: 'not text',
    },
    { target: null, says: /object/, because: 'nothing' },
    { target: 'https://a.example/in', says: /object/, because: 'a text' },
  ])('refuses: $because', ({ target, says }) => {
    expect(() => canonicalTarget(target)).toThrow(ReplyTargetInvalidError);
    expect(() => canonicalTarget(target)).toThrow(says);
    expect(() => canonicalTarget(target)).not.toThrow(/hunter2/);
  });

  const forbidden =
    'Authorization cookie Proxy-Authorization proxy-x X-API-Key Host Content-Type content-length Connection TE Trailer Transfer-Encoding Upgrade Forwarded X-Forwarded-For Idempotency-Key webhook-id';
  it.each(forbidden.split(' '))('refuses the header %s, in any case', (name) => {
    for (const written of [name, name.toLowerCase(), name.toUpperCase()]) {
      expect(() => canonicalTarget({ ...http, headers: { [written]: '1' } })).toThrow(/secrets or transport/);
    }
  });

  it.each(['x-tenant', 'x-webhook', 'hosted', 'x-content'])('takes the header %s', (name) => {
    expect(canonicalTarget({ ...http, headers: { [name]: '1' } })).toEqual({ ...http, headers: { [name]: '1' } });
  });

  it('gives an http target the connector of its event, if that is an http one', () => {
    expect(canonicalTarget(http, { connector: { kind: 'http', name: 'hook' } })).toEqual({
      ...http,
      connector: 'hook',
    });
    expect(canonicalTarget(http, { connector: { kind: 'slack', name: 'team' } })).toEqual(http);
    expect(canonicalTarget({ ...http, connector: 'own' }, { connector: { kind: 'http', name: 'hook' } })).toEqual({
      ...http,
      connector: 'own',
    });
  });

  const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
  const id = fc.oneof(fc.stringMatching(/^[A-Za-z0-9@._-]{1,20}$/), fc.integer());
  const connector = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,10}$/);
  const headers = fc.dictionary(fc.stringMatching(/^[xX]-[a-z]{1,5}$/), fc.stringMatching(/^[ -~]{0,8}$/), {
    maxKeys: 4,
  });
  const target = fc.oneof(
    fc.record({
      type: fc.constant('slack'),
      connector,
      channel_id: id,
      thread_ts: optional(id),
      team_id: optional(id),
    }),
    fc.record({ type: fc.constant('telegram'), connector, chat_id: id, message_thread_id: optional(id) }),
    fc.record({
      type: fc.constant('http'),
      url: fc.webUrl({ withQueryParameters: true, withFragments: true }),
      connector: optional(connector),
      headers: optional(headers),
    }),
    fc.record({
      type: fc.constant('external'),
      connector,
      route: fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => text.trim() !== ''),
    }),
  );
  const canonicalOrNot = (written: unknown) => {
    try {
      return canonicalTarget(written);
    } catch (error) {
      if (error instanceof ReplyTargetInvalidError) return undefined;
      throw error;
    }
  };

  it('is canonical: again the same, keys sorted, the raw form alike, readable from the bus', () => {
    fc.assert(
      fc.property(target, (written) => {
        const handle = canonicalOrNot(written);
        fc.pre(handle !== undefined);
        expect(canonicalTarget(handle)).toEqual(handle);
        expect(JSON.stringify(handle)).toBe(targetKey(handle));
        const { type, ...fields } = written;
        expect(canonicalTarget({ plugin: type, address: JSON.stringify(fields) })).toEqual(handle);
        expect(replyHandleSchema.parse(handle)).toEqual(handle);
        expect(replyTargetSchema.safeParse(written).success).toBe(true);
      }),
    );
  });

  it('throws nothing but its own error, whatever it is given', () => {
    fc.assert(fc.property(fc.anything(), (value) => void canonicalOrNot(value)));
    fc.assert(
      fc.property(
        fc.constantFrom('http', 'slack', 'external'),
        fc.string(),
        (plugin, address) => void canonicalOrNot({ plugin, address }),
      ),
    );
  });
});

describe('replyTargetSchema', () => {
  it.each([
    { target: { type: 'slack', connector: 'team' }, says: /^channel_id: /, because: 'structured was meant' },
    { target: { plugin: 'slack', address: '' }, says: /^address: /, because: 'raw was meant' },
  ])('tells of the form that was meant: $because', ({ target, says }) => {
    expect(replyTargetSchema.safeParse(target).error?.issues[0]?.message).toMatch(says);
  });
});

describe('handles', () => {
  it.each([
    {
      handle: canonicalTarget({ ...http, url: 'https://a.example:8443/x' }),
      connector: { kind: 'http', name: '_' },
      scope: 'http:a.example:8443',
    },
    {
      handle: canonicalTarget({ ...http, connector: 'hook' }),
      connector: { kind: 'http', name: 'hook' },
      scope: 'http:a.example',
    },
    {
      handle: canonicalTarget({ ...slack, thread_ts: '1.1' }),
      connector: { kind: 'slack', name: 'team' },
      scope: 'slack:team:C1',
    },
    {
      handle: canonicalTarget({ ...telegram, message_thread_id: 4 }),
      connector: { kind: 'telegram', name: 'bot' },
      scope: 'telegram:bot',
    },
    {
      handle: canonicalTarget({ type: 'external', connector: 'side', route: 'r' }),
      connector: { kind: 'external', name: 'side' },
      scope: 'external:side',
    },
  ])('$scope', ({ handle, connector, scope }) => {
    expect(targetConnector(handle)).toEqual(connector);
    expect(budgetScope(handle)).toBe(scope);
  });

  it('are read with the kinds of newer versions, but not with half of a known kind', () => {
    const reading = tolerant<ReplyHandle>(replyHandleSchema);
    const newer = { type: 'matrix', connector: 'home', room_id: '!r' };
    expect(reading.parse(newer)).toEqual(newer);
    expect(reading.safeParse({ type: 'slack', connector: 'team' }).success).toBe(false);
  });
});
