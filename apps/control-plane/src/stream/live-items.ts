import type { Bus, Subscription } from '@trunkline/bus';
import type { FeedItem } from '@trunkline/control-api';
import { readLive } from '@trunkline/events';
import { wanted, type FeedQuery } from './feed-sources.ts';

/** Hears what sessions show while they work: deltas and statuses, which are kept nowhere. Of a session it is told by its subject's token. */
export function listenLive(query: FeedQuery, bus: Bus, onItem: (item: FeedItem) => void): Subscription {
  const { kind, name, session_id } = query;
  if (!wanted(query)('live') || kind !== undefined || name !== undefined) return { stop: () => {} };
  const subject = session_id === undefined ? bus.names.allLive : bus.names.live(session_id);
  return bus.subscribe(subject, (message) => {
    const read = readLive(message.json());
    if (!read.ok) return;
    // The handle is a key to the conversation.
    const { reply_handle: _, ...data } = read.value;
    const token = message.subject.split('.').at(-1) ?? '';
    const known = session_id ?? (token.startsWith('=') ? undefined : token);
    onItem({ what: 'live', at: new Date().toISOString(), session_id: known, data: { ...data, session_token: token } });
  });
}
