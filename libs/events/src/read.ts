import { z } from 'zod';

/** What came of reading something from outside. `unknown_version`: written by another major version; not to be judged here. */
export type Read<T> = { ok: true; value: T } | { ok: false; reason: 'invalid' | 'unknown_version'; problems: string[] };

/** Runs a schema; problems name the path and never the value. */
export function readWith<T>(schema: z.ZodType<T>, document: unknown): Read<T> {
  const result = schema.safeParse(document);
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, reason: 'invalid', problems: describeIssues(result.error) };
}

/** `content.text: Invalid input: expected string` for each issue, without the value: it may be private. */
export function describeIssues(error: { readonly issues: readonly z.core.$ZodIssue[] }): string[] {
  return error.issues.map((issue) =>
    issue.path.length ? `${z.core.toDotPath(issue.path)}: ${issue.message}` : issue.message,
  );
}

/** Reads a document whose `v` is its major version; only major 1 is known, and a missing one is left to the schema. */
export function readVersioned<T>(schema: z.ZodType<T>, document: unknown): Read<T> {
  const version = member(document, 'v');
  if (typeof version === 'number' && version !== 1) return unknownVersion('v', version);
  return readWith(schema, document);
}

/** The answer for a document of another major version. */
export function unknownVersion(field: string, version: number): Read<never> {
  return {
    ok: false,
    reason: 'unknown_version',
    problems: [`${field}: major version ${version} is not known to this program`],
  };
}

/** A field of a document that nobody has checked yet. */
export function member(document: unknown, name: string): unknown {
  return typeof document === 'object' && document !== null && Object.hasOwn(document, name)
    ? Reflect.get(document, name)
    : undefined;
}
