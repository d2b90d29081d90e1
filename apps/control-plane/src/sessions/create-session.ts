import type { Bus } from '@trunkline/bus';
import type { BodyOf, sessionRoutes } from '@trunkline/control-api';
import type { ReplyHandle } from '@trunkline/events';
import { createSession, createSessionStore, type SessionRecord, type SessionStore } from '@trunkline/sessions';
import { refuse, type Refusal } from '../operation.ts';

export type WantedSession = Omit<BodyOf<(typeof sessionRoutes)['createSession']>, 'reply_targets'> & {
  reply_targets: ReplyHandle[];
};

/** Makes a session and binds its keys. Keys are looked at first; one that somebody takes meanwhile stays theirs. */
export async function preCreateSession(
  wanted: WantedSession,
  { bus, now }: { bus: Bus; now: () => number },
): Promise<{ record: SessionRecord; revision: number } | Refusal> {
  const { session_id, binding_keys: keys, reply_targets, ...policy } = wanted;
  const sessions = bus.bucket<SessionRecord>('sessions');
  const store = createSessionStore({
    sessions,
    bindings: bus.bucket('bindings'),
    boundKeys: bus.bucket('bindings'),
    now,
  });
  const taken = await keyOfOther(session_id, keys, store);
  if (taken !== undefined) return keyTaken(taken);
  const created = await createSession(session_id, { policy, reply_targets, now: now() }, sessions);
  if (created.status === 'exists')
    return refuse('session_exists', `Session ${session_id} exists. Change it, or end it first.`);
  const { record, revision } = created;
  const claimant = { session_id, generation: record.generation };
  for (const key of keys) {
    const holder = await store.claim(key, claimant);
    if (holder.session_id !== session_id) return keyTaken(key);
  }
  return { record, revision };
}

async function keyOfOther(sessionId: string, keys: readonly string[], store: Pick<SessionStore, 'holder'>) {
  for (const key of keys) {
    const holder = await store.holder(key);
    if (holder && holder.session_id !== sessionId) return key;
  }
  return undefined;
}

const keyTaken = (key: string) =>
  refuse(
    'binding_conflict',
    `The key ${JSON.stringify(key)} belongs to another session. End that one first, or use another key.`,
  );
