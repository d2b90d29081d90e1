import type { ConnectorConfig } from '@trunkline/config';
import { viewOf, type SecretFieldView } from '@trunkline/inventory';
import { isDeepStrictEqual } from 'node:util';
import type { AuditNote } from '../audit/record-audit.ts';

type Change = AuditNote['changes'][number];

/** A connector before and after a change. */
export interface Compared {
  before: ConnectorConfig | undefined;
  after: ConnectorConfig;
  /** The keys that somebody wrote: of a new connector these are what changed. */
  written: readonly string[];
  /** Secret fields that get a new value, wherever it is stored. */
  newValues: readonly string[];
}

/** What is different, field by field. Of secrets it tells where they come from and that there is a new value, never the value. */
export function changesBetween({ before, after, written, newValues }: Compared): Change[] {
  const [old, next] = [before && shownOf(before), shownOf(after)];
  const isNews = (field: string) =>
    field !== 'name' && (before !== undefined || written.includes(field.split('.', 1)[0] ?? ''));
  return [
    ...differences(old ? flat(old.config) : new Map(), flat(next.config)).filter(({ field }) => isNews(field)),
    ...differences(sourcesOf(old?.secrets ?? {}, []), sourcesOf(next.secrets, newValues)),
  ];
}

const shownOf = (config: ConnectorConfig) =>
  viewOf({ kind: config.kind, name: config.name, source: 'runtime', state: 'disabled', config });

function differences(from: ReadonlyMap<string, unknown>, to: ReadonlyMap<string, unknown>): Change[] {
  return [...new Set([...from.keys(), ...to.keys()])].flatMap((field) => {
    const [was, is] = [from.get(field), to.get(field)];
    if (isDeepStrictEqual(was, is)) return [];
    return [{ field, ...(was !== undefined && { from: was }), ...(is !== undefined && { to: is }) }];
  });
}

/** Fields of tables by their dotted name; a list is one value. */
function flat(table: object, prefix = ''): Map<string, unknown> {
  const entries = Object.entries(table).flatMap(([key, value]: [string, unknown]): [string, unknown][] => {
    const isTable = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isTable ? [...flat(value, `${prefix}${key}.`)] : [[prefix + key, value]];
  });
  return new Map(entries);
}

function sourcesOf(secrets: Record<string, SecretFieldView>, newValues: readonly string[]): Map<string, unknown> {
  const set = Object.entries(secrets).flatMap(([field, view]): [string, unknown][] => {
    if (!view.configured) return [];
    const { configured: _, ...source } = view;
    return [[field, newValues.includes(field) ? { ...source, new_value: true } : source]];
  });
  return new Map(set);
}
