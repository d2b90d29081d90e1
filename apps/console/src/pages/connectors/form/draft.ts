import type { Field, FieldOf, RowShape } from './fields-of.ts';

/** What somebody has entered so far, by field. A field that is not there has its default. */
export type Draft = Readonly<Record<string, unknown>>;

/** Where a secret shall come from; a field without a choice keeps what it has. */
type SecretChoice =
  | { from: 'value'; value: string; graceSeconds?: number }
  | { from: 'secret_ref'; reference: string }
  | { from: 'env'; variable: string }
  | { from: 'nowhere' };

export const isTable = (value: unknown): value is Draft =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A connector's fields as a form begins with them: what only repeats a default is left out. */
export function draftOf(fields: readonly Field[], config: Draft): Draft {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = field.input === 'secret' ? undefined : settled(field, config[field.key]);
      return value === undefined ? [] : [[field.key, value]];
    }),
  );
}

/** What the entered comes to; nothing where it says no more than the default. */
export function settled(field: Field, value: unknown): unknown {
  const said = meant(field, value);
  return said === undefined || same(said, field.fallback) ? undefined : said;
}

function meant(field: Field, value: unknown): unknown {
  switch (field.input) {
    case 'text':
      return value === '' ? undefined : value;
    case 'number':
    case 'switch':
    case 'choice':
      return value === '' || value === null ? undefined : value;
    case 'list':
      return Array.isArray(value) ? value : undefined;
    case 'table':
      return isTable(value) ? orNothing(draftOf(field.fields, value)) : undefined;
    case 'record':
      return isTable(value) ? orNothing(value) : undefined;
    case 'rows':
      return Array.isArray(value) ? rowsOf(field, value) : undefined;
    case 'secret':
      return isSecretChoice(value) ? secretBody(value) : undefined;
  }
}

const orNothing = (table: Draft) => (Object.keys(table).length === 0 ? undefined : table);

const rowsOf = ({ shapes }: FieldOf<'rows'>, rows: readonly unknown[]) =>
  rows.flatMap((row) => (isTable(row) ? [rowOf(shapeOf(row, shapes), row)] : []));

function rowOf(shape: RowShape | undefined, row: Draft): Draft {
  const said = shape?.fields.flatMap((field) => {
    const value = settled(field, row[field.key]);
    return value === undefined ? [] : [[field.key, value]];
  });
  return said ? { ...shape?.fixed, ...Object.fromEntries(said) } : row;
}

/** The shape that a row has: the one whose fixed parts it has, else one that has none. */
export function shapeOf(row: Draft, shapes: readonly RowShape[]): RowShape | undefined {
  const has = ({ fixed }: RowShape) => Object.entries(fixed).every(([key, value]) => row[key] === value);
  return shapes.find((shape) => Object.keys(shape.fixed).length > 0 && has(shape)) ?? shapes.find(has);
}

const isSecretChoice = (value: unknown): value is SecretChoice => isTable(value) && value['from'] !== undefined;

/** What the API is told of a secret. */
function secretBody(choice: SecretChoice): Draft {
  switch (choice.from) {
    case 'value': {
      const { value, graceSeconds } = choice;
      return { value, ...(graceSeconds !== undefined && { grace_seconds: graceSeconds }) };
    }
    case 'secret_ref':
      return { secret_ref: choice.reference };
    case 'env':
      return { env: choice.variable };
    case 'nowhere':
      return {};
  }
}

/** Whether two values say the same; the order of keys says nothing. */
export function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((each, n) => same(each, b[n]));
  if (!isTable(a) || !isTable(b)) return a === b;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && same(a[key], b[key]));
}
