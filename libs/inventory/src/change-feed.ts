import type { InventoryChange, InventoryLog } from './entry.ts';

/** Tells listeners of changes, in order; one that throws does not keep it from the others. */
export function createChangeFeed(log: Pick<InventoryLog, 'error'>) {
  const listeners = new Set<(change: InventoryChange) => void>();
  return {
    announce(change: InventoryChange): void {
      for (const listener of listeners) {
        try {
          listener(change);
        } catch (err) {
          log.error({ err, change: change.type }, 'inventory.listener-failed');
        }
      }
    },
    onChange(listener: (change: InventoryChange) => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: (): void => listeners.clear(),
  };
}
