import { isDeepStrictEqual } from 'node:util';
import type { Declared, InventoryChange, InventoryEntry, InventoryLog, Resolve } from './entry.ts';
import { createLimiter } from './limiter.ts';

/** What the table is made with. */
export interface EntryTableOptions {
  resolve?: Resolve | undefined;
  log: InventoryLog;
  /** When to ask again for secrets that could not be known. */
  retryMs: number;
}

interface Slot {
  declared: Declared;
  entry?: InventoryEntry;
  /** Counts what was asked of this slot, so that an answer that was overtaken is dropped. */
  asked: number;
}

/** Enough to hide the store's latency, too few to flood it. */
const lookupsAtOnce = 64;

/**
 * The connectors as they are: what was declared, with secrets.
 *
 * A connector that changes keeps its old entry until the new one is resolved; a listener sees each step exactly once.
 */
export function createEntryTable({ resolve, log, retryMs }: EntryTableOptions) {
  const slots = new Map<string, Slot>();
  const listeners = new Set<(change: InventoryChange) => void>();
  const limited = createLimiter(lookupsAtOnce);
  const toRetry = new Set<string>();
  let retry: NodeJS.Timeout | undefined;
  let closed = false;

  function announce(change: InventoryChange): void {
    for (const listener of listeners) {
      try {
        listener(change);
      } catch (err) {
        log.error({ err, change: change.type }, 'inventory.listener-failed');
      }
    }
  }

  function put(slot: Slot, entry: InventoryEntry): void {
    const old = slot.entry;
    slot.entry = entry;
    if (old === undefined) announce({ type: 'added', new: entry });
    else if (!sameEntry(old, entry)) announce({ type: 'changed', old, new: entry });
  }

  async function settle(key: string, slot: Slot): Promise<void> {
    const asked = ++slot.asked;
    const isOvertaken = () => closed || slots.get(key) !== slot || slot.asked !== asked;
    const { declared } = slot;
    const plain = plainEntry(declared, resolve !== undefined);
    if (plain) return put(slot, plain);
    const { config, ...facts } = declared;
    if (!config || !resolve) return;
    try {
      const resolution = await limited(() => resolve(config));
      if (!isOvertaken()) put(slot, { ...facts, config, ...resolution });
    } catch (err) {
      if (isOvertaken()) return;
      log.error({ err, connector: `${declared.kind}/${declared.name}` }, 'connector.secrets-unknown');
      askLater(key);
      // Secrets that worked a moment ago serve better than none.
      const keeps = slot.entry?.state === 'ready' && isDeepStrictEqual(slot.entry.config, config);
      if (!keeps) put(slot, { ...facts, config, state: 'degraded', reason: 'its secrets cannot be looked up now' });
    }
  }

  function askLater(key: string): void {
    toRetry.add(key);
    retry ??= setTimeout(() => {
      retry = undefined;
      const keys = [...toRetry];
      toRetry.clear();
      void refresh(keys);
    }, retryMs).unref();
  }

  async function refresh(keys: Iterable<string>): Promise<void> {
    const present = [...keys].map((key) => ({ key, slot: slots.get(key) }));
    await Promise.all(present.map(({ key, slot }) => slot && settle(key, slot)));
  }

  return {
    /** Declares a connector, or takes it away. Resolves when the entry says so too. */
    async declare(key: string, declared: Declared | undefined): Promise<void> {
      const slot = slots.get(key);
      if (declared === undefined) {
        slots.delete(key);
        if (slot?.entry) announce({ type: 'removed', old: slot.entry });
        return;
      }
      if (slot && isDeepStrictEqual(slot.declared, declared)) return;
      const next = slot ?? { declared, asked: 0 };
      next.declared = declared;
      slots.set(key, next);
      await settle(key, next);
    },
    /** Looks up the secrets of these connectors again. */
    refresh,
    get: (key: string): InventoryEntry | undefined => slots.get(key)?.entry,
    list: (): InventoryEntry[] => [...slots.values()].flatMap(({ entry }) => entry ?? []),
    /** The keys of the connectors that are declared like this, whether or not their entry is there already. */
    keysWhere: (test: (declared: Declared) => boolean): string[] =>
      [...slots].filter(([, slot]) => test(slot.declared)).map(([key]) => key),
    onChange(listener: (change: InventoryChange) => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close(): void {
      closed = true;
      clearTimeout(retry);
      listeners.clear();
    },
  };
}

/** The entry of a connector for which no secrets have to be looked up. */
function plainEntry({ config, reason, ...facts }: Declared, resolves: boolean): InventoryEntry | undefined {
  if (!config) return { ...facts, state: 'degraded', reason: reason ?? 'it cannot be read' };
  if (!config.enabled) return { ...facts, config, state: 'disabled' };
  return resolves ? undefined : { ...facts, config, state: 'ready', secrets: {} };
}

function sameEntry(a: InventoryEntry, b: InventoryEntry): boolean {
  return isDeepStrictEqual(comparable(a), comparable(b));
}

/** Secrets compare by value here and nowhere else: their own comparison sees masks only. */
function comparable(entry: InventoryEntry): object {
  if (entry.state !== 'ready') return entry;
  const values = Object.entries(entry.secrets).map(([field, secrets]) => [
    field,
    secrets.map((secret) => [secret.expose(), secret.validUntil]),
  ]);
  return { ...entry, secrets: values };
}
