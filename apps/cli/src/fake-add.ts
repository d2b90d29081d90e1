import { addConnector } from './add-connector.ts';
import type { Terminal } from './terminal.ts';

/** The connector of a fake platform, as a connectors file holds it. */
export interface FakeConnector {
  kind: 'slack' | 'telegram';
  name: string;
  apiBaseUrl: string;
  toml: string;
}

/** Shows the connector, or with a file writes it there, and says what to expect. */
export function offerConnector(connector: FakeConnector, { terminal, file }: { terminal: Terminal; file?: string }) {
  const { kind, name, apiBaseUrl, toml } = connector;
  if (file === undefined) {
    terminal.err('For the connectors file:\n');
    return terminal.out(toml);
  }
  const known = addConnector(connector, file);
  if (!known) return terminal.err(`Connector "${name}" is added to ${file}.`);
  const elsewhere = 'api_base_url' in known && known.api_base_url !== apiBaseUrl ? known.api_base_url : undefined;
  terminal.err(`${file} has a ${kind} connector "${name}" already; it stays as it is.`);
  if (elsewhere !== undefined) terminal.err(`It means another place, ${elsewhere}: start this with that --port.`);
}
