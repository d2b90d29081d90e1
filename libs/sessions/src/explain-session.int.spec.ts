import { migrateStreams, openBus, type Bus } from '@trunkline/bus';
import { startNats, type NatsServer } from '@trunkline/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { explainSession } from './explain-session.ts';
import { endSession } from './manage-session.ts';
import { resolveSession, type AskedSession } from './resolve-session.ts';
import type { BindingRecord, BoundKey, SessionRecord } from './session-record.ts';
import { createSessionStore, type SessionStore } from './session-store.ts';

const now = () => 0;
let nats: NatsServer;
let bus: Bus;
let store: SessionStore;

beforeAll(async () => {
  nats = await startNats();
  bus = await openBus({ servers: nats.url, name: 'spec' }, { info: () => {}, warn: () => {}, error: () => {} });
  await migrateStreams({ nc: bus.connection, names: bus.names });
  const sessions = bus.bucket<SessionRecord>('sessions');
  const bindings = bus.bucket<BindingRecord>('bindings');
  store = createSessionStore({ sessions, bindings, boundKeys: bus.bucket<BoundKey>('bindings'), now });
});
afterAll(async () => {
  await bus.close();
  await nats[Symbol.asyncDispose]();
});

const connector = { kind: 'http', name: 'hook' } as const;
const policy = { create_if_missing: true, capability_scope: {}, credential_scope: {} };
const payload = (...keys: string[]) => keys.map((key) => ({ key, origin: 'payload' as const }));

/** What is stored of sessions and bindings, to see that nothing was added. */
async function stored(): Promise<string[]> {
  const all: string[] = [];
  for (const name of ['sessions', 'bindings'] as const) {
    for await (const { key, revision } of bus.bucket(name).entries()) all.push(`${name} ${key} ${revision}`);
  }
  return all.sort();
}

/** Explains, sees that nothing was written, then really resolves: both must come to the same. */
async function explain(said: Omit<AskedSession, 'connector'>) {
  const asked = { ...said, connector };
  const before = await stored();
  const explained = await explainSession(asked, { store, now });
  expect(await stored()).toEqual(before);
  expect(await resolveSession(asked, store)).toEqual(explained.resolution);
  const { resolution, decidedBy, key, wouldCreate, wouldBind } = explained;
  const session = resolution.outcome === 'resolved' ? resolution.session.session_id : resolution.code;
  const foreign = resolution.outcome === 'resolved' ? resolution.foreignKeys : [];
  return { session, decidedBy, key, wouldCreate, wouldBind, foreign };
}

it('says that a new conversation makes its session and binds its keys, and a second event finds them', async () => {
  const asked = { binding_keys: payload('a1', 'a2'), session: { natural_session_id: 'sa', policy } };
  const unchanged = { session: 'sa', foreign: [] };
  expect(await explain(asked)).toEqual({
    ...unchanged,
    ...{ decidedBy: 'natural_session_id', key: undefined, wouldCreate: true, wouldBind: ['a1', 'a2'] },
  });
  expect(await explain(asked)).toEqual({
    ...unchanged,
    ...{ decidedBy: 'binding_key', key: 'a1', wouldCreate: false, wouldBind: [] },
  });
});

it('names what decides: fixed before requested before the strongest bound key', async () => {
  await store.claim('b2', { session_id: 'sb', generation: 1 });
  const bound = { binding_keys: payload('b1', 'b2'), session: { natural_session_id: 'nb', policy } };
  expect(await explain(bound)).toMatchObject({ session: 'sb', decidedBy: 'binding_key', key: 'b2', wouldBind: ['b1'] });
  const asked = { ...bound, binding_keys: [], requested_session_id: 'rb' };
  expect(await explain(asked)).toMatchObject({ session: 'rb', decidedBy: 'requested_session_id', wouldCreate: true });
  const fixed = { ...asked, session: { ...bound.session, fixed_session_id: 'fb' } };
  expect(await explain(fixed)).toMatchObject({ session: 'fb', decidedBy: 'fixed_session_id', wouldBind: [] });
});

it('says why an event would be skipped, and that nothing would be made for it', async () => {
  await store.claim('c1', { session_id: 'sc', generation: 1 });
  await store.claim('c2', { session_id: 'other', generation: 1 });
  const refused = { wouldCreate: false, wouldBind: [] };
  const session = { natural_session_id: 'nc', policy };
  expect(await explain({ binding_keys: payload('c1', 'c2'), session })).toMatchObject({
    ...{ session: 'binding_conflict', decidedBy: 'binding_key', key: 'c1' },
    ...refused,
  });
  const strict = { natural_session_id: 'nc', policy: { ...policy, create_if_missing: false } };
  expect(await explain({ binding_keys: payload('c9'), session: strict })).toMatchObject({
    ...{ session: 'session_missing', decidedBy: 'natural_session_id' },
    ...refused,
  });
  expect(await explain({ binding_keys: [], session: { policy } })).toMatchObject({ session: 'session_unresolvable' });
});

it('says which keys belong to others and stay there, and which life of an id begins', async () => {
  await store.claim('d2', { session_id: 'sd-other', generation: 1 });
  const keys = [...payload('d1'), { key: 'd2', origin: 'connector' as const }];
  const asked = { connector, binding_keys: keys, requested_session_id: 'sd', session: { policy } };
  expect(await explain(asked)).toMatchObject({ session: 'sd', wouldBind: ['d1'], foreign: ['d2'] });

  const [sessions, bindings] = [bus.bucket<SessionRecord>('sessions'), bus.bucket<BindingRecord>('bindings')];
  const boundKeys = bus.bucket<BoundKey>('bindings');
  await endSession({ sessionId: 'sd' }, { sessions, bindings, boundKeys, state: bus.bucket('state'), now: 0 });
  const again = await explainSession(asked, { store, now });
  expect(again.resolution).toMatchObject({ session: { generation: 2 } });
  expect(again.wouldCreate).toBe(true);
});
