import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { eventSchema } from '@trunkline/events';
import { describe, expect, it } from 'vitest';
import { normalize, type Normalized } from './normalize.ts';
import { routeOf, routeText } from './reply-route.ts';
import { externalConnector } from './testing/ready-entry.ts';

const fixtures = new URL('../fixtures/', import.meta.url);
const now = () => Date.parse('2026-01-02T03:04:05.000Z');
const base = { instance_id: 'i-1', event_id: 'e-1', thread: { path: ['g', 'c'] }, content: 'Hello' };

function draft(fields: object = {}, connector: object = {}) {
  const result: Normalized = normalize({ ...base, ...fields }, externalConnector(connector), { now });
  if (result.outcome !== 'event') throw new Error(JSON.stringify(result));
  return result.draft;
}
const dataOf = (fields?: object, connector?: object) => draft(fields, connector).event.data;

describe('fixtures', () => {
  it.each(readdirSync(fixtures).filter((file) => file.endsWith('.sidecar.json')))('%s', async (file) => {
    const { connector, event } = JSON.parse(readFileSync(new URL(file, fixtures), 'utf8')) as Record<string, object>;
    const result = normalize(event, externalConnector(connector), { now });
    if (result.outcome !== 'event') throw new Error(JSON.stringify(result));
    expect(eventSchema.parse(result.draft.event)).toEqual(result.draft.event);
    const golden = new URL(file.replace('.sidecar.', '.event.'), fixtures).pathname;
    await expect(`${JSON.stringify(result.draft.event, null, 2)}\n`).toMatchFileSnapshot(golden);
  });
});

describe('the session', () => {
  const natural = (json: string) => `external:side:${createHash('sha256').update(json).digest('hex').slice(0, 16)}`;

  it.each([
    { fields: {}, id: natural('["test",["g","c"]]'), because: 'a thread' },
    { fields: { thread: null, routing_key: 'r' }, id: natural('["routing_key","test","r"]'), because: 'a routing key' },
    {
      fields: { routing_key: 'r' },
      id: natural('["test",["g","c"]]'),
      because: 'the thread goes before the routing key',
    },
    {
      fields: { thread: { path: ['ü"\n'] } },
      id: natural('["test",["ü\\"\\n"]]'),
      because: 'compact JSON, not escaped further',
    },
  ])('has a natural id: $because', ({ fields, id }) => {
    expect(dataOf(fields).session.natural_session_id).toBe(id);
  });

  it('binds a thread by its own full path only', () => {
    const [one, other, parent] = [
      ['g', 'c', '1'],
      ['g', 'c', '2'],
      ['g', 'c'],
    ].map((path) => dataOf({ thread: { path } }));
    const keys = [one, other, parent].map((data) => data?.binding_keys.map(({ key }) => key));
    expect(keys).toEqual([
      ['external:side:["g","c","1"]'],
      ['external:side:["g","c","2"]'],
      ['external:side:["g","c"]'],
    ]);
  });

  it('binds additional keys after the own one, and keeps the queue of the conversation under a fixed session', () => {
    const data = dataOf({}, { additional_binding_keys: ['all'], fixed_session_id: 'one' });
    expect(data.binding_keys).toEqual([
      { key: 'external:side:["g","c"]', origin: 'conversation' },
      { key: 'all', origin: 'connector' },
    ]);
    expect(data.session.fixed_session_id).toBe('one');
    expect(dataOf({ thread: null }, { fixed_session_id: 'one' }).conversation.key).toBe('external:side:one');
  });
});

describe('the reply route', () => {
  it.each(['42', '{"a":1}', 'json:x', { b: 1, a: [2] }, 7])('comes back as it was: %j', (route) => {
    const target = dataOf({ reply_route: route }).reply_targets[0];
    expect(target?.type === 'external' && routeOf(target.route)).toEqual(route);
  });

  it('is a target unless the connector says otherwise; others are added', () => {
    const written = { type: 'external', connector: 'side', route: '42' };
    const own = { ...written, conversation: dataOf().conversation.key };
    const more = { type: 'external', connector: 'other', route: 'x' };
    expect(dataOf({ reply_route: '42' }).reply_targets).toEqual([own]);
    expect(dataOf({ reply_route: '42' }, { additional_reply_targets: [more, written] }).reply_targets).toEqual([
      own,
      more,
    ]);
    expect(dataOf({ reply_route: '42' }, { include_self_output: false }).reply_targets).toEqual([]);
    expect(dataOf().reply_targets).toEqual([]);
  });

  it.each([
    { route: '\ud800', because: 'text' },
    { route: { thread: ['\udc00'] }, because: 'in a text of another type' },
  ])('with half a surrogate pair is refused: $because', ({ route }) => {
    const result = normalize({ ...base, reply_route: route }, externalConnector(), { now });
    expect(result).toMatchObject({
      outcome: 'rejected',
      code: 'payload_invalid',
      reason: expect.stringMatching(/reply_route.*well-formed/),
    });
  });

  it('of blanks is none', () => {
    expect(dataOf({ reply_route: ' \t' }).reply_targets).toEqual([]);
  });

  it('leaves what an operator wrote alone', () => {
    expect([routeOf('json:{'), routeText('plain')]).toEqual(['json:{', 'plain']);
  });
});

describe('the fingerprint', () => {
  const print = (fields: object, connector?: object) => draft(fields, connector).fingerprint;
  it.each([
    { other: { occurred_at_ms: 5 }, same: true, because: 'when it happened says nothing new' },
    { other: { instance_id: 'i-2' }, same: true, because: 'which process tells it does not matter' },
    { other: { content: 'Bye' }, same: false, because: 'other words' },
    { other: { thread: { path: ['g', 'd'] } }, same: false, because: 'another place' },
    { other: { reply_route: '1' }, same: false, because: 'another route' },
    { other: { actor_id: 'ann' }, same: false, because: 'another actor' },
    { other: { metadata: { a: 1 } }, same: false, because: 'other metadata' },
  ])('same=$same: $because', ({ other, same }) => {
    expect(print(other) === print({})).toBe(same);
  });

  it("is the sidecar's own word where it gives one", () => {
    expect(print({ fingerprint: 'f', content: 'a' })).toBe(print({ fingerprint: 'f', content: 'b' }));
    expect(print({ fingerprint: 'f' })).not.toBe(print({ fingerprint: 'g' }));
    expect(print({ fingerprint: '\ud800' })).not.toBe(print({ fingerprint: '\ud801' }));
  });

  it('is not changed by our configuration', () => {
    const configured = {
      include_self_output: false,
      additional_binding_keys: ['k'],
      session_policy: { persona_id: 'p' },
    };
    expect(print({ reply_route: '1' }, configured)).toBe(print({ reply_route: '1' }));
  });
});

describe('what happened', () => {
  it.each([
    { fields: {}, type: 'trunkline.domain.event', because: 'a sidecar need not say' },
    { fields: { source_kind: 'message.edited' }, type: 'trunkline.message.edited', because: 'one of our words' },
    {
      fields: { source_kind: 'unsupported' },
      type: 'trunkline.domain.event',
      because: 'not one that a sidecar may use',
    },
    { fields: { source_kind: 'guild' }, type: 'trunkline.domain.event', because: 'a word of its own' },
  ])('$type: $because', ({ fields, type }) => {
    expect(draft(fields).event.type).toBe(type);
  });
});
