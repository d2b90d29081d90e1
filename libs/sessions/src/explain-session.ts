import { decideSession, resolveSession, type AskedSession, type Decision, type Resolution } from './resolve-session.ts';
import type { ResolvingStore } from './resolve-session.ts';
import { newSession } from './session-record.ts';

/** Where an event would land now, and why. */
export interface ExplainedSession {
  resolution: Resolution;
  /** What decides; the same whether the event is then let in or not. */
  decidedBy: Decision['by'];
  key?: string | undefined;
  /** The session would be made. */
  wouldCreate: boolean;
  /** Keys that would be bound to it. */
  wouldBind: string[];
}

/** Resolves the session of an event as the router does, by the same code, and writes nothing. */
export async function explainSession(
  asked: AskedSession,
  { store, now }: { store: Pick<ResolvingStore, 'find' | 'holder'>; now: () => number },
): Promise<ExplainedSession> {
  const { by: decidedBy, key } = await decideSession(asked, store);
  const trial = { created: false, bound: new Set<string>() };
  const resolution = await resolveSession(asked, {
    ...store,
    async ensure(sessionId, life) {
      const found = await store.find(sessionId);
      if (found && !found.ended_at) return found;
      trial.created = true;
      return newSession(sessionId, { ...life, generation: (found?.generation ?? 0) + 1, now: now() });
    },
    use: async (session) => session,
    async claim(claimed, claimant) {
      const holder = await store.holder(claimed);
      if (holder === undefined) trial.bound.add(claimed);
      return holder ?? claimant;
    },
  });
  const resolved = resolution.outcome === 'resolved';
  return {
    resolution,
    decidedBy,
    ...(key !== undefined && { key }),
    wouldCreate: resolved && trial.created,
    wouldBind: resolved ? [...trial.bound] : [],
  };
}
