import { deliverySummarySchema, type DeliverySummary, type FeedItem } from '@trunkline/control-api';
import { useState } from 'react';
import { useFeed, type FeedQuery } from '../../api/use-feed.ts';

type Query = Pick<FeedQuery, 'kind' | 'name' | 'session_id'> & { state: readonly DeliverySummary['state'][] };

interface List {
  items: readonly DeliverySummary[];
  dataUpdatedAt: number;
}

/** A list that was read while something changed may still have it as it was. */
const readingMs = 2_000;

/**
 * The rows of a list as they are by now: the list itself is not asked for again, because each page looks through all deliveries.
 * `hasOthers`: some that are not in the list would be by now.
 */
export function useUpdatedRows(
  { items, dataUpdatedAt }: List,
  { kind, name, session_id, state }: Query,
): { items: DeliverySummary[]; hasOthers: boolean } {
  const [changed, setChanged] = useState<ReadonlyMap<string, { row: DeliverySummary; atMs: number }>>(new Map());
  const [othersAtMs, setOthersAtMs] = useState(0);
  const take = ({ item }: { item: FeedItem }) => {
    const read = deliverySummarySchema.safeParse(item.data);
    if (!read.success) return;
    const row = read.data;
    const atMs = Date.now();
    if (items.some(({ delivery_id }) => delivery_id === row.delivery_id))
      setChanged((before) => new Map(before).set(row.delivery_id, { row, atMs }));
    else if (state.includes(row.state)) setOthersAtMs(atMs);
  };
  useFeed({ what: 'delivery', kind, name, session_id }, take);
  return {
    items: items.map((row) => {
      const newer = changed.get(row.delivery_id);
      return newer && newer.atMs > dataUpdatedAt - readingMs ? newer.row : row;
    }),
    hasOthers: othersAtMs > dataUpdatedAt,
  };
}
