import type { ConnectorKind } from '@trunkline/events';
import { connectorName } from './base-connector.ts';
import { isTable } from './read-connector.ts';

/** The name of a raw connector, if it has one that can be shown. Anything else could be a misplaced secret. */
export function usableName(raw: unknown): string | undefined {
  return isTable(raw) && Object.hasOwn(raw, 'name') ? connectorName.safeParse(raw['name']).data : undefined;
}

/** How problems call a connector. */
export function connectorLabel(
  kind: ConnectorKind,
  { name, index }: { name: string | undefined; index: number },
): string {
  return name === undefined ? `${kind}[${index}]` : `${kind}/${name}`;
}
