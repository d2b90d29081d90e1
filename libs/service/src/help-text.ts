import type { Option, OptionTable } from './option.ts';

/** What `--help` says about a process. */
export interface HelpParts {
  name: string;
  summary: string;
  own: OptionTable;
  common: OptionTable;
  /** Whether the process looks at the master key. */
  keyring: boolean;
}

const column = 34;

/** Lists every flag and variable with its default. */
export function helpText({ name, summary, own, common, keyring }: HelpParts): string {
  const sections = [
    `Usage: ${name} [options]\n\n${summary}`,
    section('Options of this process', Object.values(own).map(optionLine)),
    section('Options of every process', Object.values(common).map(optionLine)),
    section('Environment only', keyring ? masterKeyLines : []),
    section('Also', [entry('--help', 'Show this.'), entry('--version', 'Show the version.')]),
    closingWords,
  ];
  return `${sections.filter((text) => text !== '').join('\n\n')}\n`;
}

const closingWords = [
  'A flag goes before its variable, a variable before the default. A blank variable counts as unset.',
  'Exit codes: 0 stopped as asked, 1 failed, 2 wrong configuration.',
].join('\n');

const masterKeyLines = [
  entry('TRUNKLINE_MASTER_KEY', 'Keyring: one or more id:base64(32 bytes), the first one seals.'),
  entry('TRUNKLINE_MASTER_KEY_FILE', 'File that holds the keyring instead.'),
];

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : [title, ...lines].join('\n');
}

function optionLine(option: Option<unknown>): string {
  const { flag, env, parse, description } = option;
  const left =
    flag === undefined ? (env ?? '') : [`--${flag}`, parse.placeholder].filter((part) => part !== undefined).join(' ');
  return entry(left, [description, ...notes(option, flag === undefined ? undefined : env)].join(' '));
}

function notes({ flag, fallback, required, fromFile }: Option<unknown>, env: string | undefined): string[] {
  const parts = [
    ...(env === undefined ? [] : [env]),
    ...(fromFile === true ? [`or a file: --${flag}-file, ${env}_FILE`] : []),
    ...defaultNote(fallback),
    ...(required === true ? ['required'] : []),
  ];
  return parts.length === 0 ? [] : [`[${parts.join(', ')}]`];
}

function defaultNote(fallback: unknown): string[] {
  if (fallback === undefined || fallback === '') return [];
  return [`default ${Array.isArray(fallback) ? fallback.join(',') : String(fallback)}`];
}

function entry(left: string, right: string): string {
  return left.length > column - 4 ? `  ${left}\n${' '.repeat(column)}${right}` : `  ${left.padEnd(column - 2)}${right}`;
}
