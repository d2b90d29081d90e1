import { z } from 'zod';

/** What came of reading something from outside. `unknown_version`: written by a newer major version; not to be judged here. */
export type Read<T> = { ok: true; value: T } | { ok: false; reason: 'invalid' | 'unknown_version'; problems: string[] };

/** Runs a schema; problems name the path and never the value. */
export function readWith<T>(schema: z.ZodType<T>, json: unknown): Read<T> {
  const result = schema.safeParse(json);
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, reason: 'invalid', problems: describeIssues(result.error) };
}

/** `content.text: Invalid input: expected string` for each issue, without the value: it may be private. */
export function describeIssues(error: z.ZodError): string[] {
  return error.issues.map((issue) => (issue.path.length ? `${z.core.toDotPath(issue.path)}: ${issue.message}` : issue.message));
}

/** Reads a document whose `v` is its major version; only major 1 is known, and a missing one means 1. */
export function readVersioned<T>(schema: z.ZodType<T>, json: unknown): Read<T> {
  const version = typeof json === 'object' && json !== null && 'v' in json ? json.v : 1;
  if (typeof version === 'number' && Math.floor(version) !== 1) {
    return { ok: false, reason: 'unknown_version', problems: [`v: major version ${version} is newer than this program`] };
  }
  return readWith(schema, json);
}
