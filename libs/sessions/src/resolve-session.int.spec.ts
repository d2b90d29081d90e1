import { migrateStreams, openBus, type Bus } from '@trunkline/bus';
import { startNats, type NatsServer } from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endSession } from './manage-session.ts';
import { resolveSession } from './resolve-session.ts';
import { bindingKey, type BindingRecord, type BoundKey, type SessionRecord } from './session-record.ts';
import { createSessionStore, type SessionStore } from './session-store.ts';

let nats: NatsServer;
const buses: Bus[] = [];
/** Two replicas: two connections, nothing shared but the server. */
let replicas: SessionStore[];

beforeAll(async () => {
  nats = await startNats();
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  for (const name of ['one', 'two']) buses.push(await openBus({ servers: nats.url, name }, log));
  for (const bus of buses) await migrateStreams({ nc: bus.connection, names: bus.names });
  replicas = buses.map((bus) =>
    createSessionStore({
      sessions: bus.bucket<SessionRecord>('sessions'),
      bindings: bus.bucket<BindingRecord>('bindings'),
      boundKeys: bus.bucket<BoundKey>('bindings'),
      now: () => 0,
    }),
  );
});
afterAll(async () => {
  for (const bus of buses) await bus.close();
  await nats[Symbol.asyncDispose]();
});

const policy = { create_if_missing: true, capability_scope: {}, credential_scope: {} };
const payload = (...keys: string[]) => keys.map((key) => ({ key, origin: 'payload' as const }));
const added = (...keys: string[]) => keys.map((key) => ({ key, origin: 'connector' as const }));

async function resolve(asked: Omit<Parameters<typeof resolveSession>[0], 'connector'>, store = replicas[0]) {
  if (!store) throw new Error('no store');
  const resolution = await resolveSession({ ...asked, connector: { kind: 'http', name: 'hook' } }, store);
  return resolution.outcome === 'resolved'
    ? {
        session: resolution.session.session_id,
        generation: resolution.session.generation,
        foreign: resolution.foreignKeys,
      }
    : resolution.code;
}

describe('resolveSession', () => {
  it('makes one session of 1,000 pairs of events that race for one key on two replicas', async () => {
    const splits: number[] = [];
    for (let block = 0; block < 10; block++) {
      await Promise.all(
        Array.from({ length: 100 }, async (_, i) => {
          const key = `race-${block}-${i}`;
          const pair = await Promise.all(
            replicas.map((store, n) =>
              resolve(
                { binding_keys: payload(key), session: { natural_session_id: `natural-${n}-${key}`, policy } },
                store,
              ),
            ),
          );
          const [one, two] = pair.map((each) => (typeof each === 'string' ? each : each.session));
          if (one !== two) splits.push(i);
        }),
      );
    }
    expect(splits).toEqual([]);
  });

  it('prefers the fixed session, then the requested one, then what the strongest key points to, then the natural one', async () => {
    const session = { natural_session_id: 'p-natural', policy };
    expect(await resolve({ binding_keys: payload('p-free'), session })).toMatchObject({ session: 'p-natural' });
    expect(
      await resolve({ binding_keys: payload('p-free'), session: { ...session, natural_session_id: 'p-other' } }),
    ).toMatchObject({
      session: 'p-natural',
    });
    expect(await resolve({ binding_keys: [], requested_session_id: 'p-requested', session })).toMatchObject({
      session: 'p-requested',
    });
    const fixed = { ...session, fixed_session_id: 'p-fixed' };
    expect(
      await resolve({ binding_keys: payload('p-new'), requested_session_id: 'p-requested', session: fixed }),
    ).toMatchObject({
      session: 'p-fixed',
    });
    expect(
      await resolve({ binding_keys: payload('p-new'), session: { natural_session_id: 'p-n2', policy } }),
    ).toMatchObject({
      session: 'p-n2',
    });
  });

  it('joins two connectors that share an additional key, and leaves a foreign additional key where it is', async () => {
    const slack = {
      binding_keys: [{ key: 'slack:C1', origin: 'conversation' as const }, ...added('team')],
      session: { natural_session_id: 'slack:C1', policy },
    };
    const telegram = {
      binding_keys: [{ key: 'tg:1', origin: 'conversation' as const }, ...added('team')],
      session: { natural_session_id: 'tg:1', policy },
    };
    expect(await resolve(slack)).toMatchObject({ session: 'slack:C1', foreign: [] });
    expect(await resolve(telegram)).toMatchObject({ session: 'slack:C1', foreign: [] });
    expect(await resolve({ binding_keys: [], requested_session_id: 'else', session: { policy } })).toMatchObject({
      session: 'else',
    });
    expect(await resolve({ binding_keys: added('team'), requested_session_id: 'else', session: { policy } })).toEqual({
      session: 'else',
      generation: 1,
      foreign: ['team'],
    });
  });

  it('refuses a payload key that belongs to another session, an unknown session and a contradicted policy', async () => {
    await resolve({ binding_keys: payload('c-key'), session: { natural_session_id: 'c-one', policy } });
    expect(await resolve({ binding_keys: payload('c-key'), requested_session_id: 'c-two', session: { policy } })).toBe(
      'binding_conflict',
    );
    const strict = { ...policy, create_if_missing: false };
    expect(
      await resolve({ binding_keys: payload('c-none'), session: { natural_session_id: 'c-none', policy: strict } }),
    ).toBe('session_missing');
    expect(await resolve({ binding_keys: [], session: { policy } })).toBe('session_unresolvable');
    const persona = { ...policy, persona_id: 'other' };
    expect(
      await resolve({ binding_keys: payload('c-key'), session: { natural_session_id: 'x', policy: persona } }),
    ).toBe('session_policy_conflict');
    expect(
      await resolve({ binding_keys: payload('c-key'), session: { natural_session_id: 'x', policy } }),
    ).toMatchObject({ session: 'c-one' });
  });

  it('gives a natural id that comes back after its end the next generation', async () => {
    const asked = { binding_keys: payload('e-key'), session: { natural_session_id: 'e-one', policy } };
    expect(await resolve(asked)).toMatchObject({ session: 'e-one', generation: 1 });
    expect((await end('e-one')).status).toBe('done');
    expect(await resolve(asked)).toMatchObject({ session: 'e-one', generation: 2 });
    expect(await resolve(asked)).toMatchObject({ session: 'e-one', generation: 2 });
  });

  it('leaves nothing of a life that ended: keys, notes of them, state; of the next life all', async () => {
    const bus = buses[0];
    if (!bus) throw new Error('no bus');
    const asked = { binding_keys: added('f-key', 'f-more'), session: { natural_session_id: 'f-one', policy } };
    const bindings = bus.bucket<BindingRecord>('bindings');
    const keys = async (bucket: 'bindings' | 'state', filter: string) => {
      const found: string[] = [];
      for await (const { key } of bus.bucket(bucket).entries(filter)) found.push(key);
      return found;
    };
    await resolve(asked);
    for (const generation of [1, 2]) await bus.bucket('state').put(`agents.f-one.${generation}`, { generation });
    expect(await keys('bindings', 'f-one.*')).toHaveLength(2);
    const [first, second] = await Promise.all([end('f-one'), end('f-one')]);
    expect([first.status, second.status].toSorted()).toEqual(['done', 'ended']);
    expect(await keys('bindings', 'f-one.*')).toEqual([]);
    expect(await bindings.get(bindingKey('f-key'))).toBeUndefined();
    const marker = await bus.read('bindings', { newestOf: bus.names.keys('bindings', bindingKey('f-key')) });
    expect(marker?.headers).toMatchObject({ 'Nats-TTL': '3600s' });
    expect(await keys('state', '*.f-one.*')).toEqual(['agents.f-one.2']);

    expect(await resolve(asked)).toMatchObject({ generation: 2 });
    // What an interrupted end would do later must not touch the life that came after it.
    expect((await end('f-one', 1)).status).toBe('changed');
    expect((await bindings.get(bindingKey('f-more')))?.value).toMatchObject({ generation: 2 });
  });
});

function end(sessionId: string, revision?: number) {
  const bus = buses[1];
  if (!bus) throw new Error('no bus');
  return endSession(
    { sessionId, revision },
    {
      sessions: bus.bucket<SessionRecord>('sessions'),
      bindings: bus.bucket<BindingRecord>('bindings'),
      boundKeys: bus.bucket<BoundKey>('bindings'),
      state: bus.bucket('state'),
      now: 0,
    },
  );
}
