import type { Command } from 'commander';

/** A command as completion needs it. */
interface Words {
  /** The words that lead to it, without `trunkline`. */
  path: string[];
  /** What may come next: subcommands, options. */
  next: string[];
}

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** The script that makes a shell complete commands and options of this program; made from the program itself. */
export function completionScript(program: Command, shell: Shell): string {
  const all = wordsOf(program, []);
  switch (shell) {
    case 'bash':
      return bashScript(all);
    case 'zsh':
      return zshScript(all);
    case 'fish':
      return fishScript(all);
  }
}

function wordsOf(command: Command, path: string[]): Words[] {
  const options = command.options.filter(({ hidden }) => !hidden).flatMap(({ long }) => long ?? []);
  const next = [...command.commands.map((each) => each.name()), ...options, '--help'];
  return [{ path, next }, ...command.commands.flatMap((each) => wordsOf(each, [...path, each.name()]))];
}

/** The command that is being typed is the longest path that the words before the cursor spell; options in between do not count. */
function bashScript(all: readonly Words[]): string {
  return [
    nextFunction(all),
    '_trunkline() {',
    '  local spelled="" word longer',
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    '    longer="${spelled:+$spelled }$word"',
    '    [ -n "$(_trunkline_next "$longer")" ] && spelled="$longer"',
    '  done',
    '  COMPREPLY=($(compgen -W "$(_trunkline_next "$spelled")" -- "${COMP_WORDS[COMP_CWORD]}"))',
    '}',
    'complete -o default -F _trunkline trunkline',
    '',
  ].join('\n');
}

function zshScript(all: readonly Words[]): string {
  return [
    '(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -u }',
    nextFunction(all),
    '_trunkline() {',
    '  local spelled="" word longer',
    '  for word in "${(@)words[2,CURRENT-1]}"; do',
    '    longer="${spelled:+$spelled }$word"',
    '    [[ -n "$(_trunkline_next "$longer")" ]] && spelled="$longer"',
    '  done',
    '  compadd -- ${(s: :)"$(_trunkline_next "$spelled")"}',
    '}',
    'compdef _trunkline trunkline',
    '',
  ].join('\n');
}

/** For bash and zsh alike. */
function nextFunction(all: readonly Words[]): string {
  const cases = all.map(({ path, next }) => `    '${path.join(' ')}') echo '${next.join(' ')}' ;;`);
  return ['_trunkline_next() {', '  case "$1" in', ...cases, '  esac', '}'].join('\n');
}

function fishScript(all: readonly Words[]): string {
  const cases = all.flatMap(({ path, next }) => [`    case '${path.join(' ')}'`, `      echo '${next.join(' ')}'`]);
  return [
    'function __trunkline_next',
    '  switch "$argv[1]"',
    ...cases,
    '  end',
    'end',
    'function __trunkline_complete',
    '  set -l spelled ""',
    '  for word in (commandline -opc)[2..-1]',
    '    set -l longer (string trim "$spelled $word")',
    '    set -l known (__trunkline_next "$longer")',
    '    if test (count $known) -gt 0',
    '      set spelled "$longer"',
    '    end',
    '  end',
    '  __trunkline_next "$spelled" | string split " "',
    'end',
    "complete -c trunkline -f -a '(__trunkline_complete)'",
    '',
  ].join('\n');
}
