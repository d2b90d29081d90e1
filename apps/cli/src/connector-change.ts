import { readFileSync } from 'node:fs';
import { connectorFields, readToml } from '@trunkline/config';
import type { ConnectorKind } from '@trunkline/events';
import { CommandFailed } from './exit-codes.ts';
import type { readSecretValue, ValueFlags } from './secret-value.ts';

/** The flags of `connectors put` that say what to change. */
export interface ChangeFlags {
  file?: string;
  /** `field=value` */
  set?: string[];
  unset?: string[];
  /** `field=@FILE`, `field=env:NAME`, `field=ref:REFERENCE` or `field=-` */
  secret?: string[];
  /** Seconds that replaced values count on. */
  grace?: number;
}

type Table = Record<string, unknown>;

/** Reads the value of a secret from where it is. */
export type ReadValue = (source: ValueFlags) => ReturnType<typeof readSecretValue>;

/** Makes the body of the request: the file first, then what single flags say of it. Values of secrets come from files and standard input only. */
export async function connectorChange(kind: ConnectorKind, flags: ChangeFlags, read: ReadValue): Promise<Table> {
  let change: Table = flags.file === undefined ? {} : readFields(flags.file);
  for (const pair of flags.set ?? []) {
    const [field, value] = split(pair, '--set FIELD=VALUE');
    change = withValue(change, field.split('.'), typed(kind, field, value));
  }
  for (const field of flags.unset ?? []) change = withValue(change, field.split('.'), null);
  for (const pair of flags.secret ?? []) {
    const [field, source] = split(pair, `--secret FIELD=SOURCE`);
    change = { ...change, [field]: await secretFrom(field, source, { grace: flags.grace, read }) };
  }
  return change;
}

function split(pair: string, form: string): [string, string] {
  const at = pair.indexOf('=');
  if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)];
  // What was given may be a secret in the wrong place.
  throw new CommandFailed(`Write ${form}.`, { exit: 'usage' });
}

/** Reads a value as its field wants it: `wait_ms=5` is a number, `actor_id=5` a text, a list is JSON or parts between commas. */
export function typed(kind: ConnectorKind, field: string, value: string): unknown {
  const fields = connectorFields(kind);
  const parent = field.slice(0, Math.max(0, field.lastIndexOf('.')));
  const inListTable = fields.some(({ name, type }) => name === parent && type === 'table of lists');
  const type = inListTable ? 'list of string' : (fields.find(({ name }) => name === field)?.type ?? 'string');
  const isList = type.startsWith('list');
  if (isList && !value.trimStart().startsWith('[')) return parts(value, type);
  const isJson = isList || type.startsWith('integer') || type.startsWith('table') || type === 'true or false';
  return isJson ? json(value) : value;
}

function parts(value: string, type: string): unknown[] {
  const given = value === '' ? [] : value.split(',');
  return type.startsWith('list of integer') ? given.map(json) : given;
}

/** What is not JSON is sent as it is: the control plane says what it should have been. */
function json(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function withValue(table: Table, [key = '', ...path]: string[], value: unknown): Table {
  if (path.length === 0) return { ...table, [key]: value };
  const inner = table[key];
  return { ...table, [key]: withValue(isTable(inner) ? inner : {}, path, value) };
}

const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The fields of one connector from a file: JSON, or TOML by its name. */
function readFields(path: string): Table {
  const content = readText(path);
  const read = path.endsWith('.toml') ? readToml(content) : undefined;
  if (read && !read.ok) {
    throw new CommandFailed(`${path}:${read.problem.line}: ${read.problem.message}.`, { exit: 'usage' });
  }
  const fields: unknown = read ? read.document : json(content);
  if (isTable(fields)) return fields;
  throw new CommandFailed(`${path} does not hold the fields of a connector.`, {
    exit: 'usage',
    fix: 'Write one JSON object, or TOML without [[..._connectors]], in a file that ends in .toml.',
  });
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new CommandFailed(`${path} cannot be read.`, { exit: 'not_found', fix: 'Check the path.', cause });
  }
}

async function secretFrom(
  field: string,
  source: string,
  { grace, read }: { grace: number | undefined; read: ReadValue },
): Promise<Table> {
  const value = async (where: ValueFlags) => ({
    value: await read(where),
    ...(grace !== undefined && { grace_seconds: grace }),
  });
  if (source.startsWith('env:')) return { env: source.slice('env:'.length) };
  if (source.startsWith('ref:')) return { secret_ref: source.slice('ref:'.length) };
  if (source.startsWith('@')) return value({ fromFile: source.slice(1) });
  if (source === '-') return value({ stdin: true });
  throw new CommandFailed('A secret does not belong on a command line.', {
    exit: 'usage',
    fix: `Write --secret ${field}=@FILE, ${field}=- for standard input, ${field}=env:NAME or ${field}=ref:REFERENCE.`,
  });
}
