import { useDebouncedCallback } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import type { FeedEntry, OperationId, OutputView } from '@trunkline/control-api';
import { useRef, useState } from 'react';
import { grown, nothingGrows } from './growing-texts.ts';
import { useFeed } from './use-feed.ts';
import { useList } from './use-operation.ts';

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

/** The turns and the outputs of a session, each newest first and page after page, asked for again whenever the feed tells of more; and what grows meanwhile. */
export function useLiveSession(session_id: string, pageSize: number) {
  const page = { params: { session_id }, query: { limit: pageSize } };
  const turns = useList('listTurns', page);
  const [isJudging, setIsJudging] = useState(false);
  const outputs = useList('listOutputs', page, isJudging ? { everyMs: 2_000 } : {});
  if (isJudging !== outputs.items.some(isUnderWay)) setIsJudging(!isJudging);
  const [growing, setGrowing] = useState(nothingGrows);
  const refresh = useRefresh();
  const [since] = useState(() => new Date(Date.now() - overlapMs).toISOString());
  const feed = useFeed(
    { session_id, since, what: ['turn', 'output', 'delivery', 'dead', 'audit', 'live'] },
    ({ item }: FeedEntry) => {
      setGrowing((before) => grown(before, item));
      refresh(stale[item.what] ?? []);
    },
  );
  const error: unknown = turns.error ?? outputs.error;
  const retry = () => {
    void turns.refetch();
    void outputs.refetch();
    feed.retry();
  };
  return { turns, outputs, growing, error, feedFailure: feed.failure, retry };
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
