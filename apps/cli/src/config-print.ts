import { connectorsToml, toPrintableWire } from '@trunkline/config';
import { readConnectors } from './add-connector.ts';
import type { Terminal } from './terminal.ts';

/** Prints a connectors file as it is understood: defaults written out, inline secrets masked. */
export function configPrint(file: string, terminal: Terminal): void {
  const connectors = readConnectors(file);
  if (!terminal.json) return terminal.out(connectorsToml(connectors).trimEnd());
  for (const connector of connectors)
    terminal.out(JSON.stringify({ kind: connector.kind, ...toPrintableWire(connector) }));
}
