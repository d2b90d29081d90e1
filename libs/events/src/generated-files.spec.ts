import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { asyncApiDocument } from './asyncapi.ts';
import { generatedFiles } from './generated-files.ts';
import { componentSchemas, eventSchemas } from './json-schemas.ts';
import { fixture } from './testing/fixture.ts';

const folder = new URL('../generated/', import.meta.url);
const formats = { 'date-time': true, uri: true, base64: true } as const;

describe('generated/', () => {
  it('is what the schemas say; else run `node libs/events/src/print-schemas.ts`', () => {
    const present = readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]);
    expect(Object.fromEntries(present)).toEqual(generatedFiles());
  });
});

describe('eventSchemas', () => {
  it.each(Object.keys(eventSchemas()))('%s is a valid JSON Schema', (name) => {
    expect(new Ajv2020({ strict: true, formats }).compile(eventSchemas()[name] ?? {})).toBeTypeOf('function');
  });

  it('says of an output what our own reading says', () => {
    const validate = new Ajv2020({ strict: true, formats }).compile(eventSchemas().output ?? {});
    expect(
      validate({ output_id: 'o', session_id: 's', content: 'hi', reply_targets: [{ plugin: 'slack', address: '{}' }] }),
    ).toBe(true);
    expect(validate({ output_id: 'o', session_id: 's', contnet: 'hi' })).toBe(false);
  });
});

describe('asyncApiDocument', () => {
  const document = asyncApiDocument();
  const at = (reference: string) =>
    reference
      .slice(2)
      .split('/')
      .reduce<unknown>((place, name) => Reflect.get(Object(place) as object, name), document);

  it('refers to nothing that is not there', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
      ([, reference = '']) => reference,
    );
    expect(references.length).toBeGreaterThan(20);
    expect(references.filter((reference) => at(reference) === undefined)).toEqual([]);
  });

  it('has schemas that an independent validator understands', () => {
    const ajv = new Ajv({ strict: true, formats });
    for (const [name, schema] of Object.entries(componentSchemas(''))) ajv.addSchema(schema, name);
    expect(ajv.validate('event', fixture('message-created')) || ajv.errors).toBe(true);
    expect(ajv.validate('turn', { event: fixture('message-created') })).toBe(false);
  });
});
