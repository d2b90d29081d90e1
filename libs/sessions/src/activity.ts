import type { Bucket } from '@trunkline/bus';
import type { SessionRecord } from './session-record.ts';

export const dayMs = 86_400_000;

/**
 * How old `active_at` may be before it is written again: that much later a session ends than it could, and that rarely its record is
 * written for being used. `idleMs` 0: sessions do not end by themselves.
 */
export const noteEveryMs = (idleMs: number): number => (idleMs === 0 ? dayMs : Math.min(dayMs, idleMs / 10));

interface Noting {
  now: number;
  noteEveryMs: number;
}

/** Whether the record says that something happened in the session of late. */
export const isNoted = ({ active_at }: SessionRecord, { now, noteEveryMs }: Noting): boolean =>
  active_at !== undefined && now - Date.parse(active_at) < noteEveryMs;

/**
 * Notes by compare-and-set that a session is in use, unless its record says so. The record then; `undefined` where there is none or the
 * session has ended.
 */
export async function noteActive(
  key: string,
  deps: {
    sessions: Pick<Bucket<SessionRecord>, 'get' | 'update'>;
    now(): number;
    noteEveryMs: number;
    /** Where it is used. */
    conversation?: string | undefined;
  },
): Promise<SessionRecord | undefined> {
  for (;;) {
    const found = await deps.sessions.get(key);
    if (!found || found.value.ended_at) return undefined;
    const now = deps.now();
    if (isNoted(found.value, { now, noteEveryMs: deps.noteEveryMs })) return found.value;
    const { conversation = found.value.conversation } = deps;
    const active_at = new Date(now).toISOString();
    const record = { ...found.value, active_at, ...(conversation !== undefined && { conversation }) };
    if ((await deps.sessions.update(key, record, found.revision)) !== undefined) return record;
  }
}

/** When a session is idle: how long nothing must have happened in it, and since when that is noted. */
export interface IdleRule {
  idleMs: number;
  /** Of a record of before nobody knows better than that it may have been in use until then. */
  since: number;
}

/** Whether nothing has happened in a session for `idleMs` at least. */
export function isIdle(record: SessionRecord, { idleMs, since }: IdleRule, now: number): boolean {
  const { active_at, created_at } = record;
  const noted = active_at === undefined ? Math.max(since, Date.parse(created_at)) : Date.parse(active_at);
  // What happened right after a note is not noted, and whoever noted it may remember that for as long (`noteOutputs` of the router).
  return now - noted >= idleMs + 2 * noteEveryMs(idleMs);
}
