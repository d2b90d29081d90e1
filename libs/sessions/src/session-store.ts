import type { Bucket } from '@trunkline/bus';
import type { EventData } from '@trunkline/events';
import { bindingKey, sessionKey, type BindingRecord, type SessionRecord } from './session-record.ts';

export interface SessionStoreDeps {
  sessions: Pick<Bucket<SessionRecord>, 'get' | 'create' | 'update'>;
  bindings: Pick<Bucket<BindingRecord>, 'get' | 'create' | 'update' | 'delete'>;
  now(): number;
}

/** A session and the life of it that is meant. `session` is its record where there is one. */
export interface Holder {
  session_id: string;
  generation: number;
  session?: SessionRecord;
}

/** Sessions and what is bound to them. Every change is a compare-and-set, so any number of routers may make them at once. */
export interface SessionStore {
  /** The session's newest life, ended or not. */
  find(sessionId: string): Promise<SessionRecord | undefined>;
  /** The living session of this id, made with the policy if there is none. */
  ensure(sessionId: string, policy: EventData['session']['policy']): Promise<SessionRecord>;
  /** What a key points to; `undefined` when it is free, which includes pointing to a life that ended. */
  holder(key: string): Promise<Holder | undefined>;
  /** Binds a free key and returns who holds it then: the claimant, or whoever was faster. */
  claim(key: string, claimant: Holder): Promise<Holder>;
  /** Ends a session: the tombstone first, then the keys. Turns that race it land in the old generation. */
  end(sessionId: string, boundKeys: string[]): Promise<boolean>;
}

export function createSessionStore(deps: SessionStoreDeps): SessionStore {
  const find = async (sessionId: string) => (await deps.sessions.get(sessionKey(sessionId)))?.value;

  async function ensure(sessionId: string, policy: EventData['session']['policy']): Promise<SessionRecord> {
    for (;;) {
      const found = await deps.sessions.get(sessionKey(sessionId));
      if (found && !found.value.ended_at) return found.value;
      const session = newSession(sessionId, {
        generation: (found?.value.generation ?? 0) + 1,
        policy,
        now: deps.now(),
      });
      const written = found
        ? await deps.sessions.update(sessionKey(sessionId), session, found.revision)
        : await deps.sessions.create(sessionKey(sessionId), session);
      if (written !== undefined) return session;
    }
  }

  /** A binding to a life that ended is as good as none; it is replaced by whoever claims the key next. */
  async function living(binding: BindingRecord): Promise<Holder | undefined> {
    const { session_id, generation } = binding;
    const session = await find(session_id);
    const lastEnded = session ? session.generation - (session.ended_at ? 0 : 1) : 0;
    return generation <= lastEnded ? undefined : { session_id, generation, session };
  }

  async function holder(key: string): Promise<Holder | undefined> {
    const entry = await deps.bindings.get(bindingKey(key));
    return entry && living(entry.value);
  }

  async function claim(key: string, claimant: Holder): Promise<Holder> {
    const record: BindingRecord = { v: 1, key, session_id: claimant.session_id, generation: claimant.generation };
    for (;;) {
      if ((await deps.bindings.create(bindingKey(key), record)) !== undefined) return claimant;
      const entry = await deps.bindings.get(bindingKey(key));
      if (!entry) continue;
      const other = await living(entry.value);
      if (other) return other;
      if ((await deps.bindings.update(bindingKey(key), record, entry.revision)) !== undefined) return claimant;
    }
  }

  async function unbind(key: string, sessionId: string): Promise<void> {
    const entry = await deps.bindings.get(bindingKey(key));
    if (entry?.value.session_id === sessionId) await deps.bindings.delete(bindingKey(key), entry.revision);
  }

  async function end(sessionId: string, boundKeys: string[]): Promise<boolean> {
    const found = await deps.sessions.get(sessionKey(sessionId));
    if (!found || found.value.ended_at) return false;
    const tombstone = { ...found.value, ended_at: new Date(deps.now()).toISOString() };
    if ((await deps.sessions.update(sessionKey(sessionId), tombstone, found.revision)) === undefined) return false;
    for (const key of boundKeys) await unbind(key, sessionId);
    return true;
  }

  return { find, ensure, holder, claim, end };
}

/** A session that begins. */
export function newSession(
  sessionId: string,
  life: { generation: number; policy: EventData['session']['policy']; now: number },
): SessionRecord {
  const { generation, policy, now } = life;
  return {
    v: 1,
    session_id: sessionId,
    generation,
    created_at: new Date(now).toISOString(),
    ...(policy.persona_id && { persona_id: policy.persona_id }),
    capability_scope: policy.capability_scope,
    credential_scope: policy.credential_scope,
  };
}
