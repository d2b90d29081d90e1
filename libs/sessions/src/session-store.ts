import type { Bucket } from '@trunkline/bus';
import { dayMs, isNoted, noteActive } from './activity.ts';
import {
  bindingKey,
  boundKeyKey,
  newSession,
  sessionKey,
  type BindingRecord,
  type BoundKey,
  type NewLife,
  type SessionRecord,
} from './session-record.ts';

export interface SessionStoreDeps {
  sessions: Pick<Bucket<SessionRecord>, 'get' | 'create' | 'update'>;
  bindings: Pick<Bucket<BindingRecord>, 'get' | 'create' | 'update'>;
  /** Which keys a session has had. */
  boundKeys: Pick<Bucket<BoundKey>, 'put'>;
  now(): number;
  /** See `noteEveryMs`; a day. */
  noteEveryMs?: number;
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
  /** The living session of this id, made if there is none. */
  ensure(sessionId: string, life: NewLife): Promise<SessionRecord>;
  /**
   * The session once it is known to be in use, so that it cannot end as idle while something is put into it; `undefined` when that
   * life has ended.
   */
  use(session: SessionRecord, at: { conversation?: string | undefined }): Promise<SessionRecord | undefined>;
  /** What a key points to; `undefined` when it is free, which includes pointing to a life that ended. */
  holder(key: string): Promise<Holder | undefined>;
  /** Binds a free key and returns who holds it then: the claimant, or whoever was faster. */
  claim(key: string, claimant: Holder): Promise<Holder>;
}

export function createSessionStore(deps: SessionStoreDeps): SessionStore {
  const { noteEveryMs = dayMs } = deps;
  const find = async (sessionId: string) => (await deps.sessions.get(sessionKey(sessionId)))?.value;

  async function ensure(sessionId: string, life: NewLife): Promise<SessionRecord> {
    for (;;) {
      const found = await deps.sessions.get(sessionKey(sessionId));
      if (found && !found.value.ended_at) return found.value;
      const generation = (found?.value.generation ?? 0) + 1;
      const session = newSession(sessionId, { ...life, generation, now: deps.now() });
      const written = found
        ? await deps.sessions.update(sessionKey(sessionId), session, found.revision)
        : await deps.sessions.create(sessionKey(sessionId), session);
      if (written !== undefined) return session;
    }
  }

  async function use(session: SessionRecord, { conversation }: Pick<NewLife, 'conversation'>) {
    if (isNoted(session, { now: deps.now(), noteEveryMs })) return session;
    const noted = await noteActive(sessionKey(session.session_id), { ...deps, noteEveryMs, conversation });
    return noted?.generation === session.generation ? noted : undefined;
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
    const { session_id, generation } = claimant;
    // Before it is known who gets the key: the note costs no time then, and one that is wrong does no harm.
    const noted = deps.boundKeys.put(boundKeyKey(session_id, key), { v: 1, key, generation });
    const [winner] = await Promise.all([compete(key, claimant), noted]);
    return winner;
  }

  async function compete(key: string, claimant: Holder): Promise<Holder> {
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

  return { find, ensure, use, holder, claim };
}
