import type { OutputView, TurnView } from '@trunkline/control-api';

/** One thing that was said in a session, by either side. */
export type Saying = { at: string; turn: TurnView } | { at: string; output: OutputView };

/** What was loaded of one side, newest first. */
interface Loaded<T> {
  items: readonly T[];
  hasNextPage: boolean;
}

/**
 * Turns and outputs by time, oldest first, from where both sides are complete. `older`: the sides that must be read further for anything
 * before that.
 */
export function interleave(
  turns: Loaded<TurnView>,
  outputs: Loaded<OutputView>,
): { sayings: Saying[]; older: { turns: boolean; outputs: boolean } } {
  const [turnsFrom, outputsFrom] = [completeFrom(turns), completeFrom(outputs)];
  const from = turnsFrom > outputsFrom ? turnsFrom : outputsFrom;
  const said: Saying[] = [
    ...turns.items.map((turn) => ({ at: turn.at, turn })).reverse(),
    ...outputs.items.map((output) => ({ at: output.at, output })).reverse(),
  ];
  // What has the same time stays as it is here: a turn before its answer, each side in its own order.
  const sayings = said.filter(({ at }) => at >= from).sort((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)));
  return {
    sayings,
    older: { turns: turns.hasNextPage && turnsFrom === from, outputs: outputs.hasNextPage && outputsFrom === from },
  };
}

const completeFrom = ({ items, hasNextPage }: Loaded<{ at: string }>): string =>
  hasNextPage ? (items.at(-1)?.at ?? '') : '';
