import type { ConnectorLog, ControlClient } from '@trunkline/control-api';
import type { ConnectorKind } from '@trunkline/events';
import { printRows, type Terminal } from './terminal.ts';

/** Shows what the process of a sidecar said lately: a line each, as it printed them. */
export async function showConnectorLog(
  params: { kind: ConnectorKind; name: string },
  { control, terminal }: { control: ControlClient; terminal: Terminal },
): Promise<void> {
  const { body } = await control.call('showConnectorLog', { params });
  const { lines } = body;
  if (terminal.json) return printRows(lines, [], terminal);
  if (lines.length === 0) return terminal.err('No process runs for it, or it has said nothing yet.');
  for (const line of lines) terminal.out(shown(line));
}

const shown = ({ at, from, line }: ConnectorLog['lines'][number]) => `${at}  ${from.padEnd(7)}  ${line}`;
