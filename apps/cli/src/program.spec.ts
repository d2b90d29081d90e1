import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from './program.ts';
import { jsonShapes } from './testing/json-shapes.ts';

const program = createProgram({
  env: {},
  signal: new AbortController().signal,
  input: new PassThrough(),
  terminal: () => ({ out: () => {}, err: () => {}, json: false }),
});

const root = resolve(import.meta.dirname, '../../..');
const pages = [
  'README.md',
  'apps/cli/README.md',
  ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
].filter((name) => name.endsWith('.md'));

describe('help', () => {
  it.each(commands(program).map((command) => ({ command, name: path(command).join('-') })))(
    'of $name says the same as in the golden file',
    async ({ command, name }) => {
      command.configureHelp({ helpWidth: 100 });
      let text = '';
      command.configureOutput({ writeOut: (part) => (text += part), getOutHelpWidth: () => 100 });
      command.outputHelp();
      await expect(text).toMatchFileSnapshot(`../fixtures/help/${name}.txt`);
    },
  );
});

it('what each command prints with --json is written down', () => {
  const leaves = commands(program).filter((command) => command.commands.length === 0);
  const named = leaves.map((command) => path(command).slice(1).join(' '));
  expect(Object.keys(jsonShapes).sort()).toEqual(named.sort());
});

describe('the pages', () => {
  it.each(pages)('%s shows commands and options that exist', (page) => {
    const text = readFileSync(join(root, page), 'utf8');
    const shown = [...text.matchAll(/^npm run -s trunkline -- (.+)$/gm)].map(([, line = '']) => line);
    expect(shown.filter((line) => !isCommand(line))).toEqual([]);
  });
});

function commands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(commands)];
}

function path(command: Command): string[] {
  return command.parent ? [...path(command.parent), command.name()] : [command.name()];
}

/** Follows the words of a shown line to a command without subcommands, and looks each option up on the way. */
function isCommand(line: string): boolean {
  const words = line.match(/"[^"]*"|\S+/g) ?? [];
  let command: Command = program;
  const options: string[] = [];
  for (const word of words) {
    if (word.startsWith('--')) options.push(word.split('=')[0] ?? word);
    else command = command.commands.find((each) => each.name() === word) ?? command;
  }
  const known = [...program.options, ...command.options].map(({ long }) => long);
  return command.commands.length === 0 && options.every((option) => known.includes(option));
}
