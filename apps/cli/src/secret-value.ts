import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Writable, type Readable } from 'node:stream';
import { text as readText } from 'node:stream/consumers';
import { CommandFailed } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** Where a value comes from: at most one; none asks for it on a terminal. A value never stands on a command line. */
export interface ValueFlags {
  stdin?: boolean;
  fromFile?: string;
  fromEnv?: string;
}

/** Reads a secret's value. One newline at its end is dropped: files and pipes end in one, and no secret does. */
export async function readSecretValue(
  flags: ValueFlags,
  { env, input, terminal }: { env: NodeJS.ProcessEnv; input: Readable; terminal: Terminal },
): Promise<string> {
  const given = [flags.stdin, flags.fromFile, flags.fromEnv].filter((source) => source !== undefined);
  if (given.length > 1) throw wrongUse('Give only one of --stdin, --from-file and --from-env.');
  if (flags.fromFile !== undefined) return withoutNewline(valueIn(flags.fromFile));
  if (flags.fromEnv !== undefined) return withoutNewline(variable(flags.fromEnv, env));
  if (flags.stdin) return withoutNewline(await readText(input));
  if (!isTerminal(input)) throw wrongUse('Say where the value is: --stdin, --from-file or --from-env.');
  terminal.err('Value (it is not shown):');
  return ask(input);
}

const withoutNewline = (text: string) => text.replace(/\r?\n$/, '');

const wrongUse = (message: string) => new CommandFailed(message, { exit: 'usage' });

function valueIn(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CommandFailed(`${file} cannot be read.`, { exit: 'not_found', fix: 'Check --from-file.', cause });
  }
}

function variable(name: string, env: NodeJS.ProcessEnv): string {
  const value = env[name];
  if (value !== undefined) return value;
  throw new CommandFailed(`The environment variable ${name} is not set.`, {
    exit: 'not_found',
    fix: 'Check --from-env: it takes the name of a variable.',
  });
}

const isTerminal = (input: Readable) => 'isTTY' in input && input.isTTY === true;

/** A line that is typed; the terminal shows nothing of it. */
async function ask(input: Readable): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const asked = createInterface({ input, output: nowhere, terminal: true });
  try {
    return await asked.question('');
  } finally {
    asked.close();
  }
}
