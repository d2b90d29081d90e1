import type { JsonSchema } from '@trunkline/control-api';
import { html, inline, type Html } from './html.ts';

/** Finds what a `$ref` of the document names. */
export type FindSchema = (reference: string) => JsonSchema | undefined;

/** How a schema is told. */
export interface SchemaWalk {
  find: FindSchema;
  /** Which fields are marked: of what a caller writes those that must be there, of what he gets those that may be missing. */
  mark: 'required' | 'optional';
  /** References that this place is inside of. */
  above?: readonly string[];
}

/** The fields of a schema as a list, those of what is inside them below each. Something that holds itself is told once. */
export function schemaFields(given: JsonSchema, walk: SchemaWalk): Html {
  const { schema, walk: deeper } = follow(given, walk);
  const choices = alternativesOf(schema).filter(hasInside);
  const list = fieldList(schema, deeper);
  const items = isSchema(schema.items) ? schemaFields(schema.items, deeper) : undefined;
  const values = isSchema(schema.additionalProperties) ? schemaFields(schema.additionalProperties, deeper) : undefined;
  return html`${list}${items}${values}${choices.map((choice) => choiceOf(choice, { walk: deeper, alone: choices.length === 1 }))}`;
}

function choiceOf(choice: JsonSchema, { walk, alone }: { walk: SchemaWalk; alone: boolean }): Html {
  if (alone) return schemaFields(choice, walk);
  const name = choice.title ?? typeName(choice, walk);
  return html`<details class="choice">
    <summary>${name}</summary>
    ${schemaFields(choice, walk)}
  </details>`;
}

function fieldList({ properties = {}, required = [] }: JsonSchema, walk: SchemaWalk): Html | undefined {
  const entries = Object.entries(properties);
  if (entries.length === 0) return undefined;
  const fields = entries.map(([name, schema]) =>
    field({ name, schema: isSchema(schema) ? schema : {}, required: required.includes(name) }, walk),
  );
  return html`<ul class="fields">
    ${fields}
  </ul>`;
}

/** One field, parameter or value with its type and what it means. */
export function field(of: { name: string; schema: JsonSchema; required: boolean }, walk: SchemaWalk): Html {
  const { schema } = follow(of.schema, walk);
  const description = of.schema.description ?? schema.description;
  return html`<li>
    <code class="name">${of.name}</code> <span class="type">${typeName(of.schema, walk)}</span>${
      of.required === (walk.mark === 'required') ? html` <span class="${walk.mark}">${walk.mark}</span>` : undefined
    }${description === undefined ? undefined : html` <span class="about">${inline(description)}</span>`}${schemaFields(of.schema, walk)}
  </li>`;
}

/** The type in words: `string`, `list of integer`, `viewer | operator`. */
export function typeName(given: JsonSchema, walk: SchemaWalk): string {
  const { schema, walk: deeper } = follow(given, walk);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => (value === '' ? '""' : String(value))).join(' | ');
  if (schema.type === 'array') return isSchema(schema.items) ? `list of ${typeName(schema.items, deeper)}` : 'list';
  const choices = alternativesOf(schema);
  if (choices.length > 0)
    return [...new Set(choices.map((choice) => choice.title ?? typeName(choice, deeper)))].join(' | ');
  if (schema.type === 'object') return isSchema(schema.additionalProperties) ? 'object by name' : 'object';
  return [plainType(schema), limits(schema), defaultOf(schema)].filter((part) => part !== '').join(', ');
}

const plainType = ({ type, format }: JsonSchema) => format ?? (type === undefined ? 'any' : String(type));

function limits({ minimum, maximum, minLength, maxLength }: JsonSchema): string {
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  if (minimum !== undefined) return `at least ${minimum}`;
  if (maximum !== undefined) return `at most ${maximum}`;
  if (maxLength !== undefined) return `${minLength ?? 0} to ${maxLength} characters`;
  return '';
}

const defaultOf = (schema: JsonSchema) =>
  schema.default === undefined ? '' : `default ${JSON.stringify(schema.default)}`;

function follow(schema: JsonSchema, walk: SchemaWalk): { schema: JsonSchema; walk: SchemaWalk } {
  const { $ref: reference } = schema;
  if (reference === undefined) return { schema, walk };
  if (walk.above?.includes(reference)) return { schema: { title: nameOf(reference), type: 'object' }, walk };
  return { schema: walk.find(reference) ?? {}, walk: { ...walk, above: [...(walk.above ?? []), reference] } };
}

const nameOf = (reference: string) => reference.slice(reference.lastIndexOf('/') + 1);

const alternativesOf = ({ anyOf = [], oneOf = [], allOf = [] }: JsonSchema) =>
  [...anyOf, ...oneOf, ...allOf].filter(isSchema);

/** Whether there is more to tell than a type's name. */
function hasInside(schema: JsonSchema): boolean {
  return [schema.properties, schema.items, schema.anyOf, schema.oneOf, schema.allOf, schema.$ref].some(Boolean);
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
