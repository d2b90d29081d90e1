import type { z } from 'zod';

/** A field that may be absent or null, which mean the same on this wire: `undefined` once read. */
export const optional = <T extends z.ZodType>(schema: T) =>
  schema
    .nullish()
    .transform((value): z.output<T> | undefined => value ?? undefined)
    .optional();

/** A list that may be absent or null: empty once read. */
export const optionalList = <T extends z.ZodType>(schema: z.ZodArray<T>) =>
  schema.nullish().transform((items) => items ?? []);
