import { formatProblem, parseConnectorsFile, type ConfigProblem, type ConnectorConfig } from '@trunkline/config';
import { readFile } from 'node:fs/promises';
import type { InventoryLog, InventoryProblem } from './entry.ts';
import { followFile, type FollowedFile } from './follow-file.ts';
import { ConnectorsFileInvalidError, ConnectorsFileUnreadableError } from './inventory-errors.ts';

/** A connectors file as it was at the start. */
export interface LoadedConnectorsFile {
  path: string;
  content: Uint8Array;
  connectors: ConnectorConfig[];
}

/** Reads the file for the first time: whatever is wrong with it stops the start. */
export async function loadConnectorsFile(path: string, log: InventoryLog): Promise<LoadedConnectorsFile> {
  const content = await readFile(path).catch((cause: unknown) => {
    throw new ConnectorsFileUnreadableError(path, cause);
  });
  const parsed = parseConnectorsFile(content, path);
  if (!parsed.ok) throw new ConnectorsFileInvalidError(path, parsed.problems);
  logTaken(path, { ...parsed, log });
  return { path, content, connectors: parsed.connectors };
}

interface FollowDeps {
  log: InventoryLog;
  timing: { settleMs: number; pollMs: number };
  onConnectors(connectors: ConnectorConfig[]): void;
  /** The file as it is now is not used; what it said before stays. */
  onProblems(problems: InventoryProblem[]): void;
}

/** Tells of every later version of the file. */
export function followConnectorsFile({ path, content }: LoadedConnectorsFile, deps: FollowDeps): FollowedFile {
  const { log, timing, onConnectors, onProblems } = deps;
  return followFile(path, {
    ...timing,
    known: content,
    onContent(edited) {
      const parsed = parseConnectorsFile(edited, path);
      if (parsed.ok) {
        logTaken(path, { ...parsed, log });
        return onConnectors(parsed.connectors);
      }
      log.error({ file: path, problems: summary(parsed.problems) }, 'connectors-file.refused');
      onProblems(parsed.problems.map((problem) => ({ source: 'file', ...problem })));
    },
    onUnreadable(err) {
      log.error({ err, file: path }, 'connectors-file.unreadable');
      onProblems([{ source: 'file', file: path, message: 'cannot be read any more; what it said last stays' }]);
    },
  });
}

interface Taken {
  connectors: readonly ConnectorConfig[];
  warnings: readonly ConfigProblem[];
  log: InventoryLog;
}

function logTaken(file: string, { connectors, warnings, log }: Taken): void {
  log.info({ file, connectors: connectors.length }, 'connectors-file.taken');
  if (warnings.length > 0) log.warn({ file, warnings: summary(warnings) }, 'connectors-file.warnings');
}

const shown = 20;

/** A log line is no report: `trunkline config check` prints them all. */
function summary(problems: readonly ConfigProblem[]): string[] {
  const rest = problems.length - shown;
  return [...problems.slice(0, shown).map(formatProblem), ...(rest > 0 ? [`and ${rest} more`] : [])];
}
