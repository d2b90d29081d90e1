import type { JsonSchema, OpenApiDocument } from '@trunkline/control-api';
import { connectorKinds } from '@trunkline/events';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ConnectorKind } from '../../../api/connector-kind.ts';
import { connectorBodies, connectorFields } from './connector-schema.ts';
import { fieldsOf, type Field } from './fields-of.ts';

const document: OpenApiDocument = JSON.parse(
  readFileSync(new URL('../../../../../../docs/openapi.json', import.meta.url), 'utf8'),
);
const bodies = connectorBodies(document).map((schema) => ({ kind: String(schema.title), schema }));

/** Every property of a schema at any depth, with the way to it: what a form has to reach. */
function placesIn(schema: JsonSchema, path = ''): string[] {
  const { properties = {}, items, anyOf = [], oneOf = [], writeOnly } = schema;
  if (writeOnly) return [];
  const choices = [...anyOf, ...oneOf, items].flat().filter((each) => typeof each === 'object');
  const own = Object.entries(properties).flatMap(([key, each]) =>
    typeof each === 'object' && each.const === undefined ? [`${path}${key}`, ...placesIn(each, `${path}${key}.`)] : [],
  );
  return [...own, ...choices.flatMap((each) => placesIn(each, path))];
}

function placesOf(fields: readonly Field[], path = ''): string[] {
  return fields.flatMap((field) => {
    const place = `${path}${field.key}`;
    if (field.input === 'table') return [place, ...placesOf(field.fields, `${place}.`)];
    if (field.input === 'rows')
      return [place, ...field.shapes.flatMap(({ fields: own }) => placesOf(own, `${place}.`))];
    return [place];
  });
}

describe('the form of every kind', () => {
  it('there is one', () => {
    expect(bodies.map(({ kind }) => kind)).toEqual(connectorKinds);
  });

  it.each(bodies)('reaches every field of the API: $kind', ({ schema }) => {
    expect(new Set(placesOf(fieldsOf(schema)))).toEqual(new Set(placesIn(schema)));
  });

  it.each(connectorKinds)('shows each of them once, under a heading, with what it is for: %s', (kind) => {
    const { all, sections } = connectorFields(document, kind);
    const shown = sections.flatMap(({ fields }) => fields.map(({ key }) => key));
    expect(shown.toSorted()).toEqual(all.map(({ key }) => key).toSorted());
    expect(all.filter(({ about }) => about === undefined).map(({ key }) => key)).toEqual([]);
  });

  it('asks first for what a connector cannot do without', () => {
    const [first] = connectorFields(document, 'external').sections;
    expect(first?.fields.map(({ key, needed }) => [key, needed])).toEqual([
      ['platform', true],
      ['base_url', true],
      ['shared_token', false],
    ]);
  });
});

describe('fieldsOf', () => {
  const of = (kind: ConnectorKind, key: string) =>
    connectorFields(document, kind).all.find((field) => field.key === key);

  it.each([
    {
      kind: 'http',
      key: 'wait_ms',
      field: { input: 'number', unit: 'ms', minimum: 0, maximum: 30_000, fallback: 2_000 },
    },
    { kind: 'http', key: 'bearer_token', field: { input: 'secret' } },
    { kind: 'http', key: 'enabled', field: { input: 'switch', fallback: true } },
    { kind: 'slack', key: 'format', field: { input: 'choice', options: ['markdown', 'mrkdwn', 'plain'] } },
    { kind: 'telegram', key: 'allowed_chat_ids', field: { input: 'list', of: 'number' } },
    { kind: 'telegram', key: 'allowed_updates', field: { input: 'list', of: 'text' } },
    { kind: 'http', key: 'actor_id', field: { input: 'text', long: false, fallback: 'http-webhook' } },
  ] as const)('$kind $key is a $field.input', ({ kind, key, field }) => {
    expect(of(kind, key)).toMatchObject(field);
  });

  it('a table has its own fields, a record has names of one’s own', () => {
    const child = of('external', 'child_process');
    expect(child).toMatchObject({ input: 'table' });
    expect(child?.input === 'table' && child.fields.map(({ key, input, needed }) => [key, input, needed])).toEqual([
      ['command', 'text', true],
      ['args', 'list', false],
      ['env', 'record', false],
      ['credential_slots', 'record', false],
      ['working_dir', 'text', false],
    ]);
  });

  it('a reply target has a shape for each kind, and one for the raw form', () => {
    const targets = of('http', 'default_reply_targets');
    expect(targets?.input === 'rows' && targets.shapes.map(({ label, fixed }) => [label, fixed])).toEqual([
      ['http', { type: 'http' }],
      ['slack', { type: 'slack' }],
      ['telegram', { type: 'telegram' }],
      ['external', { type: 'external' }],
      ['address and plugin', {}],
    ]);
  });

  it('a secret in a list is one, too', () => {
    const teams = of('slack', 'team_bot_tokens');
    expect(teams?.input === 'rows' && teams.shapes[0]?.fields.map(({ key, input }) => [key, input])).toEqual([
      ['team_id', 'text'],
      ['bot_token', 'secret'],
    ]);
  });

  it.each([
    { odd: { type: 'array', items: { type: 'boolean' } }, because: 'a list of what nobody lists' },
    { odd: { type: 'object', additionalProperties: { type: 'number' } }, because: 'a record of numbers' },
    { odd: { anyOf: [{ type: 'integer' }, { type: 'boolean' }] }, because: 'a choice of types' },
  ] as const)('throws for $because', ({ odd }) => {
    expect(() => fieldsOf({ type: 'object', properties: { odd: odd as JsonSchema } })).toThrow('no input for odd');
  });
});
