import { z } from 'zod';

type Schema = z.core.$ZodType;

/** What has been derived, so that one schema has one reading form; and the forms that `readAs` set by hand. */
const readForms = new WeakMap<Schema, Schema>();

/**
 * Says how a schema is read where that is not just its loosened shape: a list of values that may grow, for example. Last in the
 * chain, because `.describe()` and its like return another schema.
 */
export function readAs<S extends Schema>(schema: S, form: Schema): S {
  readForms.set(schema, form);
  return schema;
}

/** One of these when we write; a newer writer may know more of them. Treat one that you do not know as if it were not there. */
export function openEnum<const V extends readonly [string, ...string[]]>(values: V, description: string) {
  const written = z.enum(values).describe(description);
  return readAs(
    written,
    z.union([z.enum(values), z.string()]).describe(`${description} A newer writer may know others.`),
  );
}

/**
 * The same shape as we read it from the bus: at every depth, unknown fields are kept and the rules across fields and lengths of
 * lists, which a newer writer may have relaxed, are left to whoever wrote it.
 */
export function tolerant<T>(schema: z.ZodType<T>): z.ZodType<T> {
  // The reading form accepts whatever the schema does, and gives the same for it; TypeScript cannot follow a rebuilt schema.
  return loosen(schema) as z.ZodType<T>;
}

function loosen(schema: Schema): Schema {
  const present = readForms.get(schema);
  if (present) return present;
  const loose = described(rebuilt(schema), schema);
  readForms.set(schema, loose);
  return loose;
}

function rebuilt(schema: Schema): Schema {
  if (schema instanceof z.ZodObject) {
    return z.looseObject(
      Object.fromEntries(Object.entries(schema.shape).map(([name, field]) => [name, loosen(field)])),
    );
  }
  if (schema instanceof z.ZodArray) return z.array(loosen(schema.element));
  if (schema instanceof z.ZodOptional) return z.optional(loosen(schema.unwrap()));
  if (schema instanceof z.ZodDefault) return z._default(loosen(schema.unwrap()), schema.def.defaultValue);
  if (schema instanceof z.ZodDiscriminatedUnion) {
    return new z.ZodDiscriminatedUnion({ ...schema.def, options: schema.options.map(loosen) });
  }
  return schema;
}

function described(loose: Schema, schema: Schema): Schema {
  const description = z.globalRegistry.get(schema)?.description;
  if (loose !== schema && description !== undefined) z.globalRegistry.add(loose, { description });
  return loose;
}
