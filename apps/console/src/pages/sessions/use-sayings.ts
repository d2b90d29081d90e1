import { useLiveSession } from '../../api/use-live-session.ts';
import { useOperation } from '../../api/use-operation.ts';
import { unpublished } from '../../api/growing-texts.ts';
import { interleave } from './interleave.ts';

const pageSize = 30;

/** What was said in a session by either side, read as far back as somebody wished, and growing while the page is open. */
export function useSayings(session_id: string) {
  const { turns, outputs, growing, error, feedFailure, retry } = useLiveSession(session_id, pageSize);
  const deaths = useOperation('listEvents', { query: { session_id, outcome: 'dead', limit: 500 } });
  const { sayings, older } = interleave(turns, outputs);
  return {
    sayings,
    isPending: turns.isPending || outputs.isPending,
    error,
    feedFailure,
    growing: unpublished(growing, outputs.items),
    status: [...growing.statuses.values()].at(-1),
    dead: new Map(deaths.data?.body.items.flatMap((event) => (event.turn_id ? [[event.turn_id, event]] : []))),
    hasOlder: older.turns || older.outputs,
    isReadingOlder: turns.isFetchingNextPage || outputs.isFetchingNextPage,
    readOlder() {
      if (older.turns) void turns.fetchNextPage();
      if (older.outputs) void outputs.fetchNextPage();
    },
    retry,
  };
}
