/** How long to wait before the next connection is opened. */
export interface ReconnectPause {
  /** After an end of a connection, or an attempt that failed. `wellForMs`: how long the connection had worked. */
  next(ended: { wellForMs: number }): number;
}

const firstMs = 1_000;
const longestMs = 30_000;
const wellAfterMs = 10_000;

/**
 * The first replacement comes nearly at once, and each one after a connection that did not last comes later, with jitter: a
 * Slack that sends everybody away is not called more often than some times a minute.
 */
export function createReconnectPause(random: () => number): ReconnectPause {
  let failures = 0;
  return {
    next({ wellForMs }) {
      if (wellForMs >= wellAfterMs) failures = 0;
      const ms = failures === 0 ? 100 : Math.min(longestMs, firstMs * 2 ** (failures - 1));
      failures++;
      return Math.round(ms * (0.5 + random()));
    },
  };
}
