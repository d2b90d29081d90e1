import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatProblem, parseConnectorsFile, type ConnectorConfig } from '@trunkline/config';
import { readDevRun } from './dev-state.ts';
import { CommandFailed } from './exit-codes.ts';

/** The connectors file of the development installation: the one that `dev` runs with now, else the one that it would take. */
export function devConnectorsFile(stateDir: string): string {
  return readDevRun(stateDir)?.connectors_file ?? join(stateDir, 'connectors.toml');
}

/** What a connectors file holds. Throws CommandFailed when it is not there or has errors. */
export function readConnectors(file: string): ConnectorConfig[] {
  if (!existsSync(file)) {
    throw new CommandFailed(`There is no file ${file}.`, {
      exit: 'not_found',
      fix: 'Check the path. That of the development installation is made by `npm start`.',
    });
  }
  const parsed = parseConnectorsFile(readFileSync(file), file);
  if (parsed.ok) return parsed.connectors;
  throw new CommandFailed(parsed.problems.map(formatProblem).join('\n'), { fix: `Mend ${file} first.` });
}

/** Writes a connector at the end of a connectors file. One of its kind and name that is there already stays, and is what is answered. */
export function addConnector(
  connector: { kind: ConnectorConfig['kind']; name: string; toml: string },
  file: string,
): ConnectorConfig | undefined {
  const known = readConnectors(file).find(({ kind, name }) => kind === connector.kind && name === connector.name);
  if (!known) appendFileSync(file, `\n${connector.toml}\n`);
  return known;
}
