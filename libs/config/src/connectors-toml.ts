import { stringify } from 'smol-toml';
import { kindList, type ConnectorConfig } from './connectors.ts';
import { toPrintableWire } from './to-wire.ts';

/** A connectors file that says the same, with every default written out. For people: inline secrets are replaced by a mark. */
export function connectorsToml(connectors: readonly ConnectorConfig[]): string {
  const tables = kindList.map(({ kind, table }) => [
    table,
    connectors.filter((connector) => connector.kind === kind).map(toPrintableWire),
  ]);
  return stringify(Object.fromEntries(tables.filter(([, entries]) => entries?.length)));
}
