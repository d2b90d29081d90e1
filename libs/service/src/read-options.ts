import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Option, OptionTable, OptionValues } from './option.ts';

/** Where values come from. */
export interface OptionSources {
  /** Arguments after the script's name. */
  args: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
}

/** What reading all settings came to: everything, or everything that is wrong with it. */
export type ReadOptions<T extends OptionTable> =
  | { status: 'read'; values: OptionValues<T> }
  | { status: 'wrong'; problems: string[] }
  | { status: 'help' }
  | { status: 'version' };

interface Given {
  text: string;
  /** As the user wrote it: `--ops-port` or `OPS_PORT`. */
  from: string;
}

/** Reads flags first, then variables, then defaults. A blank variable counts as unset. */
export function readOptions<T extends OptionTable>(table: T, sources: OptionSources): ReadOptions<T> {
  const flags = readFlags(table, sources.args);
  if (flags.help) return { status: 'help' };
  if (flags.version) return { status: 'version' };
  const problems = [...flags.problems];
  const values = Object.entries(table).map(([name, option]) => {
    const read = readOne(option, { flags: flags.given, env: sources.env });
    if ('problem' in read) problems.push(read.problem);
    return [name, 'value' in read ? read.value : undefined];
  });
  if (problems.length > 0) return { status: 'wrong', problems };
  // Each entry went through the parser of its own option, or is its fallback.
  return { status: 'read', values: Object.fromEntries(values) as OptionValues<T> };
}

interface Flags {
  given: Map<string, string>;
  help: boolean;
  version: boolean;
  problems: string[];
}

function readFlags(table: OptionTable, args: readonly string[]): Flags {
  const options = Object.values(table).flatMap(flagSettings);
  const known = new Map([
    ...options,
    ['help', { type: 'boolean' }] as const,
    ['version', { type: 'boolean' }] as const,
  ]);
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(known),
    strict: false,
    tokens: true,
  });
  const flags: Flags = { given: new Map(), help: false, version: false, problems: [] };
  for (const token of tokens) {
    if (token.kind === 'positional') flags.problems.push(`unexpected argument at position ${token.index + 1}`);
    else if (token.kind === 'option') takeFlag(token, { flags, known });
  }
  return flags;
}

interface FlagToken {
  name: string;
  rawName: string;
  value: string | undefined;
  inlineValue: boolean | undefined;
}

interface FlagTarget {
  flags: Flags;
  known: ReadonlyMap<string, { type: 'string' | 'boolean' }>;
}

function takeFlag({ name, rawName, value, inlineValue }: FlagToken, { flags, known }: FlagTarget): void {
  const negated = name.startsWith('no-') && known.get(name.slice(3))?.type === 'boolean';
  const setting = known.get(negated ? name.slice(3) : name);
  if (setting === undefined) flags.problems.push(`unknown flag ${rawName} (--help lists all)`);
  else if (name === 'help' || name === 'version') flags[name] = true;
  else if (negated) flags.given.set(name.slice(3), 'false');
  else if (setting.type === 'boolean') flags.given.set(name, value ?? 'true');
  else if (value === undefined || (inlineValue === false && value.startsWith('--'))) {
    flags.problems.push(`${rawName}: a value must follow (${rawName}=VALUE if it begins with --)`);
  } else flags.given.set(name, value);
}

function flagSettings(option: Option<unknown>): [string, { type: 'string' | 'boolean' }][] {
  if (option.flag === undefined) return [];
  const type = option.parse.placeholder === undefined ? 'boolean' : 'string';
  return option.fromFile === true
    ? [
        [option.flag, { type }],
        [`${option.flag}-file`, { type: 'string' }],
      ]
    : [[option.flag, { type }]];
}

interface Places {
  flags: ReadonlyMap<string, string>;
  env: OptionSources['env'];
}

function readOne(option: Option<unknown>, places: Places): { value: unknown } | { problem: string } {
  const given = find(option, places);
  const file =
    option.fromFile === true
      ? find({ flag: suffixed(option.flag, '-file'), env: suffixed(option.env, '_FILE') }, places)
      : undefined;
  if (given !== undefined && file !== undefined) return { problem: `${given.from} and ${file.from}: give only one` };
  if (file !== undefined) return readFromFile(option, file);
  if (given !== undefined) return parse(option, given);
  if (option.required === true) return { problem: `${namesOf(option)}: must be given` };
  return { value: option.fallback };
}

function find(
  { flag, env }: { flag?: string | undefined; env?: string | undefined },
  places: Places,
): Given | undefined {
  const fromFlag = flag === undefined ? undefined : places.flags.get(flag);
  if (fromFlag !== undefined) return { text: fromFlag, from: `--${flag}` };
  const fromEnv = env === undefined ? undefined : places.env[env];
  return fromEnv === undefined || fromEnv.trim() === '' ? undefined : { text: fromEnv, from: `${env}` };
}

function readFromFile(option: Option<unknown>, { text: path, from }: Given): { value: unknown } | { problem: string } {
  try {
    return parse(option, { text: readFileSync(path, 'utf8'), from });
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return { problem: `${from}: the file cannot be read (${why})` };
  }
}

function parse(option: Option<unknown>, { text, from }: Given): { value: unknown } | { problem: string } {
  const parsed = option.parse(text);
  return 'problem' in parsed ? { problem: `${from}: ${parsed.problem}` } : parsed;
}

const suffixed = (name: string | undefined, suffix: string) => (name === undefined ? undefined : `${name}${suffix}`);

/** How a setting is called by its users. */
function namesOf({ flag, env }: Option<unknown>): string {
  return [...(flag === undefined ? [] : [`--${flag}`]), ...(env === undefined ? [] : [env])].join(' or ');
}
