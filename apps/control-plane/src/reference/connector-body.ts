import { connectorJsonSchema } from '@trunkline/config';
import type { JsonSchema } from '@trunkline/control-api';
import { connectorKinds, type ConnectorKind } from '@trunkline/events';

/** What a connector is written with: the fields of its kind, as the reference shows them. */
export function connectorBody(): JsonSchema {
  return {
    description:
      'Fields by the kind in the path. Keys that are present are changed, keys that are absent keep their value, `null` resets to the default.',
    anyOf: connectorKinds.map(fieldsOfKind),
  };
}

/** The schema of the file, where a secret has three keys, as the API takes it: one key for a secret, nothing that must be there. */
function fieldsOfKind(kind: ConnectorKind): JsonSchema {
  const { properties = {} } = connectorJsonSchema(kind);
  const names = Object.keys(properties);
  const secrets = names.filter((name) => names.includes(`${name}_secret_ref`));
  const kept = names.filter((name) => name !== 'name' && !isSourceOf(secrets, name));
  const fields = kept.map((name) => {
    const schema = properties[name];
    if (typeof schema !== 'object') return [name, schema];
    const { description, ...rest } = schema;
    const type = secrets.includes(name) ? secretInput : rest;
    return [name, { ...(description !== undefined && { description }), anyOf: [type, { type: 'null' }] }];
  });
  return { title: kind, type: 'object', properties: Object.fromEntries(fields), additionalProperties: false };
}

const isSourceOf = (secrets: readonly string[], name: string) =>
  secrets.some((secret) => name === `${secret}_env` || name === `${secret}_secret_ref`);

/** Write-only: answers say where a secret comes from, never what it is. */
const secretInput: JsonSchema = {
  type: 'object',
  writeOnly: true,
  properties: {
    value: { type: 'string', description: 'The secret itself: it goes into the secret store.' },
    secret_ref: { type: 'string', description: 'Reference of a secret that is in the store.' },
    env: { type: 'string', description: 'Environment variable of the gateway; not together with the others.' },
    grace_seconds: {
      type: 'integer',
      minimum: 0,
      description: 'With `value`: how long the value before counts on, so that both sides can change. Default 24 h.',
    },
  },
  additionalProperties: false,
};
