import type { Bus } from '@trunkline/bus';
import type { StoredEvent } from '@trunkline/control-api';
import { eventFingerprint, type TrunklineEvent } from '@trunkline/events';
import type { Emitter } from '@trunkline/gateway-kit';
import type { Inventory } from '@trunkline/inventory';
import { refuse, type Refusal } from '../operation.ts';
import { storeAsEvent } from '../store-as-event.ts';
import { findEvent, judgedReplays, type EventRef, type FoundEvent } from './find-event.ts';

export interface ReplayDeps {
  bus: Bus;
  emitter: Emitter;
  inventory: Pick<Inventory, 'get'>;
}

/**
 * Stores an event once more, as `<id>~r<n>`.
 *
 * n is the first whose replay was not judged, or was accepted: so any number of requests, at once or later, make one turn. Only a
 * replay that was rejected or died itself makes room for the next.
 */
export async function replayEvent(
  { force, ...of }: EventRef & { force: boolean },
  deps: ReplayDeps,
): Promise<{ stored: StoredEvent; isNew: boolean } | Refusal> {
  const found = await findEvent(of, deps.bus);
  if (!found) return refuse('event_not_found', unknownEvent);
  const obstacle = whyNot(found, force);
  if (obstacle !== undefined) return refuse('event_not_replayable', obstacle, { outcome: found.summary.outcome });
  const { event } = found;
  if (!event)
    return refuse('event_not_replayable', 'It was never stored, or cannot be read: there is nothing to repeat.');
  const replays = await judgedReplays(found, deps.bus);
  for (let n = 1; ; n++) {
    const id = `${event.id}~r${n}`;
    const judged = replays.get(id);
    if (judged?.status === 'accepted' && !judged.reason) return { stored: judged, isNew: false };
    if (!judged)
      return storeAsEvent(repeated(event, id, deps.inventory), { fingerprint: eventFingerprint(event), ...deps });
  }
}

/** For whoever asks for an event by an id that nothing is known of. */
export const unknownEvent =
  'Nothing is known of this id. Accepted events are found by it for 26 hours, rejected ones for 30 days: trunkline events list.';

function whyNot({ summary, event }: FoundEvent, force: boolean): string | undefined {
  switch (summary.outcome) {
    case 'pending':
      return 'No router has judged it yet: it is not lost, and will become a turn or a rejection by itself.';
    case 'accepted':
      return force ? undefined : 'It became a turn. Add force=true to have it once more.';
    case 'ignored':
      return 'It was ignored, so never stored: there is nothing to repeat.';
    case 'rejected':
    case 'dead':
      return event ? undefined : 'It was refused before it was stored, or cannot be read: there is nothing to repeat.';
  }
}

/** The same event under a new id, with the fixed session and the policy that its connector has now: they may be what was mended. */
function repeated(event: TrunklineEvent, id: string, inventory: Pick<Inventory, 'get'>): TrunklineEvent {
  const { connector, session } = event.data;
  const config = inventory.get(connector.kind, connector.name)?.config;
  const { fixed_session_id: _, ...rest } = session;
  const now = config && {
    ...rest,
    policy: config.session_policy,
    ...(config.fixed_session_id !== undefined && { fixed_session_id: config.fixed_session_id }),
  };
  return { ...event, id, data: { ...event.data, session: now ?? session, replay_of: event.id } };
}
