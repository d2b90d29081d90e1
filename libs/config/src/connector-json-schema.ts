import { z } from 'zod';
import { kindList, kinds, type ConnectorConfig } from './connectors.ts';
import { type JsonSchema } from './schema-names.ts';

/** JSON Schema of a connectors file, for editors; or of one connector, for forms. What no schema can say is checked by parsing. */
export function connectorJsonSchema(kind?: ConnectorConfig['kind']): JsonSchema {
  return publish(kind === undefined ? fileSchema() : kinds[kind].schema);
}

function fileSchema() {
  const tables = kindList.map(({ kind, table, schema }) => [
    table,
    z.array(schema).optional().describe(`Connectors of kind ${kind}.`),
  ]);
  return z.strictObject(Object.fromEntries(tables)).meta({ title: 'Trunkline connectors' });
}

function publish(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    // A note for our own tables, unknown to strict validators.
    override: ({ jsonSchema }) => void delete jsonSchema['x-default'],
  });
}
