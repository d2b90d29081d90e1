import { secretFieldNames, tripleKeys, unknownKeyAt, type ConnectorProblem } from '@trunkline/config';
import type { ConnectorRef } from '@trunkline/events';
import { conventionalReference } from '@trunkline/secrets';
import { z } from 'zod';

type Table = Record<string, unknown>;

/** A secret's value to store before the connector that names it. */
export interface ValueToStore {
  /** As `secretsOf` names it. */
  field: string;
  reference: string;
  value: string;
  graceMs?: number;
}

/** A connector as it would be after a change. */
export interface MergedConnector {
  /** The wire form, holding only what somebody wrote: defaults are not frozen into it. */
  config: Table;
  values: ValueToStore[];
  /** What is wrong with the change itself; whether the outcome is valid is another question. */
  problems: ConnectorProblem[];
}

/**
 * Applies a change to the wire form of a connector: keys that are there are changed, others stay, null resets.
 *
 * Tables are merged key by key, lists replaced; the teams of `team_bot_tokens` keep the secrets that they had.
 */
export function mergeConnector(connector: ConnectorRef, stored: Table, change: Table): MergedConnector {
  const noted: Noted = { connector, values: [], problems: [] };
  const { name, team_bot_tokens: teams, ...fields } = change;
  if (name !== undefined && name !== connector.name) {
    refuse(noted, 'name', 'name must be that of the address: a connector cannot be renamed');
  }
  const { rest, secrets } = splitSecrets(fields, secretFieldNames(connector.kind));
  let config = mergeTable({ name: connector.name, ...stored }, rest, { noted, path: [] });
  for (const [field, keys] of secrets) config = setSecret(config, keys, { noted, field, named: field });
  if (teams !== undefined) config = mergeTeams(config, teams, noted);
  return { config, values: noted.values, problems: noted.problems };
}

interface Noted {
  connector: ConnectorRef;
  values: ValueToStore[];
  problems: ConnectorProblem[];
}

function refuse({ problems, connector }: Noted, key: string, message: string): void {
  problems.push({ connector: `${connector.kind}/${connector.name}`, key, message });
}

const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** RFC 7396, with keys that nobody knows named even where they are only reset. */
function mergeTable(into: Table, change: Table, at: { noted: Noted; path: string[] }): Table {
  const merged = new Map(Object.entries(into));
  for (const [key, value] of Object.entries(change)) {
    const path = [...at.path, key];
    const before = merged.get(key);
    if (value === null) {
      merged.delete(key);
      const unknown = unknownKeyAt(at.noted.connector.kind, path);
      if (unknown) at.noted.problems.push(unknown);
    } else if (isTable(value)) {
      merged.set(key, mergeTable(isTable(before) ? before : {}, value, { ...at, path }));
    } else merged.set(key, value);
  }
  return Object.fromEntries(merged);
}

/** The keys of secret fields, by field: a field itself, its `_env` and its `_secret_ref`. */
function splitSecrets(change: Table, fields: readonly string[]): { rest: Table; secrets: Map<string, Table> } {
  const fieldOf = new Map(fields.flatMap((field) => Object.values(tripleKeys(field)).map((key) => [key, field])));
  const secrets = new Map<string, Table>();
  const rest = Object.entries(change).filter(([key, value]) => {
    const field = fieldOf.get(key);
    if (field !== undefined) secrets.set(field, { ...secrets.get(field), [key]: value });
    return field === undefined;
  });
  return { rest: Object.fromEntries(rest), secrets };
}

const secretSchema = z.strictObject({
  value: z.string().optional(),
  secret_ref: z.string().optional(),
  env: z.string().optional(),
  grace_seconds: z.int().min(0).max(2_592_000).optional(),
});

interface SecretPlace {
  noted: Noted;
  /** The key beside which `_env` and `_secret_ref` stand. */
  field: string;
  /** As `secretsOf` names it. */
  named: string;
}

/** Sets the source of one secret; `keys` is what the change says of its triple. */
function setSecret(config: Table, keys: Table, place: SecretPlace): Table {
  const { noted, field, named } = place;
  const triple = tripleKeys(field);
  const given = Object.entries(keys).filter(([, value]) => value !== null);
  const [first, second] = given;
  if (second) {
    refuse(
      noted,
      named,
      `give only one of ${given.map(([key]) => key).join(' and ')}: a connector has one source for a secret`,
    );
    return config;
  }
  if (first === undefined) return without(config, triple.inline in keys ? Object.values(triple) : Object.keys(keys));
  const [key, value] = first;
  const bound = key === triple.inline ? readSecret(value, place) : { [key]: value };
  return bound === undefined ? config : { ...without(config, Object.values(triple)), ...bound };
}

const forms = '{"value": ...} to store it, {"secret_ref": ...} or {"env": ...} to say where it is, {} to clear it';

/** What the write-only form comes to: the key that the connector keeps. */
function readSecret(given: unknown, { noted, field, named }: SecretPlace): Table | undefined {
  const parsed = secretSchema.safeParse(given);
  if (!parsed.success) return void refuse(noted, named, `${named} must be written as ${forms}`);
  const { value, secret_ref, env, grace_seconds } = parsed.data;
  const keys = tripleKeys(field);
  if (env !== undefined) {
    const isAlone = value === undefined && secret_ref === undefined && grace_seconds === undefined;
    return isAlone ? { [keys.env]: env } : void refuse(noted, named, `${named}: env goes with nothing else`);
  }
  if (value === undefined) {
    if (grace_seconds !== undefined) return void refuse(noted, named, `${named}: grace_seconds needs a value`);
    return secret_ref === undefined ? {} : { [keys.secret_ref]: secret_ref };
  }
  if (value.trim() === '') return void refuse(noted, named, `${named}: the value is blank; {} clears it`);
  const { kind, name } = noted.connector;
  const reference = secret_ref ?? conventionalReference(kind, name, named);
  const grace = grace_seconds === undefined ? {} : { graceMs: grace_seconds * 1000 };
  noted.values.push({ field: named, reference, value, ...grace });
  return { [keys.secret_ref]: reference };
}

const without = (table: Table, keys: readonly string[]): Table =>
  Object.fromEntries(Object.entries(table).filter(([key]) => !keys.includes(key)));

/** The list is replaced; a team that was there keeps what the change does not say of it. */
function mergeTeams(config: Table, teams: unknown, noted: Noted): Table {
  if (teams === null) return without(config, ['team_bot_tokens']);
  if (noted.connector.kind !== 'slack' || !Array.isArray(teams)) return { ...config, team_bot_tokens: teams };
  const known = config['team_bot_tokens'];
  const before = Array.isArray(known) ? known.filter((team) => isTable(team)) : [];
  const merged = teams.map((team: unknown) => {
    if (!isTable(team)) return team;
    const { rest, secrets } = splitSecrets(team, ['bot_token']);
    const kept = before.find(({ team_id }) => team_id === team['team_id']) ?? {};
    const place = { noted, field: 'bot_token', named: `team_bot_tokens.${String(team['team_id'])}` };
    return setSecret({ ...kept, ...rest }, secrets.get('bot_token') ?? {}, place);
  });
  return { ...config, team_bot_tokens: merged };
}
