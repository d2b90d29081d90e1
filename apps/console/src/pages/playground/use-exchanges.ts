import type { OutputView, TurnView } from '@trunkline/control-api';
import { useLiveSession } from '../../api/use-live-session.ts';
import { unpublished, type GrowingText } from '../../api/growing-texts.ts';

/** A turn and what was said to it. `growing` are texts that are still being written. */
export interface Exchange {
  turn: TurnView;
  outputs: readonly OutputView[];
  growing: readonly GrowingText[];
  status: string | undefined;
}

const most = 100;

/** The newest turns of a session, oldest first, each with its answers; they grow while the page is open. */
export function useExchanges(session_id: string) {
  const { turns, outputs, growing, error, feedFailure, retry } = useLiveSession(session_id, most);
  const texts = unpublished(growing, outputs.items).filter(({ text }) => text !== '');
  const exchanges = turns.items.toReversed().map((turn): Exchange => {
    const answers = outputs.items.filter(({ turn_id }) => turn_id === turn.turn_id).reverse();
    return {
      turn,
      outputs: answers,
      growing: texts.filter(({ turnId }) => turnId === turn.turn_id),
      status: answers.length === 0 ? growing.statuses.get(turn.turn_id) : undefined,
    };
  });
  return { exchanges, failure: error ?? feedFailure, retry };
}
