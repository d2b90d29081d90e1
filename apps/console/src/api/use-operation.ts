import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { CallOf, OperationId, ReceivedOf, routes } from '@trunkline/control-api';
import { control } from './control.ts';

type Call<K extends OperationId> = CallOf<(typeof routes)[K]>;
type Body<K extends OperationId> = ReceivedOf<(typeof routes)[K]>;

/** An operation that reads, asked again every `everyMs` where that is given. `data` is its answer with the ETag. */
export function useOperation<K extends OperationId>(
  operation: K,
  call: Call<K>,
  { everyMs, enabled = true }: { everyMs?: number; enabled?: boolean } = {},
) {
  return useQuery({
    queryKey: [operation, call],
    queryFn: () => control.call(operation, call),
    enabled,
    ...(everyMs !== undefined && { refetchInterval: everyMs }),
  });
}

type PageOf<K extends OperationId> = Body<K> extends { items: (infer T)[] } ? T : never;

/** The operations that answer in pages. */
export type ListId = {
  [K in OperationId]: Body<K> extends { items: unknown[]; next?: string | undefined } ? K : never;
}[OperationId];

/** A list, page after page: `items` has those of all pages that were asked for so far. */
export function useList<K extends ListId>(operation: K, call: Call<K>, { everyMs }: { everyMs?: number } = {}) {
  const query = useInfiniteQuery({
    queryKey: [operation, 'list', call],
    queryFn: async ({ pageParam }) => {
      const { body } = await control.call(operation, withCursor(call, pageParam));
      return body as { items: PageOf<K>[]; next?: string };
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    ...(everyMs !== undefined && { refetchInterval: everyMs }),
  });
  const items: PageOf<K>[] = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return { ...query, items };
}

function withCursor<C extends object>(call: C, cursor: string | undefined): C {
  if (cursor === undefined) return call;
  const query = 'query' in call && typeof call.query === 'object' ? call.query : {};
  return { ...call, query: { ...query, cursor } };
}

/** An operation that changes something. What the page shows of the operations in `refreshes` is asked for again afterwards. */
export function useChange<K extends OperationId>(operation: K, refreshes: readonly OperationId[] = []) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (call: Call<K>) => control.call(operation, call),
    onSettled: () => Promise.all(refreshes.map((each) => queries.invalidateQueries({ queryKey: [each] }))),
  });
}
