import { Ajv2020 } from 'ajv/dist/2020.js';
import { CloudEvent } from 'cloudevents';
import { describe, expect, it } from 'vitest';
import { eventSchema, eventTypes, readEvent } from './event.ts';
import { eventSchemas } from './json-schemas.ts';
import { fixture, fixtureNames } from './testing/fixture.ts';

const current = fixtureNames.filter((name) => !/^(old|future|major)-/.test(name));
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(eventSchemas().event ?? {});

describe('the golden corpus', () => {
  it('has an event of every type that we write', () => {
    expect(new Set(current.map((name) => eventSchema.parse(fixture(name)).type))).toEqual(new Set(eventTypes));
  });

  it.each(current)('%s is what we write, to our schema, the JSON Schema and the CloudEvents library', (name) => {
    const written = fixture(name);
    const event = eventSchema.parse(written);
    expect(readEvent(written)).toEqual({ ok: true, value: written });
    expect(validate(written) || validate.errors).toBe(true);
    expect(new CloudEvent(event, true)).toMatchObject({ id: event.id, type: event.type, partitionkey: event.subject });
    const { kind, name: connector } = event.data.connector;
    expect(event).toMatchObject({
      source: `/connectors/${kind}/${connector}`,
      connector: `${kind}/${connector}`,
      subject: event.data.conversation.key,
      partitionkey: event.data.conversation.key,
      platform: event.data.platform,
    });
  });

  it.each(fixtureNames.filter((name) => name.startsWith('future-')))(
    '%s is read with all that is new in it',
    (name) => {
      const written = fixture(name);
      expect(readEvent(written)).toEqual({ ok: true, value: written });
      expect(validate(written) || validate.errors).toBe(true);
      expect(eventSchema.safeParse(written).success).toBe(name === 'future-unknown-type');
    },
  );

  it.each(fixtureNames.filter((name) => name.startsWith('old-')))(
    '%s is read, with defaults for what was not written',
    (name) => {
      const read = readEvent(fixture(name));
      expect(read).toMatchObject({
        ok: true,
        value: { data: { session: { policy: { capability_scope: {}, credential_scope: {} } } } },
      });
    },
  );

  it('does not judge an event of another major version', () => {
    expect(readEvent(fixture('major-two'))).toMatchObject({
      ok: false,
      reason: 'unknown_version',
      problems: [expect.stringContaining('2')],
    });
  });
});

describe('readEvent', () => {
  const event = eventSchema.parse(fixture('message-created'));

  it.each([
    { event: { ...event, data: undefined }, says: 'data: ', because: 'no data' },
    { event: { ...event, dataschema: 'urn:other:1.0' }, says: 'dataschema: ', because: 'data of somebody else' },
    { event: { ...event, dataschema: undefined }, says: 'dataschema: ', because: 'no version' },
    {
      event: { ...event, data: { ...event.data, binding_keys: [{ key: 'hunter2', origin: 'guess' }] } },
      says: 'data.binding_keys[0].origin: ',
      because: 'an origin whose strength is unknown',
    },
    { event: 'hunter2', says: '', because: 'a text' },
  ])('refuses, without a value: $because', ({ event: broken, says }) => {
    const read = readEvent(broken);
    expect(read).toMatchObject({ ok: false, reason: 'invalid', problems: [expect.stringContaining(says)] });
    expect(JSON.stringify(read)).not.toContain('hunter2');
  });

  it('pollutes no prototype', () => {
    const text = JSON.stringify(event).replace(
      '"metadata":{',
      '"__proto__":{"polluted":1},"metadata":{"__proto__":{"polluted":1},',
    );
    const read = readEvent(JSON.parse(text));
    expect(
      read.ok && [Reflect.get(read.value.data, 'polluted'), Reflect.get(read.value.data.metadata, 'polluted')],
    ).toEqual([undefined, undefined]);
  });
});
