import type { Bucket } from '@trunkline/bus';
import type { LiveState } from '@trunkline/control-api';
import { connectorKey, type Inventory, type InventoryEntry } from '@trunkline/inventory';
import type { FollowedStatus } from '../gateways/follow-status.ts';
import { readRecord } from './connector-records.ts';

/** What the bucket says of a runtime connector beside its fields. */
export interface RecordFacts {
  revision: number;
  created_at?: string | undefined;
  updated_at?: string | undefined;
}

/** All connectors in memory, for lists: sorted by kind and name, a few milliseconds behind the newest write. */
export interface ConnectorIndex {
  sorted(): readonly InventoryEntry[];
  facts(entry: InventoryEntry): RecordFacts | undefined;
  /** What gateways say of its state, made once until there is news of it: filters ask it of thousands. */
  liveState(entry: InventoryEntry): LiveState['state'];
  close(): void;
}

/** By what lists are sorted and paged. */
export const listKey = ({ kind, name }: { kind: string; name: string }): string => `${kind}/${name}`;

/** Resolves when all are known. Sorts again only after a connector came or went. */
export async function openConnectorIndex(deps: {
  inventory: Pick<Inventory, 'list' | 'onChange'>;
  bucket: Pick<Bucket<unknown>, 'watch'>;
  status: Pick<FollowedStatus, 'of' | 'onChange'>;
}): Promise<ConnectorIndex> {
  const { inventory, bucket, status } = deps;
  const states = new Map<string, LiveState['state']>();
  const facts = new Map<string, RecordFacts>();
  let sorted: InventoryEntry[] | undefined;
  const watch = await bucket.watch('>', ({ key, value, revision }) => {
    if (value === undefined) return void facts.delete(key);
    const { created_at, updated_at } = readRecord(value);
    facts.set(key, { revision, created_at, updated_at });
  });
  const unfollow = inventory.onChange(() => void (sorted = undefined));
  const unfollowStatus = status.onChange((connector) => void states.delete(listKey(connector)));
  return {
    sorted: () => (sorted ??= inventory.list().sort((a, b) => (listKey(a) < listKey(b) ? -1 : 1))),
    facts: ({ kind, name, source }) => (source === 'file' ? undefined : facts.get(connectorKey(kind, name))),
    liveState(entry) {
      const key = listKey(entry);
      const state = states.get(key) ?? status.of(entry).state;
      states.set(key, state);
      return state;
    },
    close() {
      watch.stop();
      unfollow();
      unfollowStatus();
    },
  };
}
