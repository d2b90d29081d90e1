import type { ConnectorConfig } from '@trunkline/config';
import { isDeepStrictEqual } from 'node:util';
import { createChangeFeed } from './change-feed.ts';
import type { Declared, InventoryEntry, InventoryLog, Resolution, Resolve } from './entry.ts';
import { createLimiter } from './limiter.ts';
import { createRetryLater } from './retry-later.ts';

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
  const feed = createChangeFeed(log);
  const look = resolve && createLookup(resolve, log);
  const retries = createRetryLater(retryMs, (keys) => void refresh(keys));
  let closed = false;

  function put(slot: Slot, entry: InventoryEntry): void {
    const old = slot.entry;
    slot.entry = entry;
    if (old === undefined) feed.announce({ type: 'added', new: entry });
    else if (!sameEntry(old, entry)) feed.announce({ type: 'changed', old, new: entry });
  }

  /** Brings the entry up to what is declared; without secrets to look up, before it returns. */
  async function settle(key: string, slot: Slot): Promise<void> {
    const asked = ++slot.asked;
    const { config, reason, ...facts } = slot.declared;
    if (!config) return put(slot, { ...facts, state: 'degraded', reason: reason ?? 'it cannot be read' });
    if (!config.enabled) return put(slot, { ...facts, config, state: 'disabled' });
    if (!look) return put(slot, { ...facts, config, state: 'ready', secrets: {} });
    const resolution = await look(config);
    if (closed || slots.get(key) !== slot || slot.asked !== asked) return;
    if (resolution.state !== 'unknown') return put(slot, { ...facts, config, ...resolution });
    retries.add(key);
    // Secrets that worked a moment ago serve better than none.
    const works = slot.entry?.state === 'ready' && isDeepStrictEqual(slot.entry.config, config);
    if (!works) put(slot, { ...facts, config, state: 'degraded', reason: 'its secrets cannot be looked up now' });
  }

  async function refresh(keys: readonly string[]): Promise<void> {
    await Promise.all(
      keys.map(async (key) => {
        const slot = slots.get(key);
        if (slot) await settle(key, slot);
      }),
    );
  }

  return {
    /** Declares a connector, or takes it away. Resolves when the entry says so too. */
    async declare(key: string, declared: Declared | undefined): Promise<void> {
      const slot = slots.get(key);
      if (declared === undefined) {
        slots.delete(key);
        if (slot?.entry) feed.announce({ type: 'removed', old: slot.entry });
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
    onChange: feed.onChange,
    close(): void {
      closed = true;
      retries.stop();
      feed.close();
    },
  };
}

type Looked = Resolution | { state: 'unknown' };

/** Looks secrets up, some at a time. What throws is unknown for now. */
function createLookup(resolve: Resolve, log: InventoryLog): (config: ConnectorConfig) => Promise<Looked> {
  const limited = createLimiter(lookupsAtOnce);
  return async (config) => {
    try {
      return await limited(() => resolve(config));
    } catch (err) {
      log.error({ err, connector: `${config.kind}/${config.name}` }, 'connector.secrets-unknown');
      return { state: 'unknown' };
    }
  };
}

function sameEntry(a: InventoryEntry, b: InventoryEntry): boolean {
  return isDeepStrictEqual(comparable(a), comparable(b));
}

/** Secrets compare by value here and nowhere else: their own comparison sees masks only. */
function comparable(entry: InventoryEntry): object {
  if (entry.state !== 'ready') return entry;
  const values = Object.entries(entry.secrets).map(([field, secrets]) => [
    field,
    secrets.map((secret) => [secret.expose(), secret.version, secret.validUntil]),
  ]);
  return { ...entry, secrets: values };
}
