import type { ConnectorKind } from '@trunkline/events';
import type { z } from 'zod';
import { describeIssues } from './describe-issues.ts';
import { tripleKeys } from './secret-field.ts';

/** Something wrong, or worth a warning, at a path within one connector. */
export interface Finding {
  path: PropertyKey[];
  message: string;
  suggestion?: string;
}

/** What one kind makes of a raw connector. `connector` is there when nothing was refused. */
export interface Reading<C> {
  refused: Finding[];
  warnings: Finding[];
  connector?: C;
}

/** Where a connector comes from, as far as its meaning depends on it. */
export interface Origin {
  /** The folder that relative paths belong to: the TOML file's. */
  folder?: string;
}

/** A connector that is being checked as a whole; holds only the fields that are valid by themselves. */
export interface Draft<W> {
  wire: Partial<W>;
  /** Whether the field was written at all, valid or not, so that one mistake is not reported as two. */
  has(field: string): boolean;
  /** The same for the triple of a secret. */
  hasSecret(field: string): boolean;
  refuse(path: PropertyKey[], message: string): void;
  warn(path: PropertyKey[], message: string, suggestion?: string): void;
}

/** One kind of connector: its schema, and what the schema of single fields cannot say. */
export interface KindParts<K extends ConnectorKind, S extends z.ZodObject, C> {
  kind: K;
  schema: S;
  secretFields: readonly string[];
  check(draft: Draft<z.output<S>>): void;
  /** Called for what passed the schema and the check. */
  finish(wire: z.output<S>, origin: Origin): C;
}

/** The reader of one kind. */
export interface Kind<C> {
  kind: ConnectorKind;
  table: string;
  schema: z.ZodObject;
  secretFields: readonly string[];
  read(raw: Record<string, unknown>, origin?: Origin): Reading<C>;
}

/** Makes the reader of one kind: every rule is applied, whichever others failed. */
export function defineKind<K extends ConnectorKind, S extends z.ZodObject, C>(parts: KindParts<K, S, C>): Kind<C> {
  const { kind, schema, secretFields } = parts;
  const lenient = schema.partial().strip();

  /** The fields that are valid by themselves. TypeScript cannot follow their types through a generic schema. */
  function validPart(raw: Record<string, unknown>, refused: readonly Finding[]): Partial<z.output<S>> {
    const broken = new Set(refused.map((finding) => finding.path[0]));
    const isSound = ([key]: [string, unknown]) => !broken.has(key);
    const parsed = lenient.safeParse(Object.fromEntries(Object.entries(raw).filter(isSound))).data ?? {};
    // Once more: a broken field must not come back as its default.
    return Object.fromEntries(Object.entries(parsed).filter(isSound)) as Partial<z.output<S>>;
  }

  function read(raw: Record<string, unknown>, origin: Origin = {}): Reading<C> {
    const parsed = schema.safeParse(raw);
    const refused = parsed.success ? [] : describeIssues(parsed.error.issues, { raw, schema });
    const warnings: Finding[] = [];
    const wire = parsed.success ? parsed.data : validPart(raw, refused);
    const has = (field: string) => Object.hasOwn(raw, field);
    parts.check({
      wire,
      has,
      hasSecret: (field) => Object.values(tripleKeys(field)).some(has),
      refuse: (path, message) => void refused.push({ path, message }),
      warn: (path, message, suggestion) => void warnings.push({ path, message, ...(suggestion && { suggestion }) }),
    });
    if (!parsed.success || refused.length > 0) return { refused, warnings };
    return { refused, warnings, connector: parts.finish(parsed.data, origin) };
  }

  return { kind, table: `${kind}_connectors`, schema, secretFields, read };
}
