/** A JSON object whose fields are looked at one by one. */
export type Json = Record<string, unknown>;

/** True for what JSON calls an object. */
export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
