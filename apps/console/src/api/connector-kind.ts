import { connectorKinds } from '@trunkline/events';

export type ConnectorKind = (typeof connectorKinds)[number];

/** The kind that an address names, if it is one. */
export const kindOf = (text: string | undefined): ConnectorKind | undefined =>
  connectorKinds.find((kind) => kind === text);
