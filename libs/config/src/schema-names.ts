import { z } from 'zod';

/** A JSON Schema node as zod makes it. */
export type JsonSchema = z.core.JSONSchema.BaseSchema;

const made = new WeakMap<z.ZodType, JsonSchema>();

/** The JSON Schema of what a user writes. Made once for each schema. */
export function inputJsonSchema(schema: z.ZodType): JsonSchema {
  const json = made.get(schema) ?? z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  made.set(schema, json);
  return json;
}

/** The key names that the schema knows at a path; those of every alternative where there are several. */
export function namesAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const root = inputJsonSchema(schema);
  let nodes = alternatives(root, root);
  for (const part of path)
    nodes = nodes.flatMap((node) => inside(node, part)).flatMap((node) => alternatives(node, root));
  return [...new Set(nodes.flatMap((node) => Object.keys(node.properties ?? {})))];
}

function inside(node: JsonSchema, part: PropertyKey): JsonSchema[] {
  const next = typeof part === 'number' ? node.items : (node.properties?.[String(part)] ?? node.additionalProperties);
  return isNode(next) ? [next] : [];
}

/** The node itself, or what it refers to, or each of its alternatives. */
export function alternatives(node: JsonSchema, root: JsonSchema): JsonSchema[] {
  const target = node.$ref === undefined ? node : root.$defs?.[node.$ref.replace('#/$defs/', '')];
  if (!isNode(target)) return [];
  const parts = [...(target.anyOf ?? []), ...(target.oneOf ?? []), ...(target.allOf ?? [])].filter(isNode);
  return [target, ...parts.flatMap((part) => alternatives(part, root))];
}

/** Whether a schema keyword's value is a schema object, rather than absent, `true` or a tuple. */
export function isNode(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
