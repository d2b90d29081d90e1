import { routes, type Route } from '@trunkline/control-api';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { apiDocument } from './api-document.ts';
import { connectorBody } from './connector-body.ts';

const document = apiDocument();
const operations = Object.values(document.paths).flatMap((item) => Object.values(item));

describe('apiDocument', () => {
  it('is OpenAPI 3.1 for an independent validator', async () => {
    const validator = new Validator();
    expect(await validator.validate({ ...structuredClone(document) })).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('is docs/openapi.json; else run this spec with -u and look at what changed', async () => {
    await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot('../../../../docs/openapi.json');
  });

  it('has each operation of the table once, with its role', () => {
    const table: [string, Route][] = Object.entries(routes);
    const said = operations.map((operation) => [operation.operationId, operation['x-role']]);
    expect(said.sort()).toEqual(table.map(([id, { role }]) => [id, role]).sort());
  });

  it('refers to nothing that is not there, and holds schemas that an independent validator compiles', () => {
    const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true, uri: true } });
    ajv.addSchema({ ...document, $id: 'api' });
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#([^"]+)"/g)].map(([, place]) => `api#${place}`);
    expect(references.length).toBeGreaterThan(10);
    for (const $ref of new Set(references)) expect(() => ajv.compile({ $ref }), $ref).not.toThrow();
  });
});

describe('the example of a body', () => {
  const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true, uri: true } });
  ajv.addSchema({ ...document, $id: 'api' });
  const table: [string, Route][] = Object.entries(routes);
  const withBody = table.filter(([, { body }]) => body !== undefined);

  it.each(withBody)('of %s is taken by the operation, and fits what the document says', (id, { body, example }) => {
    expect(body?.safeParse(example).error).toBeUndefined();
    const said = operations.find(({ operationId }) => operationId === id)?.requestBody?.content['application/json'];
    expect(said?.example).toEqual(example);
    const schema = { ...said?.schema, components: document.components };
    expect(ajv.validate(schema, example), ajv.errorsText()).toBe(true);
  });
});

describe('connectorBody', () => {
  const validate = new Ajv2020({ strict: false }).compile(connectorBody());

  it.each([
    {
      body: { bot_token: { value: 'x' }, enabled: false },
      fits: true,
      because: 'a secret is an object, the rest may be absent',
    },
    {
      body: { bot_token: { env: 'SLACK_BOT_TOKEN' }, default_channel: null },
      fits: false,
      because: 'no kind has this field',
    },
    { body: { bot_token: null }, fits: true, because: 'null clears' },
    { body: { bot_token: 'x' }, fits: false, because: 'a secret is never a plain text' },
    { body: { bot_token_env: 'X' }, fits: false, because: 'the three keys are of the file' },
    {
      body: { team_bot_tokens: [{ team_id: 'T1', bot_token: { value: 'x' } }] },
      fits: true,
      because: 'a secret in a list is written like any other',
    },
    {
      body: { team_bot_tokens: [{ team_id: 'T1', bot_token_secret_ref: 'x' }] },
      fits: false,
      because: 'there, too, the three keys are of the file',
    },
    { body: { name: 'team' }, fits: false, because: 'the name is in the path' },
  ])('$body: $because', ({ body, fits }) => {
    expect(validate(body)).toBe(fits);
  });
});
