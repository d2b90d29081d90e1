import { kinds, type ConnectorConfig } from './connectors.ts';
import { maskedSecret, splitSecrets, type SecretField } from './secret-field.ts';

/** The wire form of a connector, defaults filled in: the inverse of parsing it. Holds its inline secrets: not for people's eyes. */
export function toWire(connector: ConnectorConfig): Record<string, unknown> {
  const { secretFields, schema } = kinds[connector.kind];
  const wire = splitSecrets(connector, secretFields);
  if (connector.kind === 'slack') {
    wire['team_bot_tokens'] = connector.team_bot_tokens.map((team) => splitSecrets(team, ['bot_token']));
  }
  const known = Object.keys(schema.shape).filter((key) => wire[key] !== undefined);
  return Object.fromEntries(known.map((key) => [key, wire[key]]));
}

/** The secret fields of a kind, whether set or not. */
export function secretFieldNames(kind: ConnectorConfig['kind']): readonly string[] {
  return kinds[kind].secretFields;
}

/**
 * Every secret that a connector needs, by field.
 *
 * Those in lists are named by what tells them apart: `team_bot_tokens.<team_id>`, `credential_slots.<ENV_KEY>`.
 */
export function secretsOf(connector: ConnectorConfig): Record<string, SecretField> {
  const own = Object.entries(connector).filter(([key]) => kinds[connector.kind].secretFields.includes(key));
  return Object.fromEntries([...own, ...listedSecrets(connector)]);
}

function listedSecrets(connector: ConnectorConfig): [string, SecretField][] {
  switch (connector.kind) {
    case 'slack':
      return connector.team_bot_tokens.map((team) => [`team_bot_tokens.${team.team_id}`, team.bot_token ?? {}]);
    case 'external':
      return Object.entries(connector.child_process?.credential_slots ?? {}).map(([name, secret_ref]) => [
        `credential_slots.${name}`,
        { secret_ref },
      ]);
    case 'http':
    case 'telegram':
      return [];
  }
}

/** The wire form for people: inline secrets are replaced by a mark. */
export function toPrintableWire(connector: ConnectorConfig): Record<string, unknown> {
  const masked = { ...connector };
  const mask = (secret: SecretField) => (secret.inline === undefined ? secret : { ...secret, inline: maskedSecret });
  for (const [field, secret] of Object.entries(secretsOf(connector)))
    if (field in masked) Reflect.set(masked, field, mask(secret));
  if (masked.kind === 'slack') {
    masked.team_bot_tokens = masked.team_bot_tokens.map((team) => ({
      ...team,
      bot_token: team.bot_token && mask(team.bot_token),
    }));
  }
  return toWire(masked);
}
