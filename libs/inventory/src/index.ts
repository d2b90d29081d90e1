export { configFingerprint } from './config-fingerprint.ts';
export { viewOf, type ConnectorView, type SecretFieldView } from './connector-view.ts';
export {
  type ConnectorSource,
  type DegradedEntry,
  type DisabledEntry,
  type InventoryChange,
  type InventoryEntry,
  type InventoryLog,
  type InventoryProblem,
  type ReadyEntry,
  type Resolution,
  type Resolve,
} from './entry.ts';
export { ConnectorsFileInvalidError, ConnectorsFileUnreadableError } from './inventory-errors.ts';
export {
  openInventory,
  type ConnectorsBus,
  type Inventory,
  type InventoryOptions,
  type SecretsChanged,
} from './open-inventory.ts';
export { secretResolver } from './resolve-connector.ts';
export { connectorKey, type StoredConnector } from './runtime-connectors.ts';
export { type SecretReferrer } from './secret-referrers.ts';
