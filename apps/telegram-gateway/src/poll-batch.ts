import { setTimeout as sleep } from 'node:timers/promises';
import type { IdentifiedUpdate } from './update-payload.ts';

/** What became of one try to store an update; `later`: not stored, try again after that time. */
export type Tried = { outcome: 'settled' } | { outcome: 'later'; retryAfterMs: number };

export interface BatchDeps {
  store: (update: IdentifiedUpdate) => Promise<Tried>;
  /** Asked before each try. */
  stillOwner: () => boolean;
  /** Aborted when nothing is to be tried again. */
  signal: AbortSignal;
}

/**
 * Stores the updates of one answer: those of a chat one after the other, chats beside each other. An update that cannot be stored is
 * tried until it is, and holds back its chat; nothing is skipped. False when it had to stop before all were stored.
 */
export async function storeBatch(updates: readonly IdentifiedUpdate[], deps: BatchDeps): Promise<boolean> {
  const lines = Map.groupBy(updates, lineOf);
  const stored = await Promise.all([...lines.values()].map((line) => storeLine(line, deps)));
  return stored.every(Boolean);
}

async function storeLine(line: readonly IdentifiedUpdate[], deps: BatchDeps): Promise<boolean> {
  for (const update of line) {
    for (;;) {
      if (!deps.stillOwner()) return false;
      const tried = await deps.store(update);
      if (tried.outcome === 'settled') break;
      if (deps.signal.aborted) return false;
      await sleep(tried.retryAfterMs, undefined, { signal: deps.signal, ref: false }).catch(() => {});
    }
  }
  return true;
}

/** The chat that an update belongs to; those of no chat share a line. */
function lineOf(update: IdentifiedUpdate): string {
  for (const said of Object.values(update)) {
    const id = member(member(said, 'chat') ?? member(member(said, 'message'), 'chat'), 'id');
    if (typeof id === 'number') return String(id);
  }
  return '';
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
