import type { FeedEntry, OutputView, TurnView } from '@trunkline/control-api';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useFollowedFeed } from '../../api/use-feed.ts';
import { useOperation } from '../../api/use-operation.ts';
import { withLive, type Drafts } from './drafts.ts';

/** A turn and what was said to it. `drafts` are texts that still grow. */
export interface Exchange {
  turn: TurnView;
  outputs: readonly OutputView[];
  drafts: readonly { id: string; text: string }[];
  status: string | undefined;
}

const most = 100;

/** A session as a chat: what is kept of it, asked for again whenever the feed tells that there is more, and what grows meanwhile. */
export function useConversation(session_id: string) {
  const queries = useQueryClient();
  const page = { params: { session_id }, query: { limit: most } };
  const turns = useOperation('listTurns', page);
  const outputs = useOperation('listOutputs', page);
  const [drafts, setDrafts] = useState<Drafts>(new Map());
  const take = ({ item }: FeedEntry) => {
    if (item.what === 'live') return setDrafts((before) => withLive(before, item.data));
    if (item.what === 'turn') void queries.invalidateQueries({ queryKey: ['listTurns'] });
    void queries.invalidateQueries({ queryKey: ['listOutputs'] });
  };
  const feed = useFollowedFeed({ session_id, what: ['turn', 'output', 'delivery', 'live'] }, take);
  const said = (outputs.data?.body.items ?? []).toReversed();
  const whole = new Set(said.map(({ output_id }) => output_id));
  const exchanges = (turns.data?.body.items ?? []).toReversed().map((turn): Exchange => {
    const own = [...drafts].filter(([id, { turnId }]) => turnId === turn.turn_id && !whole.has(id));
    const answers = said.filter(({ turn_id }) => turn_id === turn.turn_id);
    return {
      turn,
      outputs: answers,
      drafts: own.flatMap(([id, { text }]) => (text === '' ? [] : [{ id, text }])),
      status: answers.length === 0 ? own.find(([, { status }]) => status !== undefined)?.[1].status : undefined,
    };
  });
  const failure: unknown = turns.error ?? outputs.error ?? feed.failure;
  const retry = () => {
    void turns.refetch();
    void outputs.refetch();
    feed.retry();
  };
  return { exchanges, failure: failure ?? undefined, retry };
}
