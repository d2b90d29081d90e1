import type { ConnectorConfig, ConnectorProblem } from '@trunkline/config';
import type { ConnectorKind } from '@trunkline/events';
import type { Secret } from '@trunkline/secrets';

/** Who says that a connector exists: the TOML file, which wins, or the runtime store. */
export type ConnectorSource = 'file' | 'runtime';

/** What a source says about one connector, before its secrets are looked up. */
export interface Declared {
  kind: ConnectorKind;
  name: string;
  source: ConnectorSource;
  config?: ConnectorConfig;
  /** Why there is no config. */
  reason?: string;
}

interface EntryFacts<C> {
  kind: ConnectorKind;
  name: string;
  source: ConnectorSource;
  config: C;
}

/** A connector that can work. `secrets` by field, as `secretsOf` names them; filter by `validSecrets` at each use. */
export interface ReadyEntry<C = ConnectorConfig> extends EntryFacts<C> {
  state: 'ready';
  secrets: Record<string, Secret[]>;
}

/** A connector that was switched off. Its secrets are not looked at. */
export interface DisabledEntry<C = ConnectorConfig> extends EntryFacts<C> {
  state: 'disabled';
}

/** A connector that cannot work, and why; without `config` when what is stored could not be read at all. */
export interface DegradedEntry<C = ConnectorConfig> extends Omit<EntryFacts<C>, 'config'> {
  state: 'degraded';
  reason: string;
  config?: C;
}

export type InventoryEntry<C = ConnectorConfig> = ReadyEntry<C> | DisabledEntry<C> | DegradedEntry<C>;

/** What happened to one connector: in its configuration, its secrets or its state. */
export type InventoryChange =
  | { type: 'added'; new: InventoryEntry }
  | { type: 'changed'; old: InventoryEntry; new: InventoryEntry }
  | { type: 'removed'; old: InventoryEntry };

/** Something an operator should see: a refused edit of the file, a stored connector that cannot be read or that the file hides. */
export interface InventoryProblem extends ConnectorProblem {
  source: ConnectorSource;
  file?: string;
  line?: number;
}

/** What the secrets of a connector came to. Reasons name fields and sources, never values. */
export type Resolution = { state: 'ready'; secrets: Record<string, Secret[]> } | { state: 'degraded'; reason: string };

/** Looks up the secrets of one connector. Throws when it cannot know now; it is then asked again. */
export type Resolve = (config: ConnectorConfig) => Promise<Resolution>;

/** The part of a logger that the inventory needs; pino fits. */
export interface InventoryLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
