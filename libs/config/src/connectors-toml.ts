import { stringify } from 'smol-toml';
import { kindList, type ConnectorConfig } from './connectors.ts';
import { toPrintableWire, toWire } from './to-wire.ts';

/**
 * A connectors file that says the same, with every default written out. Inline secrets are replaced by a mark, unless they are
 * to be kept: then it is for the process that uses them, not for people.
 */
export function connectorsToml(
  connectors: readonly ConnectorConfig[],
  { secrets = 'masked' }: { secrets?: 'masked' | 'kept' } = {},
): string {
  const wireOf = secrets === 'kept' ? toWire : toPrintableWire;
  const tables = kindList.map(({ kind, table }) => [
    table,
    connectors.filter((connector) => connector.kind === kind).map(wireOf),
  ]);
  return stringify(Object.fromEntries(tables.filter(([, entries]) => entries?.length)));
}
