import type { SlackTarget } from './render-step.ts';

/** What Slack asked for with a 429, for all threads of the channel at once: each would be told the same otherwise. */
export interface ChannelPauses {
  note(target: SlackTarget, ms: number): void;
  /** Milliseconds that are left of the channel's pause; 0 without one. */
  left(target: SlackTarget): number;
}

/** Pauses in memory only: the delivery that was told to wait keeps its deadline on the bus. */
export function createChannelPauses(now: () => number): ChannelPauses {
  const until = new Map<string, number>();
  const keyOf = ({ connector, team_id, channel_id }: SlackTarget) => JSON.stringify([connector, team_id, channel_id]);
  return {
    note(target, ms) {
      for (const [key, end] of until) if (end <= now()) until.delete(key);
      if (ms > 0) until.set(keyOf(target), now() + ms);
    },
    left: (target) => Math.max(0, (until.get(keyOf(target)) ?? 0) - now()),
  };
}
