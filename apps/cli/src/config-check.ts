import { readFileSync } from 'node:fs';
import { formatProblem, parseConnectorsFile } from '@trunkline/config';
import { CommandFailed } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** Checks a connectors file offline: every error with its line, then exit code 1; warnings do not fail it. */
export function configCheck(file: string, terminal: Terminal): void {
  const result = parseConnectorsFile(readText(file), file);
  const found = result.ok ? result.warnings : result.problems;
  if (terminal.json) {
    terminal.out(
      JSON.stringify(
        result.ok
          ? { ok: true, connectors: result.connectors.length, warnings: found }
          : { ok: false, problems: found },
      ),
    );
  } else {
    for (const problem of found) terminal.out(`${result.ok ? 'warning: ' : ''}${formatProblem(problem)}`);
  }
  if (!result.ok) throw new CommandFailed(`${file}: ${found.length} ${found.length === 1 ? 'error' : 'errors'}.`);
  if (!terminal.json) terminal.out(`${file}: ${result.connectors.length} connectors, no errors.`);
}

function readText(file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (cause) {
    throw new CommandFailed(`${file} cannot be read as UTF-8 text.`, {
      exit: 'not_found',
      fix: 'Check the path and the encoding.',
      cause,
    });
  }
}
