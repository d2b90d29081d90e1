import { secretsOf, type ConnectorConfig } from '@trunkline/config';
import type { ConnectorKind } from '@trunkline/events';
import type { ConnectorSource } from './entry.ts';

/** A connector that refers to a secret, and in which of its fields (as `secretsOf` names them). */
export interface SecretReferrer {
  kind: ConnectorKind;
  name: string;
  source: ConnectorSource;
  /** Empty for a stored connector that cannot be read but has the reference somewhere in it. */
  fields: string[];
}

/** A connector as one source has it; `stored` in place of a `config` is what could not be read. */
export interface Sourced {
  kind: ConnectorKind;
  name: string;
  source: ConnectorSource;
  config?: ConnectorConfig | undefined;
  stored?: unknown;
}

/** Which of these would miss the secret. Switched-off connectors too: they are switched on again. */
export function secretReferrers(reference: string, connectors: Iterable<Sourced>): SecretReferrer[] {
  const found: SecretReferrer[] = [];
  for (const { config, stored, ...which } of connectors) {
    const fields = config === undefined ? [] : fieldsReferring(config, reference);
    if (fields.length > 0 || mentions(stored, reference)) found.push({ ...which, fields });
  }
  return found.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

const nameOf = ({ kind, name, source }: SecretReferrer) => `${kind}/${name} ${source}`;

const fieldsReferring = (config: ConnectorConfig, reference: string) =>
  Object.entries(secretsOf(config)).flatMap(([field, { secret_ref }]) => (secret_ref === reference ? [field] : []));

function mentions(value: unknown, reference: string): boolean {
  if (value === reference) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some((one) => mentions(one, reference));
}
