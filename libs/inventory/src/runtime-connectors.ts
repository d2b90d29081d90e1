import { parseConnector, type ConnectorProblem } from '@trunkline/config';
import { token, type Change } from '@trunkline/bus';
import { connectorKinds, type ConnectorKind } from '@trunkline/events';
import type { Declared } from './entry.ts';

/** What the bucket `connectors` holds for a connector; others may keep more beside it. */
export interface StoredConnector {
  /** The wire form, as a file would have it. */
  config: unknown;
}

/** The key of a connector in the bucket, and in every table here. */
export function connectorKey(kind: ConnectorKind, name: string): string {
  return `${kind}.${token(name)}`;
}

/** A stored connector as it was read: usable or not, with what is wrong with it. */
export interface RuntimeConnector {
  declared: Declared;
  problems: ConnectorProblem[];
  /** What is stored, where it cannot be read. */
  stored?: unknown;
}

/** Reads one record of the bucket. What cannot be read is a connector that is degraded by itself; unknown kinds are none of ours. */
export function readRuntimeConnector({ key, value }: Change<unknown>): RuntimeConnector | undefined {
  const [kindText, nameToken = ''] = key.split('.', 2);
  const kind = connectorKinds.find((known) => known === kindText);
  if (kind === undefined) return undefined;
  const stored = isStored(value) ? value.config : undefined;
  const parsed = parseConnector(kind, stored);
  if (!parsed.ok) {
    return { ...broken({ kind, name: nameIn(stored, { kind, key }) ?? nameToken }, parsed.problems), stored };
  }
  const { connector } = parsed;
  const { name } = connector;
  if (connectorKey(kind, name) !== key) {
    const problem = { connector: `${kind}/${nameToken}`, key: 'name', message: 'name differs from its key' };
    return { ...broken({ kind, name: nameToken }, [problem]), stored };
  }
  return { declared: { kind, name, source: 'runtime', config: connector }, problems: [] };
}

function broken({ kind, name }: { kind: ConnectorKind; name: string }, problems: ConnectorProblem[]): RuntimeConnector {
  const reason = `its stored configuration is not valid: ${problems.map((problem) => problem.message).join('; ')}`;
  return { declared: { kind, name, source: 'runtime', reason }, problems };
}

function isStored(value: unknown): value is StoredConnector {
  return typeof value === 'object' && value !== null && 'config' in value;
}

/** The name that a broken record gives itself, if its key agrees. */
function nameIn(config: unknown, { kind, key }: { kind: ConnectorKind; key: string }): string | undefined {
  if (typeof config !== 'object' || config === null || !('name' in config)) return undefined;
  const { name } = config;
  return typeof name === 'string' && connectorKey(kind, name) === key ? name : undefined;
}
