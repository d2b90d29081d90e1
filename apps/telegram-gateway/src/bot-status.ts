/** What operators see of the bots: by connector, what is wrong and what Telegram says. */
export interface BotStatus {
  /** Replaces what was known of a connector; undefined forgets it. */
  set(connector: string, state: Record<string, unknown> | undefined): void;
  /** For readiness details. */
  list(): Record<string, Record<string, unknown>>;
}

/** Kept in memory: each replica tells of the bots that it looks after. */
export function createBotStatus(): BotStatus {
  const states = new Map<string, Record<string, unknown>>();
  return {
    set(connector, state) {
      if (state === undefined) states.delete(connector);
      else states.set(connector, state);
    },
    list: () => Object.fromEntries([...states].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
}
