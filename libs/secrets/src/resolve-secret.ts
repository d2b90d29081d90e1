import { mayUse } from './reference.ts';
import type { Secret } from './secret.ts';
import { secretOf } from './secret.ts';
import type { SecretStore } from './secret-store.ts';

/** The sources of one secret field. An empty text is a source that is named and blank. */
export interface SecretSources {
  secret_ref?: string | undefined;
  env?: string | undefined;
  inline?: string | undefined;
}

/** Where a value came from. */
export type SecretOrigin = 'secret_ref' | 'env' | 'inline';

/**
 * What a field's sources came to. `unset`: none is named. `missing`: the one that counts has no usable value, and a weaker one
 * is not asked. Reasons name the source, never a value.
 */
export type ResolvedSecret =
  | {
      status: 'resolved';
      /** The current value first, then replaced ones in their grace window: pass them through `validSecrets` at each use. */
      secrets: [Secret, ...Secret[]];
      source: SecretOrigin;
      version?: number;
      updated_at?: string;
      /** Sources that are named too and do not count: worth a warning. */
      shadowed: SecretOrigin[];
    }
  | { status: 'missing'; source: SecretOrigin; reason: string; shadowed: SecretOrigin[] }
  | { status: 'unset' };

/** `kind` restricts references to those that the gateway of this kind may use. Without a store, every reference is missing. */
export interface ResolveSecretDeps {
  store?: Pick<SecretStore, 'read'> | undefined;
  env: Readonly<Record<string, string | undefined>>;
  kind?: string;
}

const strongestFirst = ['secret_ref', 'env', 'inline'] as const;

/** Resolves one secret field: secret-store reference, then environment variable, then inline value; the first one named counts. */
export async function resolveSecret(sources: SecretSources, deps: ResolveSecretDeps): Promise<ResolvedSecret> {
  const [source, ...shadowed] = strongestFirst.filter((name) => sources[name] !== undefined);
  if (source === undefined) return { status: 'unset' };
  const found = await look(source, sources[source] ?? '', deps);
  if (typeof found === 'string') return { status: 'missing', source, reason: found, shadowed };
  return { status: 'resolved', source, shadowed, ...found };
}

interface Found {
  secrets: [Secret, ...Secret[]];
  version?: number;
  updated_at?: string;
}

async function look(source: SecretOrigin, named: string, deps: ResolveSecretDeps): Promise<Found | string> {
  switch (source) {
    case 'secret_ref':
      return lookInStore(named, deps);
    case 'env': {
      const value = deps.env[named];
      if (value === undefined) return `environment variable ${named} is not set`;
      return present(withoutNewline(value)) ?? `environment variable ${named} is blank`;
    }
    case 'inline':
      return present(named) ?? 'the inline value is blank';
  }
}

async function lookInStore(reference: string, { store, kind }: ResolveSecretDeps): Promise<Found | string> {
  if (kind !== undefined && !mayUse(kind, reference)) {
    return `a ${kind} connector may use references under "connectors.${kind}." and "shared." only, not "${reference}"`;
  }
  if (store === undefined) return `there is no secret store to look up "${reference}" in: no master key is configured`;
  const read = await store.read(reference);
  if (read.status === 'absent') return `secret "${reference}" is not set`;
  if (read.status === 'unreadable') return `${read.reason} ${read.fix}`;
  return { secrets: read.secrets, version: read.version, updated_at: read.updated_at };
}

const present = (value: string): Found | undefined =>
  value.trim() === '' ? undefined : { secrets: [secretOf(value)] };

// Files and pipes end in one, and no secret does: a carriage return in an Authorization header fails far from its cause.
const withoutNewline = (value: string) => value.replace(/[\r\n]+$/, '');
