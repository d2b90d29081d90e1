import type { Bucket, Change } from '@trunkline/bus';
import { formatProblem, secretsOf, type ConnectorConfig, type ConnectorOf } from '@trunkline/config';
import type { ConnectorKind, ConnectorRef } from '@trunkline/events';
import { followConnectorsFile, loadConnectorsFile } from './connectors-file.ts';
import { createEntryTable } from './entry-table.ts';
import type { Declared, InventoryChange, InventoryEntry, InventoryLog, InventoryProblem, Resolve } from './entry.ts';
import { createMergedSources } from './merged-sources.ts';
import { connectorKey, readRuntimeConnector } from './runtime-connectors.ts';
import { secretReferrers, type SecretReferrer } from './secret-referrers.ts';

/** What the inventory needs of the bus. */
export interface ConnectorsBus {
  bucket(name: 'connectors'): Pick<Bucket<unknown>, 'watch'>;
}

export interface InventoryOptions {
  /** The TOML file. Without one there are runtime connectors only. */
  file?: string | undefined;
  /** Keep the connectors of this kind only; the whole file is checked all the same. Default `all`. */
  kind?: ConnectorKind | 'all';
  bus: ConnectorsBus;
  /** Looks up secrets. Without it no secret is looked at and every enabled connector is ready: for the router and for tools. */
  resolve?: Resolve | undefined;
  log: InventoryLog;
  /** Told of each later edit, of the file or of a stored connector: whether it was taken. */
  onReload?: (outcome: 'applied' | 'refused') => void;
  timing?: Partial<typeof defaultTiming>;
}

const defaultTiming = {
  /** How often the file is looked at when nothing tells that it changed. */
  pollMs: 2_000,
  /** How long the file must stay the same to be believed. */
  settleMs: 100,
  /** When to ask again for secrets that could not be known. */
  retryMs: 5_000,
};

/** Which connectors to look up the secrets of: those that name such a reference (as the secret store tells it), or this one. */
export interface SecretsChanged {
  affects?: (reference: string) => boolean;
  connector?: ConnectorRef;
}

/** The connectors there are, kept up to date. */
export interface Inventory {
  get<K extends ConnectorKind>(kind: K, name: string): InventoryEntry<ConnectorOf<K>> | undefined;
  list(): InventoryEntry[];
  list<K extends ConnectorKind>(kind: K): InventoryEntry<ConnectorOf<K>>[];
  /** Tells of every later change, in order. Returns what ends it. */
  onChange(listener: (change: InventoryChange) => void): () => void;
  /** What an operator should see now; empty when all is well. */
  problems(): InventoryProblem[];
  /** The connectors that refer to a secret, of both sources, whatever their state: it must not be deleted while there are any. */
  referringTo(reference: string): SecretReferrer[];
  /** Looks up secrets again, all by default; resolves when the entries say what came of it. */
  refreshSecrets(which?: SecretsChanged): Promise<void>;
  close(): void;
}

/**
 * Opens the one resolved inventory: file and runtime store, the file first, secrets looked up, all of it followed.
 *
 * Resolves when every connector has its state. Throws ConnectorsFileInvalidError with all errors of the file, but only here:
 * a later edit that is not valid is refused whole, the last good one stays and `problems` tells.
 */
export async function openInventory(options: InventoryOptions): Promise<Inventory> {
  const { kind = 'all', log, onReload = () => undefined } = options;
  const timing = { ...defaultTiming, ...options.timing };
  const sources = createMergedSources();
  const table = createEntryTable({ resolve: options.resolve, log, retryMs: timing.retryMs });
  const declare = (key: string) => table.declare(key, sources.declaredAs(key));
  const ofKind = (connector: ConnectorConfig) => kind === 'all' || connector.kind === kind;

  const file = options.file === undefined ? undefined : await loadConnectorsFile(options.file, log);
  if (file) sources.setFile(file.connectors.filter(ofKind));

  let isOpen = false;
  const watch = await options.bus.bucket('connectors').watch(kind === 'all' ? '>' : `${kind}.*`, (change) => {
    const stored = storedIn(change, log);
    sources.setStored(change.key, stored);
    if (!isOpen) return;
    void declare(change.key);
    onReload(stored?.problems.length ? 'refused' : 'applied');
  });
  isOpen = true;
  await Promise.all([...sources.keys()].map(declare));

  const followed =
    file &&
    followConnectorsFile(file, {
      log,
      timing,
      onConnectors(connectors) {
        sources.setFile(connectors.filter(ofKind)).forEach((key) => void declare(key));
        onReload('applied');
      },
      onProblems(problems) {
        sources.setFileProblems(problems);
        if (problems.length > 0) onReload('refused');
      },
    });
  for (const problem of sources.problems()) log.warn({ problem: formatProblem(problem) }, 'inventory.problem');

  return {
    ...createLookups(table),
    onChange: table.onChange,
    problems: sources.problems,
    referringTo: (reference) => secretReferrers(reference, sources.all()),
    refreshSecrets: (which = {}) => table.refresh(table.keysWhere((declared) => isMeant(declared, which))),
    close() {
      followed?.stop();
      watch.stop();
      table.close();
    },
  };
}

function storedIn(change: Change<unknown>, log: InventoryLog) {
  const stored = change.value === undefined ? undefined : readRuntimeConnector(change);
  for (const problem of stored?.problems ?? []) log.error({ problem: formatProblem(problem) }, 'connector.unreadable');
  return stored;
}

type EntryTable = ReturnType<typeof createEntryTable>;

function createLookups(table: Pick<EntryTable, 'get' | 'list'>): Pick<Inventory, 'get' | 'list'> {
  function list(): InventoryEntry[];
  function list<K extends ConnectorKind>(kind: K): InventoryEntry<ConnectorOf<K>>[];
  function list(kind?: ConnectorKind): InventoryEntry[] {
    const all = table.list();
    return kind === undefined ? all : all.filter((entry) => entry.kind === kind);
  }
  return {
    list,
    get<K extends ConnectorKind>(kind: K, name: string) {
      const entry = table.get(connectorKey(kind, name));
      return entry && isOfKind(entry, kind) ? entry : undefined;
    },
  };
}

/** The key begins with the kind, so this only tells TypeScript. */
function isOfKind<K extends ConnectorKind>(entry: InventoryEntry, kind: K): entry is InventoryEntry<ConnectorOf<K>> {
  return entry.kind === kind;
}

function isMeant({ kind, name, config }: Declared, { affects, connector }: SecretsChanged): boolean {
  if (connector && (connector.kind !== kind || connector.name !== name)) return false;
  return affects === undefined || (config !== undefined && references(config).some(affects));
}

const references = (config: ConnectorConfig) =>
  Object.values(secretsOf(config)).flatMap(({ secret_ref }) => secret_ref ?? []);
