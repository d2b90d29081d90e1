import { readFileSync } from 'node:fs';
import { formatProblem, parseConnectorsFile, type ConfigProblem } from '@trunkline/config';
import { CommandFailed } from './exit-codes.ts';
import type { ParsedFile } from './resolve-secrets.ts';
import type { Terminal } from './terminal.ts';

/**
 * Checks a connectors file: every error with its line, then exit code 1; warnings do not fail it. Offline, unless `resolve` is there
 * to look for what is wrong with its secrets.
 */
export async function configCheck(
  file: string,
  terminal: Terminal,
  resolve: (parsed: ParsedFile) => Promise<ConfigProblem[]> = () => Promise.resolve([]),
): Promise<void> {
  const text = readText(file);
  const result = parseConnectorsFile(text, file);
  const warnings = result.ok ? result.warnings : [];
  const problems = result.ok ? await resolve({ file, text, connectors: result.connectors }) : result.problems;
  const count = result.ok ? result.connectors.length : 0;
  if (terminal.json) {
    const said = problems.length === 0 ? { ok: true, connectors: count, warnings } : { ok: false, problems };
    terminal.out(JSON.stringify(said));
  } else {
    for (const warning of warnings) terminal.out(`warning: ${formatProblem(warning)}`);
    for (const problem of problems) terminal.out(formatProblem(problem));
  }
  if (problems.length > 0) {
    throw new CommandFailed(`${file}: ${problems.length} ${problems.length === 1 ? 'error' : 'errors'}.`);
  }
  if (!terminal.json) terminal.out(`${file}: ${count} connectors, no errors.`);
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
