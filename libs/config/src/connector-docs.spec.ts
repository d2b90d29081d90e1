import { Ajv2020 } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';
import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { connectorFields, connectorsMarkdown } from './connector-docs.ts';
import { connectorJsonSchema } from './connector-json-schema.ts';
import { kindList } from './connectors.ts';

/** The fields that the user's own document lists, kind by kind. */
const seedFields = {
  http: [
    'name',
    'fixed_session_id',
    'actor_id',
    'bearer_token',
    'allow_unauthenticated_ingress',
    'default_reply_targets',
    'default_binding_keys',
    'session_policy',
  ],
  slack: [
    'name',
    'bot_token',
    'signing_secret',
    'allow_unauthenticated_ingress',
    'api_base_url',
    'fixed_session_id',
    'include_self_output',
    'additional_reply_targets',
    'additional_binding_keys',
    'session_policy',
  ],
  telegram: [
    'name',
    'bot_token',
    'secret_token',
    'allow_unauthenticated_ingress',
    'api_base_url',
    'ingress_mode',
    'polling_timeout_seconds',
    'fixed_session_id',
    'include_self_output',
    'additional_reply_targets',
    'additional_binding_keys',
    'session_policy',
  ],
  external: [
    'name',
    'platform',
    'mode',
    'base_url',
    'shared_token',
    'allow_unauthenticated_ingress',
    'fixed_session_id',
    'include_self_output',
    'additional_reply_targets',
    'additional_binding_keys',
    'session_policy',
    'ingress_events_per_second',
    'child_process',
    'child_process.command',
    'child_process.args',
    'child_process.env',
    'child_process.credential_slots',
    'child_process.working_dir',
  ],
} as const;
const seedPolicy = ['create_if_missing', 'persona_id', 'capability_scope', 'credential_scope'];

describe('the documentation of connector fields', () => {
  it('is generated: run vitest with --update after a change of a schema', async () => {
    await expect(connectorsMarkdown()).toMatchFileSnapshot('../generated/connectors.md');
  });

  it.each(kindList.map(({ kind }) => ({ kind })))('has every field of the seed document: $kind', ({ kind }) => {
    const names = connectorFields(kind).map((field) => field.name);
    expect(names).toEqual(
      expect.arrayContaining([...seedFields[kind], ...seedPolicy.map((name) => `session_policy.${name}`)]),
    );
  });

  it.each(kindList.map(({ kind }) => ({ kind })))('says something about every field: $kind', ({ kind }) => {
    expect(connectorFields(kind).filter((field) => field.description === '' || field.type === 'any')).toEqual([]);
  });

  it.each([
    { kind: 'http', name: 'bearer_token', type: 'secret', fallback: '-' },
    { kind: 'http', name: 'wait_ms', type: 'integer, 0 to 30000', fallback: '`2000`' },
    {
      kind: 'http',
      name: 'signature_scheme',
      type: expect.stringContaining('`github`'),
      fallback: '`standard-webhooks` when signing_secret is set',
    },
    { kind: 'slack', name: 'team_bot_tokens[].team_id', type: 'string', fallback: 'required' },
    { kind: 'telegram', name: 'allowed_chat_ids', type: 'list of integer', fallback: '`[]`' },
    { kind: 'external', name: 'child_process.credential_slots', type: 'table of strings', fallback: '-' },
    { kind: 'external', name: 'additional_reply_targets', type: 'list of reply target', fallback: '`[]`' },
  ] as const)('shows type and default: $kind $name', ({ kind, name, type, fallback }) => {
    expect(connectorFields(kind).find((field) => field.name === name)).toMatchObject({ type, default: fallback });
  });
});

describe('the JSON Schema for editors', () => {
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(connectorJsonSchema());
  const seedExample = readFileSync(new URL('../fixtures/seed-example.toml', import.meta.url), 'utf8');

  it('accepts the example of the seed document', () => {
    expect(validate(JSON.parse(JSON.stringify(parse(seedExample))))).toBe(true);
  });

  it('refuses what is unknown, at any depth', () => {
    expect(validate({ http_connectors: [{ name: 'a', beerer_token: 'x' }] })).toBe(false);
    expect(validate({ http_connectors: [{ name: 'a', session_policy: { persona: 'x' } }] })).toBe(false);
  });
});
