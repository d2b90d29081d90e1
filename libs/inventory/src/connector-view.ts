import {
  secretFieldNames,
  secretsOf,
  secretSource,
  toWire,
  type ConnectorConfig,
  type SecretField,
} from '@trunkline/config';
import type { ConnectorKind } from '@trunkline/events';
import type { ConnectorSource, InventoryEntry } from './entry.ts';

/** What may be told of a secret field: where its value comes from, never the value. */
export type SecretFieldView =
  | { configured: false }
  | { configured: true; source: 'secret_ref' | 'env' | 'inline'; secret_ref?: string; env?: string };

/** A connector as APIs, command line and console show it. */
export interface ConnectorView {
  kind: ConnectorKind;
  name: string;
  source: ConnectorSource;
  state: InventoryEntry['state'];
  reason?: string;
  /** The wire fields without secrets; empty when the stored connector could not be read. */
  config: Record<string, unknown>;
  secrets: Record<string, SecretFieldView>;
}

/** Makes the view of an entry. Nothing in it has to be hidden from anybody who may see connectors. */
export function viewOf(entry: InventoryEntry): ConnectorView {
  const { kind, name, source, state, config } = entry;
  return {
    kind,
    name,
    source,
    state,
    ...(state === 'degraded' && { reason: entry.reason }),
    config: config === undefined ? {} : publicWire(config),
    secrets: config === undefined ? {} : secretViews(config),
  };
}

function publicWire(config: ConnectorConfig): Record<string, unknown> {
  const bare = { ...config };
  for (const field of secretFieldNames(config.kind)) Reflect.deleteProperty(bare, field);
  if (bare.kind === 'slack') bare.team_bot_tokens = bare.team_bot_tokens.map(({ team_id }) => ({ team_id }));
  return toWire(bare);
}

function secretViews(config: ConnectorConfig): Record<string, SecretFieldView> {
  const unset = secretFieldNames(config.kind).map((field): [string, SecretField] => [field, {}]);
  const all: Record<string, SecretField> = { ...Object.fromEntries(unset), ...secretsOf(config) };
  return Object.fromEntries(Object.entries(all).map(([field, secret]) => [field, secretView(secret)]));
}

function secretView(secret: SecretField): SecretFieldView {
  const source = secretSource(secret);
  if (source === undefined) return { configured: false };
  const { secret_ref, env } = secret;
  return {
    configured: true,
    source,
    ...(secret_ref !== undefined && { secret_ref }),
    ...(env !== undefined && { env }),
  };
}
