import type { SlackTarget } from './render-step.ts';

/** `chat.update` takes about 50 calls a minute. */
export const updateEveryMs = 1_200;

/** Whose turn it is in a channel: all of its threads share what Slack takes. */
export interface ChannelTurns {
  /** 0, and the moment is taken; or how long others of this channel go first. */
  take(target: SlackTarget): number;
}

/** Turns in memory: what is shown in a channel is shown by one process. */
export function createChannelTurns(now: () => number): ChannelTurns {
  const nextAt = new Map<string, number>();
  return {
    take({ connector, channel_id }) {
      const key = JSON.stringify([connector, channel_id]);
      const waitMs = (nextAt.get(key) ?? 0) - now();
      if (waitMs > 0) return waitMs;
      for (const [each, at] of nextAt) if (at <= now()) nextAt.delete(each);
      nextAt.set(key, now() + updateEveryMs);
      return 0;
    },
  };
}
