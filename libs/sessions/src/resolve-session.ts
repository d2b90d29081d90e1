import type { EventData } from '@trunkline/events';
import { policyConflict } from './policy.ts';
import type { SessionRecord } from './session-record.ts';
import type { Holder, SessionStore } from './session-store.ts';

/** Why an event becomes no turn. */
export type SkipCode = 'session_unresolvable' | 'session_missing' | 'session_policy_conflict' | 'binding_conflict';

/** Which session an event lands in, or why in none. `foreignKeys` are bound to other sessions and were left there. */
export type Resolution =
  | { outcome: 'resolved'; session: SessionRecord; foreignKeys: string[] }
  | { outcome: 'skip'; code: SkipCode; reason: string };

/** What an event says about its session. */
export type AskedSession = Pick<EventData, 'connector' | 'binding_keys' | 'requested_session_id' | 'session'> & {
  /** Token of its conversation, for the record. */
  conversationToken?: string;
};
type Policy = EventData['session']['policy'];

/** What resolving needs of the sessions. */
export type ResolvingStore = Pick<SessionStore, 'find' | 'ensure' | 'use' | 'holder' | 'claim'>;

/** Which session is meant, and what says so; `holders` are the present ones of the binding keys, in their order. */
export interface Decision {
  id: string | undefined;
  by: 'fixed_session_id' | 'requested_session_id' | 'binding_key' | 'natural_session_id';
  /** The binding key that decides. */
  key?: string;
  holders: (Holder | undefined)[];
}

/** Reads which session an event means (spec 3.3, step 1). */
export async function decideSession(asked: AskedSession, store: Pick<SessionStore, 'holder'>): Promise<Decision> {
  const { fixed_session_id: fixed, natural_session_id: natural } = asked.session;
  if (fixed) return { id: fixed, by: 'fixed_session_id', holders: [] };
  const holders = await Promise.all(asked.binding_keys.map(({ key }) => store.holder(key)));
  if (asked.requested_session_id) return { id: asked.requested_session_id, by: 'requested_session_id', holders };
  const at = holders.findIndex((holder) => holder !== undefined);
  const [strongest, bound] = [holders[at], asked.binding_keys[at]];
  if (strongest && bound) return { id: strongest.session_id, by: 'binding_key', key: bound.key, holders };
  return { id: natural, by: 'natural_session_id', holders };
}

/**
 * Finds or makes the session of an event and binds its keys (spec 3.3, steps 1 to 3).
 *
 * Repeatable: run again after a crash at any point it comes to the same session, unless somebody else's claim was faster, whose
 * session is adopted then and now.
 */
export async function resolveSession(asked: AskedSession, store: ResolvingStore): Promise<Resolution> {
  for (;;) {
    const resolution = await resolveOnce(asked, store);
    if (resolution.outcome === 'skip') return resolution;
    const session = await store.use(resolution.session, { conversation: asked.conversationToken });
    // Else it ended just now, and what was bound to it is free.
    if (session) return { ...resolution, session };
  }
}

async function resolveOnce(asked: AskedSession, store: ResolvingStore): Promise<Resolution> {
  const { policy } = asked.session;
  const { id, by, holders } = await decideSession(asked, store);
  if (!id) return skip('session_unresolvable', 'The event names no session, no binding key and no conversation.');
  if (by === 'fixed_session_id') return admit({ session: await enter({ asked, id }, store), policy });

  const keys = asked.binding_keys;
  const foreign = (index: number) => holders[index] !== undefined && holders[index].session_id !== id;
  if (keys.some(({ origin }, index) => origin === 'payload' && foreign(index))) {
    return skip('binding_conflict', 'A binding key of the payload belongs to another session.');
  }

  const known = holders.find((holder) => holder?.session_id === id)?.session;
  const session = await enterBound({ asked, id, known, undecided: by === 'natural_session_id' }, store);
  const admitted = admit({ session, policy });
  if (admitted.outcome === 'skip') return admitted;
  return {
    ...admitted,
    foreignKeys: await bindFree({ keys: keys.map(({ key }) => key), holders, session: admitted.session }, store),
  };
}

/** Where no key and no request has decided yet, the strongest key's claim decides: its winner's session is adopted. */
async function enterBound(
  way: { asked: AskedSession; id: string; known: SessionRecord | undefined; undecided: boolean },
  store: ResolvingStore,
): Promise<SessionRecord | undefined> {
  const { asked } = way;
  const { policy } = asked.session;
  const deciding = asked.binding_keys[0]?.key;
  if (!way.undecided || deciding === undefined) return enter({ asked, id: way.id, known: way.known }, store);

  const found = await store.find(way.id);
  const alive = found && !found.ended_at;
  if (!alive && !policy.create_if_missing) return undefined;
  const generation = (found?.generation ?? 0) + (alive ? 0 : 1);
  const winner = await store.claim(deciding, { session_id: way.id, generation });
  return enter(
    { asked, id: winner.session_id, known: winner.session_id === way.id && alive ? found : winner.session },
    store,
  );
}

async function enter(
  way: { asked: AskedSession; id: string; known?: SessionRecord },
  store: ResolvingStore,
): Promise<SessionRecord | undefined> {
  const found = way.known ?? (await store.find(way.id));
  if (found && !found.ended_at) return found;
  const { connector, session, conversationToken: conversation } = way.asked;
  if (!session.policy.create_if_missing) return undefined;
  return store.ensure(way.id, { policy: session.policy, connector, conversation });
}

function admit(way: { session: SessionRecord | undefined; policy: Policy }): Resolution {
  if (!way.session)
    return skip('session_missing', 'The session does not exist and may not be made (create_if_missing).');
  const conflict = policyConflict(way.policy, way.session);
  if (conflict) return skip('session_policy_conflict', `The session is bound to another ${conflict}.`);
  return { outcome: 'resolved', session: way.session, foreignKeys: [] };
}

async function bindFree(
  way: { keys: string[]; holders: (Holder | undefined)[]; session: SessionRecord },
  store: ResolvingStore,
): Promise<string[]> {
  const { session_id, generation } = way.session;
  const own = await Promise.all(
    way.keys.map(async (key, index) => {
      const holder = way.holders[index] ?? (await store.claim(key, { session_id, generation }));
      return holder.session_id === session_id;
    }),
  );
  return way.keys.filter((_, index) => !own[index]);
}

function skip(code: SkipCode, reason: string): Resolution {
  return { outcome: 'skip', code, reason };
}
