import { stripVTControlCharacters } from 'node:util';
import type { SidecarLine } from '@trunkline/events';

/** Of each connector so much is kept, so that all of it fits into one answer. */
const keptLines = 200;
const keptBytes = 256 * 1024;
const shownOfLine = 2_000;

/** The last lines of the processes that this gateway runs, by connector; in memory alone. */
export interface SidecarLines {
  /** Keeps a line that holds no secret any more. */
  add(connector: string, from: SidecarLine['from'], line: string): void;
  /** Oldest first. */
  of(connector: string): SidecarLine[];
  forget(connector: string): void;
}

/** Nothing kept yet. */
export function createSidecarLines({ now }: { now: () => number }): SidecarLines {
  const kept = new Map<string, { lines: { said: SidecarLine; bytes: number }[]; bytes: number }>();
  return {
    add(connector, from, line) {
      const said = {
        at: new Date(now()).toISOString(),
        from,
        line: stripVTControlCharacters(line).slice(0, shownOfLine),
      };
      const log = kept.get(connector) ?? { lines: [], bytes: 0 };
      kept.set(connector, log);
      const bytes = Buffer.byteLength(JSON.stringify(said));
      log.lines.push({ said, bytes });
      log.bytes += bytes;
      while (log.lines.length > keptLines || log.bytes > keptBytes) log.bytes -= log.lines.shift()?.bytes ?? 0;
    },
    of: (connector) => kept.get(connector)?.lines.map(({ said }) => said) ?? [],
    forget: (connector) => void kept.delete(connector),
  };
}
