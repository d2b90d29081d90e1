import { connectorJsonSchema } from '@trunkline/config';
import type { JsonSchema } from '@trunkline/control-api';
import { connectorKinds, type ConnectorKind } from '@trunkline/events';

/** What a connector is written with: the fields of its kind, as the reference shows them. */
export function connectorBody(): JsonSchema {
  return {
    description:
      'Fields by the kind in the path. Keys that are present are changed, keys that are absent keep their value, `null` resets to the default. ' +
      '`x-needed-to-create`: what a new connector cannot do without.',
    anyOf: connectorKinds.map(fieldsOfKind),
  };
}

/** The schema of the file, where a secret has three keys, as the API takes it: one key for a secret, nothing that must be there. */
function fieldsOfKind(kind: ConnectorKind): JsonSchema {
  const { properties: { name: _, ...properties } = {}, required = [] } = connectorJsonSchema(kind);
  const fields = withSecrets(properties).map(([name, { description, ...schema }]) => [
    name,
    { ...(description !== undefined && { description }), anyOf: [schema, { type: 'null' }] },
  ]);
  const needed = required.filter((name) => name !== 'name');
  return {
    ...{ title: kind, type: 'object', properties: Object.fromEntries(fields), additionalProperties: false },
    ...(needed.length > 0 && { 'x-needed-to-create': needed }),
  };
}

/** Fields with one key for each secret among them, at any depth of lists. */
function withSecrets(properties: NonNullable<JsonSchema['properties']>): [string, JsonSchema][] {
  const all = Object.entries(properties).flatMap(([name, schema]): [string, JsonSchema][] =>
    typeof schema === 'object' ? [[name, schema]] : [],
  );
  const secrets = all.map(([name]) => name).filter((name) => `${name}_secret_ref` in properties);
  const kept = all.filter(([name]) => !secrets.some((secret) => name.startsWith(`${secret}_`)));
  return kept.map(([name, schema]) => {
    const { description } = schema;
    if (secrets.includes(name)) return [name, { ...(description !== undefined && { description }), ...secretInput }];
    return [name, withSecretsInRows(schema)];
  });
}

function withSecretsInRows(schema: JsonSchema): JsonSchema {
  const { items } = schema;
  if (typeof items !== 'object' || Array.isArray(items) || !items.properties) return schema;
  return { ...schema, items: { ...items, properties: Object.fromEntries(withSecrets(items.properties)) } };
}

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
