import { useDebouncedCallback } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import type { FeedEntry, OperationId, OutputView } from '@trunkline/control-api';
import { useRef, useState } from 'react';
import { useFeed } from '../../api/use-feed.ts';
import { useList, useOperation } from '../../api/use-operation.ts';
import { interleave } from './interleave.ts';
import { useGrowingTexts } from './use-growing-texts.ts';

const pageSize = 30;
/** The feed begins before the lists were read: what happened in between is in one of them. */
const overlapMs = 10_000;

/** The operations whose answers each kind of item makes old. */
const stale: Readonly<Record<string, readonly OperationId[]>> = {
  turn: ['listTurns'],
  output: ['listOutputs'],
  delivery: ['listOutputs', 'getDelivery'],
  dead: ['listEvents'],
  audit: ['getSession'],
};

/** What was said in a session, read as far back as somebody wished, and growing while the page is open. */
export function useConversation(session_id: string) {
  const page = { params: { session_id }, query: { limit: pageSize } };
  const turns = useList('listTurns', page);
  const [isJudging, setIsJudging] = useState(false);
  const outputs = useList('listOutputs', page, isJudging ? { everyMs: 2_000 } : {});
  if (isJudging !== outputs.items.some(isUnderWay)) setIsJudging(!isJudging);
  const deaths = useOperation('listEvents', { query: { session_id, outcome: 'dead', limit: 500 } });
  const growing = useGrowingTexts();
  const refresh = useRefresh();
  const [since] = useState(() => new Date(Date.now() - overlapMs).toISOString());
  const failure = useFeed(
    { session_id, since, what: ['turn', 'output', 'delivery', 'dead', 'audit', 'live'] },
    ({ item }: FeedEntry) => {
      growing.take(item);
      refresh(stale[item.what] ?? []);
    },
  );
  const { sayings, older } = interleave(turns, outputs);
  return {
    sayings,
    isPending: turns.isPending || outputs.isPending,
    error: turns.error ?? outputs.error,
    failure,
    growing: growing.texts,
    status: growing.status,
    dead: new Map(deaths.data?.body.items.flatMap((event) => (event.turn_id ? [[event.turn_id, event]] : []))),
    hasOlder: older.turns || older.outputs,
    isReadingOlder: turns.isFetchingNextPage || outputs.isFetchingNextPage,
    readOlder() {
      if (older.turns) void turns.fetchNextPage();
      if (older.outputs) void outputs.fetchNextPage();
    },
    retry() {
      void turns.refetch();
      void outputs.refetch();
    },
  };
}

/** Nobody tells of it when an output without a target is judged: it is asked for, for a while. */
const isUnderWay = ({ state, at }: OutputView): boolean => state === 'waiting' && Date.now() - Date.parse(at) < 30_000;

/** Asks again for what became old, at most twice a second. */
function useRefresh(): (operations: readonly OperationId[]) => void {
  const queries = useQueryClient();
  const wanted = useRef(new Set<OperationId>());
  const flush = useDebouncedCallback(
    () => {
      for (const operation of wanted.current) void queries.invalidateQueries({ queryKey: [operation] });
      wanted.current.clear();
    },
    { delay: 150, maxWait: 500 },
  );
  return (operations) => {
    for (const operation of operations) wanted.current.add(operation);
    if (operations.length > 0) flush();
  };
}
