import { asyncApiDocument } from './asyncapi.ts';
import { eventSchemas } from './json-schemas.ts';

/** Name and text of each file in generated/. */
export function generatedFiles(): Record<string, string> {
  const schemas = Object.entries(eventSchemas()).map(([name, schema]) => [`${name}.schema.json`, textOf(schema)]);
  return { ...Object.fromEntries(schemas), 'asyncapi.json': textOf(asyncApiDocument()) };
}

const textOf = (document: object) => `${JSON.stringify(document, null, 2)}\n`;
