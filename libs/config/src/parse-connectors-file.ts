import { dirname } from 'node:path';
import type { ConfigProblem } from './config-problem.ts';
import { connectorLabel, usableName } from './connector-label.ts';
import { kindList, type ConnectorConfig } from './connectors.ts';
import type { Finding, Kind } from './define-kind.ts';
import { unknownKey } from './describe-issues.ts';
import { problemOf } from './problem-text.ts';
import { isTable, readConnector } from './read-connector.ts';
import { readToml } from './read-toml.ts';
import { tomlPlaces, type TomlPlaces } from './toml-places.ts';

export type ParsedConnectorsFile =
  { ok: true; connectors: ConnectorConfig[]; warnings: ConfigProblem[] } | { ok: false; problems: ConfigProblem[] };

/** A finding with its path in the whole document. */
interface Placed {
  at: PropertyKey[];
  finding: Finding;
  connector?: string;
}

interface Harvest {
  connectors: ConnectorConfig[];
  refused: Placed[];
  warnings: Placed[];
}

/**
 * Parses a connectors file: every problem of the whole file at once, in the order of its lines.
 *
 * Pure: neither reads the file nor resolves a secret. `file` is its path, for messages and as the place that relative paths in
 * it start from. Never throws, whatever the input. Give bytes where there are some: text may have lost what was not UTF-8.
 */
export function parseConnectorsFile(input: string | Uint8Array, file: string): ParsedConnectorsFile {
  const read = readToml(input);
  if (!read.ok) return { ok: false, problems: [{ file, ...read.problem }] };
  const harvest: Harvest = { connectors: [], refused: [], warnings: [] };
  checkTopLevel(read.document, harvest);
  for (const kind of kindList) harvestKind(kind, { document: read.document, folder: dirname(file), harvest });

  const { connectors, refused, warnings } = harvest;
  const found = refused.length > 0 ? refused : warnings;
  if (found.length === 0) return { ok: true, connectors, warnings: [] };
  const problems = located(found, { file, places: tomlPlaces(read.text) });
  return refused.length > 0 ? { ok: false, problems } : { ok: true, connectors, warnings: problems };
}

function checkTopLevel(document: Record<string, unknown>, { refused }: Harvest): void {
  const tables = kindList.map((kind) => kind.table);
  for (const key of Object.keys(document)) {
    if (!tables.includes(key)) refused.push({ at: [key], finding: unknownKey([key], tables) });
  }
}

interface Source {
  document: Record<string, unknown>;
  folder: string;
  harvest: Harvest;
}

function harvestKind(kind: Kind<ConnectorConfig>, { document, folder, harvest }: Source): void {
  const raws = document[kind.table] ?? [];
  if (!Array.isArray(raws) || !raws.every(isTable)) {
    const message = `must be written as tables with double brackets: [[${kind.table}]]`;
    harvest.refused.push({ at: [kind.table], finding: { path: [kind.table], message } });
    return;
  }
  const names = new Set<string>();
  for (const [index, raw] of raws.entries()) {
    const reading = readConnector(kind, raw, { folder });
    const name = usableName(raw);
    if (name !== undefined && names.has(name)) {
      reading.refused.push({ path: ['name'], message: `is already used by another of the ${kind.table}` });
    } else if (name !== undefined) names.add(name);
    const connector = connectorLabel(kind.kind, { name, index });
    const place = (finding: Finding) => ({ at: [kind.table, index, ...finding.path], finding, connector });
    harvest.refused.push(...reading.refused.map(place));
    harvest.warnings.push(...reading.warnings.map(place));
    if (reading.connector) harvest.connectors.push(reading.connector);
  }
}

function located(found: readonly Placed[], { file, places }: { file: string; places: TomlPlaces }): ConfigProblem[] {
  return found
    .map(({ at, finding, connector }) => ({ file, line: places.lineOf(at), ...problemOf(finding, connector) }))
    .sort((a, b) => a.line - b.line);
}
