import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useState } from 'react';
import { ControlUnreachableError, type FeedEntry, type FollowOptions } from '@trunkline/control-api';
import { control } from './control.ts';
import { isSignedOut, sessionKey } from './session.ts';

export type FeedQuery = Parameters<typeof control.stream>[0];
export type FeedState = 'connecting' | 'live' | 'reconnecting' | 'paused' | 'refused';

export interface Feed {
  state: FeedState;
  /** Why the API refused to go on; `undefined` while it did not. */
  failure: unknown;
  /** Begins again after a refusal. */
  retry(): void;
}

const againMs = 2_000;

/**
 * Follows the live feed while the component is there, and gives each entry to `onEntry` once. A lost connection and a pause lose nothing: it
 * goes on where it was, unless `query` says something else by then. Only a refusal ends it.
 */
export function useFeed(
  query: FeedQuery,
  onEntry: (entry: FeedEntry) => void,
  { paused = false }: { paused?: boolean } = {},
): Feed {
  const [failure, setFailure] = useState<unknown>();
  const [state, setState] = useState<FeedState>('connecting');
  const [attempt, setAttempt] = useState(0);
  const [place] = useState<{ id: string | undefined; asked: string }>({ id: undefined, asked: '' });
  const asked = JSON.stringify(query);
  const queries = useQueryClient();
  const take = useEffectEvent(onEntry);
  useEffect(() => {
    if (paused) return setState('paused');
    // A place in a feed is worth nothing in another one.
    if (place.asked !== asked) Object.assign(place, { id: undefined, asked });
    const over = new AbortController();
    setFailure(undefined);
    setState('connecting');
    const follow = async () => {
      const options: FollowOptions = {
        signal: over.signal,
        onPlace: (id) => (place.id = id),
        onState: setState,
        ...(place.id !== undefined && { lastEventId: place.id }),
      };
      for await (const entry of control.stream(JSON.parse(asked), options)) {
        if (over.signal.aborted) return;
        place.id = entry.id;
        take(entry);
      }
    };
    let timer: ReturnType<typeof setTimeout> | undefined;
    follow().catch((error: unknown) => {
      if (over.signal.aborted) return;
      // It may have been started a moment too early: whatever else was refused stays so.
      if (error instanceof ControlUnreachableError) {
        setState('reconnecting');
        timer = setTimeout(() => setAttempt((before) => before + 1), againMs);
        return;
      }
      // The page asks to sign in again.
      if (isSignedOut(error)) return void queries.resetQueries({ queryKey: sessionKey });
      setState('refused');
      setFailure(error);
    });
    return () => {
      clearTimeout(timer);
      over.abort();
    };
  }, [asked, paused, place, attempt, queries]);
  return { state, failure, retry: () => setAttempt((before) => before + 1) };
}
