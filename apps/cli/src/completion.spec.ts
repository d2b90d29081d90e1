import { execFileSync, spawnSync } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { completionScript, type Shell } from './completion.ts';
import { createProgram } from './program.ts';

const program = createProgram({
  env: {},
  signal: new AbortController().signal,
  input: new PassThrough(),
  terminal: () => ({ out: () => {}, err: () => {}, json: false }),
});

const typed = [
  { words: ['tok'], offered: ['tokens'], because: 'the word is not finished' },
  { words: ['tokens', ''], offered: ['create', 'list', 'revoke', '--help'], because: 'subcommands come next' },
  { words: ['--json', 'tokens', 're'], offered: ['revoke'], because: 'an option before does not count' },
  { words: ['tokens', 'create', 'ci', '--ro'], offered: ['--role'], because: 'an argument in between does not count' },
];

/** What the shell itself makes of the script. */
const ask: Record<Shell, (words: string[]) => string[]> = {
  bash: (words) => viaBash('bash', ['--norc'], words),
  zsh: (words) => viaZsh(words),
  fish: (words) => viaFish(words),
};

function run(command: string, args: string[], script: string): string[] {
  const text = execFileSync(command, [...args, '-c', script], { encoding: 'utf8' });
  return text.split(/\s+/).filter((word) => word !== '');
}

const installed = (shell: Shell) => spawnSync(shell, ['--version']).error === undefined;

function viaBash(command: string, args: string[], words: string[]): string[] {
  const line = ['trunkline', ...words].map((word) => `'${word}'`).join(' ');
  return run(
    command,
    args,
    `${completionScript(program, 'bash')}\nCOMP_WORDS=(${line}); COMP_CWORD=${words.length}; _trunkline; echo "\${COMPREPLY[@]}"`,
  );
}

/** zsh completes in its line editor only, so its function is called as it would be; choosing by what was typed is compadd's. */
function viaZsh(words: string[]): string[] {
  const line = ['trunkline', ...words].map((word) => `'${word}'`).join(' ');
  const call = `compadd() { shift; print -l -- "$@" }; words=(${line}); CURRENT=${words.length + 1}; _trunkline`;
  const all = run('zsh', ['-f'], `${completionScript(program, 'zsh')}\n${call}`);
  return all.filter((word) => word.startsWith(words.at(-1) ?? ''));
}

function viaFish(words: string[]): string[] {
  return run(
    'fish',
    ['--no-config'],
    `${completionScript(program, 'fish')}\ncomplete -C '${['trunkline', ...words].join(' ')}'`,
  );
}

describe.each(['bash', 'zsh', 'fish'] as const)('completion for %s', (shell) => {
  it.skipIf(!installed(shell)).each(typed)('offers $offered after $words: $because', ({ words, offered }) => {
    expect(ask[shell](words)).toEqual(offered);
  });
});
