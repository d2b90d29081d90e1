import type { ConnectorDescription, StatusNotes } from '@trunkline/gateway-kit';

/** What operators see of the bots: by connector, what is wrong and what Telegram says. */
export interface BotStatus {
  /** Replaces what was known of a connector; undefined forgets it. */
  set(connector: string, state: Record<string, unknown> | undefined): void;
  /** For readiness details. */
  list(): Record<string, Record<string, unknown>>;
}

/** Kept in memory, and told on the bus: each replica tells of the bots that it looks after. */
export function createBotStatus({ describe }: Pick<StatusNotes, 'describe'>): BotStatus {
  const states = new Map<string, Record<string, unknown>>();
  return {
    set(connector, state) {
      if (state === undefined) states.delete(connector);
      else states.set(connector, state);
      describe(connector, state && descriptionOf(state));
    },
    list: () => Object.fromEntries([...states].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** Only whoever looks after a bot knows its mode; that a bot is not served, every replica knows. */
function descriptionOf(state: Record<string, unknown>): ConnectorDescription {
  const { mode, problem, ...details } = state;
  return {
    holdsLease: mode !== undefined,
    ...(typeof problem === 'string' && { problem }),
    ...(mode !== undefined && { details: { mode, ...details } }),
  };
}
