import { useEffect, useEffectEvent, useState } from 'react';
import type { FeedEntry, FollowOptions } from '@trunkline/control-api';
import { control } from './control.ts';

export type FeedQuery = Parameters<typeof control.stream>[0];

/**
 * Follows the live feed while the component is there and `paused` is not set; goes on where it was after a pause. Gives what ended it, if
 * something did.
 */
export function useFeed(query: FeedQuery, onEntry: (entry: FeedEntry) => void, { paused = false } = {}): unknown {
  const [failure, setFailure] = useState<unknown>();
  const [place] = useState<{ id: string | undefined; asked: string }>({ id: undefined, asked: '' });
  const asked = JSON.stringify(query);
  const take = useEffectEvent(onEntry);
  useEffect(() => {
    if (paused) return;
    // A place in a feed is worth nothing in another one.
    if (place.asked !== asked) Object.assign(place, { id: undefined, asked });
    const over = new AbortController();
    setFailure(undefined);
    const follow = async () => {
      const options: FollowOptions = { signal: over.signal, ...(place.id !== undefined && { lastEventId: place.id }) };
      for await (const entry of control.stream(JSON.parse(asked), options)) {
        place.id = entry.id;
        take(entry);
      }
    };
    follow().catch((error: unknown) => over.signal.aborted || setFailure(error));
    return () => over.abort();
  }, [asked, paused, place]);
  return failure;
}
