import type { ConnectorKind } from '@trunkline/events';
import type { ConnectorProblem } from './config-problem.ts';
import { kinds, type ConnectorOf } from './connectors.ts';
import { connectorLabel, usableName } from './connector-label.ts';
import { problemOf } from './problem-text.ts';
import { readConnector } from './read-connector.ts';

export type ParsedConnector<K extends ConnectorKind = ConnectorKind> =
  { ok: true; connector: ConnectorOf<K>; warnings: ConnectorProblem[] } | { ok: false; problems: ConnectorProblem[] };

/** Parses one connector from its JSON form, as the API and the runtime store have it: the file's keys, the file's rules. */
export function parseConnector<K extends ConnectorKind>(kind: K, json: unknown): ParsedConnector<K> {
  const { refused, warnings, connector } = readConnector<ConnectorOf<K>>(kinds[kind], json);
  const label = connectorLabel(kind, { name: usableName(json), index: 0 });
  if (!connector) return { ok: false, problems: refused.map((finding) => problemOf(finding, label)) };
  return { ok: true, connector, warnings: warnings.map((finding) => problemOf(finding, label)) };
}
