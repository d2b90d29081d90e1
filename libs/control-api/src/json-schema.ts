import { z } from 'zod';

/** A JSON Schema (2020-12), as an OpenAPI 3.1 document holds it. */
export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Gathers the schemas that others refer to, by their name in the document. */
export type SchemaComponents = Map<string, JsonSchema>;

/**
 * The schema of what goes over the wire: `input` is what a caller writes, closed so that a typing mistake is an error; `output`
 * is what we answer, open for the fields of later versions.
 *
 * What refers to itself becomes a component, named after `name`.
 */
export function wireSchema(
  schema: z.ZodType,
  { io, name, components }: { io: 'input' | 'output'; name: string; components: SchemaComponents },
): JsonSchema {
  const made = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      dropNoise(jsonSchema);
      if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  return moveDefinitions(made, { name, components });
}

/** Bounds that say no more than "a number of JavaScript", and patterns that repeat a format. */
function dropNoise(schema: JsonSchema): void {
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.format === 'date-time') delete schema.pattern;
}

/** Inside a document, `#/$defs/x` would mean something of the document: definitions move to its components. */
function moveDefinitions(
  { $schema: _, $defs = {}, ...schema }: JsonSchema,
  { name, components }: { name: string; components: SchemaComponents },
): JsonSchema {
  const componentName = (definition: string) => `${name}.${definition.replaceAll(/[^A-Za-z0-9._-]/g, '_')}`;
  const refer = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(refer);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(
      Object.entries(node).map(([key, value]) => [
        key,
        key === '$ref' && typeof value === 'string' ? moved(value) : refer(value),
      ]),
    );
  };
  const moved = (reference: string) => {
    const definition = /^#\/\$defs\/(.+)$/.exec(reference)?.[1];
    if (definition !== undefined) return `#/components/schemas/${componentName(definition)}`;
    // The whole schema refers to itself.
    if (reference === '#') components.set(name, {});
    return reference === '#' ? `#/components/schemas/${name}` : reference;
  };
  for (const [definition, body] of Object.entries($defs))
    components.set(componentName(definition), Object(refer(body)));
  const root: JsonSchema = Object(refer(schema));
  if (!components.has(name)) return root;
  components.set(name, root);
  return { $ref: `#/components/schemas/${name}` };
}

/** A schema written by others, ready for the document: see `wireSchema`. */
export function foreignSchema(schema: JsonSchema, at: { name: string; components: SchemaComponents }): JsonSchema {
  return moveDefinitions(schema, at);
}
