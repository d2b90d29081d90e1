import {
  secretSource,
  secretValues,
  type ConnectorConfig,
  type ConnectorOf,
  type SecretField,
} from '@trunkline/config';
import { CommandFailed } from './exit-codes.ts';

/** The kinds whose connector a simulation takes from the file. */
export type Simulated = 'slack' | 'telegram' | 'external';

/** The connector that a simulation is for: the named one of this kind, else the first. Throws CommandFailed when there is none. */
export function connectorToSimulate<K extends Simulated>(
  { kind, name }: { kind: K; name: string | undefined },
  connectors: readonly ConnectorConfig[],
): ConnectorOf<K> {
  const ofKind = connectors.filter((each) => each.kind === kind);
  const found = ofKind.find((each) => name === undefined || each.name === name);
  if (found && isOfKind(found, kind)) return found;
  const known = ofKind.map((each) => each.name).join(', ');
  throw new CommandFailed(`There is no ${kind} connector${name === undefined ? '' : ` "${name}"`}.`, {
    exit: 'not_found',
    fix: known ? `There is: ${known}.` : howToAdd(kind),
  });
}

const howToAdd = (kind: Simulated) =>
  kind === 'external'
    ? 'Write one into the connectors file: docs/sidecars.md shows how.'
    : `Add one to try things with: trunkline fake ${kind} --add`;

const isOfKind = <K extends Simulated>(found: ConnectorConfig, kind: K): found is ConnectorOf<K> => found.kind === kind;

/** The secret that a platform would know: the flag's, else what the connector says, inline or by a variable of this process. */
export function secretToSign(
  { flag, given, field }: { flag: string; given: string | undefined; field: SecretField | undefined },
  env: NodeJS.ProcessEnv,
): string | undefined {
  if (given !== undefined || field === undefined) return given;
  const source = secretSource(field);
  const value = source === 'inline' ? field.inline : source === 'env' ? env[field.env ?? ''] : undefined;
  const [first] = secretValues(value ?? '');
  if (first !== undefined) return first;
  throw new CommandFailed(`The secret of the connector is not known here${source === 'env' ? `: ${field.env}` : ''}.`, {
    exit: 'auth',
    fix: `Give it with ${flag}.`,
  });
}
