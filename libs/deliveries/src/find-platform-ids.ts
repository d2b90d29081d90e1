import type { Bus } from '@trunkline/bus';
import { deliveryIdOf, targetKey, type ReplyHandle } from '@trunkline/events';
import { isSettled, platformIdsOf, progressKey, type ProgressRecord, type SettledState } from './progress-record.ts';

/**
 * What an earlier output became at a target. `open`: not settled, so there may be more to come; `unknown_output`: never went there, or so
 * long ago that it is forgotten. `ids` are in the order of the steps, those of an unfinished delivery included.
 */
export interface FoundPlatformIds {
  state: SettledState | 'open' | 'unknown_output';
  ids: string[];
}

/** Finds what an edit, a deletion or a reaction of an own output applies to. Records are kept 48 h after they are settled. */
export async function findPlatformIds(
  output: { sessionId: string; outputId: string; target: ReplyHandle },
  bus: Pick<Bus, 'bucket'>,
): Promise<FoundPlatformIds> {
  const deliveryId = deliveryIdOf(output.sessionId, output.outputId, targetKey(output.target));
  const found = await bus.bucket<ProgressRecord>('progress').get(progressKey(deliveryId));
  if (!found) return { state: 'unknown_output', ids: [] };
  const { state } = found.value;
  const ids = [...platformIdsOf(found.value)].toSorted(([a], [b]) => a - b).map(([, id]) => id);
  return { state: isSettled(state) ? state : 'open', ids };
}
