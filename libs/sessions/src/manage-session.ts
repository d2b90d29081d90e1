import type { Bucket } from '@trunkline/bus';
import {
  boundKeysOf,
  bindingKey,
  newSession,
  sessionKey,
  type BindingRecord,
  type BoundKey,
  type NewLife,
  type SessionRecord,
} from './session-record.ts';

type Sessions = Pick<Bucket<SessionRecord>, 'get' | 'create' | 'update'>;

/** What came of a change by an operator. `revision` is what the next one may demand. `changed`: it is not at the revision demanded. */
export type Managed =
  | { status: 'done'; record: SessionRecord; revision: number }
  | { status: 'not_found' }
  | { status: 'ended'; record: SessionRecord }
  | { status: 'changed' };

/** Makes a session before any event does, or its next life. `exists`: it is alive already. */
export async function createSession(
  sessionId: string,
  life: NewLife & Pick<SessionRecord, 'reply_targets'> & { now: number },
  sessions: Sessions,
): Promise<{ status: 'done'; record: SessionRecord; revision: number } | { status: 'exists' }> {
  const { reply_targets: targets, ...rest } = life;
  for (;;) {
    const found = await sessions.get(sessionKey(sessionId));
    if (found && !found.value.ended_at) return { status: 'exists' };
    const generation = (found?.value.generation ?? 0) + 1;
    const record = { ...newSession(sessionId, { ...rest, generation }), ...(targets && { reply_targets: targets }) };
    const revision = found
      ? await sessions.update(sessionKey(sessionId), record, found.revision)
      : await sessions.create(sessionKey(sessionId), record);
    if (revision !== undefined) return { status: 'done', record, revision };
  }
}

interface Change {
  sessionId: string;
  revision?: number | undefined;
  change(record: SessionRecord): SessionRecord;
}

/** Changes a living session, which is in use then; without `revision`, whatever it is at. */
export function editSession(edit: Change & { now: number }, sessions: Pick<Sessions, 'get' | 'update'>) {
  const active_at = new Date(edit.now).toISOString();
  return changeSession({ ...edit, change: (record) => ({ ...edit.change(record), active_at }) }, sessions);
}

async function changeSession(edit: Change, sessions: Pick<Sessions, 'get' | 'update'>): Promise<Managed> {
  for (;;) {
    const found = await sessions.get(sessionKey(edit.sessionId));
    if (!found) return { status: 'not_found' };
    if (found.value.ended_at) return { status: 'ended', record: found.value };
    if (edit.revision !== undefined && edit.revision !== found.revision) return { status: 'changed' };
    const record = edit.change(found.value);
    const revision = await sessions.update(sessionKey(edit.sessionId), record, found.revision);
    if (revision !== undefined) return { status: 'done', record, revision };
  }
}

export interface EndSessionDeps {
  sessions: Pick<Sessions, 'get' | 'update'>;
  bindings: Pick<Bucket<BindingRecord>, 'get' | 'delete'>;
  boundKeys: Pick<Bucket<BoundKey>, 'few' | 'delete'>;
  /** What consumers keep for it, by `<group>.<session>.<generation>`. */
  state: Pick<Bucket<unknown>, 'few' | 'delete'>;
  now: number;
}

/**
 * Ends a session: the tombstone first, then its keys and what consumers kept. A turn that races it lands in the life that ended.
 *
 * Ending what has ended (`ended`) removes what an end that was interrupted has left.
 */
export async function endSession(
  end: { sessionId: string; revision?: number | undefined },
  deps: EndSessionDeps,
): Promise<Managed> {
  const ended_at = new Date(deps.now).toISOString();
  const ended = await changeSession({ ...end, change: (record) => ({ ...record, ended_at }) }, deps.sessions);
  if (ended.status === 'done' || ended.status === 'ended') await forget(ended.record, deps);
  return ended;
}

/** One life of a session. */
export type SessionLife = Pick<SessionRecord, 'session_id' | 'generation'>;

/** Removes what an end that was interrupted has left of a life, if it ended; later lives keep theirs. */
export async function finishEnd(life: SessionLife, deps: EndSessionDeps): Promise<void> {
  const found = await deps.sessions.get(sessionKey(life.session_id));
  if (!found || found.value.generation < life.generation) return;
  if (found.value.generation > life.generation || found.value.ended_at) await forget(life, deps);
}

async function forget({ session_id, generation }: SessionLife, deps: EndSessionDeps): Promise<void> {
  for (const { key, value, revision } of await deps.boundKeys.few(boundKeysOf(session_id))) {
    if (value.generation > generation) continue;
    await unbind(value.key, { session_id, generation }, deps);
    await deps.boundKeys.delete(key, revision, brief);
  }
  for (const { key, revision } of await deps.state.few(`*.${sessionKey(session_id)}.*`)) {
    if (generationIn(key) <= generation) await deps.state.delete(key, revision, brief);
  }
}

/** Nobody follows these buckets but to forget what is remembered (`rememberReads`). */
const brief = { ttlMs: 3_600_000 };

const generationIn = (stateKey: string) => Number(stateKey.split('.').at(-1));

async function unbind(key: string, life: SessionLife, { bindings }: EndSessionDeps): Promise<void> {
  const entry = await bindings.get(bindingKey(key));
  if (entry?.value.session_id !== life.session_id || entry.value.generation > life.generation) return;
  await bindings.delete(bindingKey(key), entry.revision, brief);
}
