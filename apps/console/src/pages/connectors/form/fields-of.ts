import type { JsonSchema } from '@trunkline/control-api';

interface About {
  key: string;
  /** What it is for, as the schema says. */
  about?: string;
  /** A new one cannot do without. */
  needed: boolean;
  /** What counts where nothing is said. */
  fallback?: unknown;
}

/** One input of a form, made from a schema. */
export type Field = About &
  (
    | { input: 'text'; long: boolean }
    | { input: 'number'; minimum?: number; maximum?: number; unit?: string }
    | { input: 'switch' }
    | { input: 'choice'; options: string[] }
    | { input: 'list'; of: 'text' | 'number' }
    | { input: 'table'; fields: Field[] }
    /** Texts by a name of one's own. */
    | { input: 'record' }
    | { input: 'rows'; shapes: RowShape[] }
    | { input: 'secret' }
  );

export type FieldOf<I extends Field['input']> = Extract<Field, { input: I }>;

/** What a row of a list of tables may be. */
export interface RowShape {
  label: string;
  /** What each row of this shape says, and by which it is known. */
  fixed: Record<string, unknown>;
  fields: Field[];
}

/** The inputs for a table, in the order of its schema. Throws for a schema that there is no input for. */
export function fieldsOf(schema: JsonSchema, needed: readonly string[] = schema.required ?? []): Field[] {
  return entriesOf(schema).map(([key, own]) => fieldOf(key, own, needed.includes(key)));
}

const entriesOf = ({ properties = {} }: JsonSchema): [string, JsonSchema][] =>
  Object.entries(properties).flatMap(([key, schema]) => (isSchema(schema) ? [[key, schema]] : []));

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function fieldOf(key: string, given: JsonSchema, needed: boolean): Field {
  const schema = withoutNull(given);
  const about = given.description ?? schema.description;
  const { default: fallback } = schema;
  return {
    ...{ key, needed, ...inputOf(key, schema) },
    ...(about !== undefined && { about }),
    ...(fallback !== undefined && { fallback }),
  };
}

const alternativesOf = ({ anyOf = [], oneOf = [] }: JsonSchema) => [...anyOf, ...oneOf].filter(isSchema);

/** `null` is how a field is reset: not something that one enters. */
function withoutNull(schema: JsonSchema): JsonSchema {
  const kept = alternativesOf(schema).filter(({ type }) => type !== 'null');
  const [only] = kept;
  return kept.length === 1 && only ? only : schema;
}

type Input = Field extends infer F ? (F extends Field ? Omit<F, keyof About> : never) : never;

function inputOf(key: string, schema: JsonSchema): Input {
  if (schema.enum) return { input: 'choice', options: schema.enum.map(String) };
  switch (schema.type) {
    case 'boolean':
      return { input: 'switch' };
    case 'integer':
    case 'number':
      return numberOf(key, schema);
    case 'string':
      return { input: 'text', long: (schema.maxLength ?? 0) > longText };
    case 'array':
      return listOf(key, schema);
    case 'object':
      return tableOf(key, schema);
    default:
      // An id may come as a text or as a number; a text says both.
      if (alternativesOf(schema).some(({ type }) => type === 'string')) return { input: 'text', long: false };
      throw noInput(key, schema);
  }
}

const longText = 4_096;

const units = [
  ['_ms', 'ms'],
  ['_per_second', '/s'],
  ['_seconds', 's'],
] as const;

function numberOf(key: string, { minimum, maximum }: JsonSchema): Input {
  const unit = units.find(([ending]) => key.endsWith(ending))?.[1];
  return {
    input: 'number',
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
    ...(unit !== undefined && { unit }),
  };
}

function listOf(key: string, schema: JsonSchema): Input {
  const { items } = schema;
  if (!isSchema(items)) throw noInput(key, schema);
  if (items.type === 'string') return { input: 'list', of: 'text' };
  if (items.type === 'integer') return { input: 'list', of: 'number' };
  const shapes = leavesOf(items).map((each) => shapeOf(key, each));
  return { input: 'rows', shapes };
}

/** What is behind choices of choices. */
const leavesOf = (schema: JsonSchema): JsonSchema[] => {
  const choices = alternativesOf(schema);
  return choices.length === 0 ? [schema] : choices.flatMap(leavesOf);
};

function shapeOf(key: string, schema: JsonSchema): RowShape {
  if (schema.type !== 'object') throw noInput(key, schema);
  const fixed = Object.fromEntries(
    entriesOf(schema).flatMap(([name, { const: value }]) => (value === undefined ? [] : [[name, value]])),
  );
  const fields = entriesOf(schema)
    .filter(([name]) => !(name in fixed))
    .map(([name, own]) => fieldOf(name, own, schema.required?.includes(name) ?? false));
  // What must be there comes first.
  const sorted = fields.toSorted((a, b) => Number(b.needed) - Number(a.needed));
  const label = Object.values(fixed).join(' ') || sorted.map(({ key: name }) => name).join(' and ');
  return { label, fixed, fields: sorted };
}

function tableOf(key: string, schema: JsonSchema): Input {
  if (schema.writeOnly && schema.properties && 'secret_ref' in schema.properties) return { input: 'secret' };
  if (schema.properties) return { input: 'table', fields: fieldsOf(schema) };
  const { additionalProperties: values } = schema;
  if (isSchema(values) && values.type === 'string') return { input: 'record' };
  throw noInput(key, schema);
}

const noInput = (key: string, schema: JsonSchema) =>
  new Error(`There is no input for ${key}: ${JSON.stringify(schema).slice(0, 200)}`);
