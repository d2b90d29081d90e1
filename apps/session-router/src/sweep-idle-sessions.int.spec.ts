import {
  leasedRecord,
  migrateStreams,
  openBus,
  rememberReads,
  type Bucket,
  type BucketName,
  type Bus,
} from '@trunkline/bus';
import {
  createSession,
  createSessionStore,
  editSession,
  noteEveryMs,
  resolveSession,
  sessionKey,
  type BindingRecord,
  type BoundKey,
  type SessionRecord,
} from '@trunkline/sessions';
import { startNats, waitFor, type NatsServer } from '@trunkline/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { noteOutputs } from './note-outputs.ts';
import { startIdleSweep } from './start-idle-sweep.ts';
import { sweepIdleSessions, type SweepPosition, type Swept } from './sweep-idle-sessions.ts';

const dayMs = 86_400_000;
const idleMs = 90 * dayMs;
const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const noMetrics = {
  ...{ count: () => {}, observe: () => {}, set: () => {}, forget: () => {} },
  ...{ watch: () => () => {}, watchAll: () => () => {} },
};

let nats: NatsServer;
let prefixes = 0;
beforeAll(async () => {
  nats = await startNats();
});
afterAll(() => nats[Symbol.asyncDispose]());

/** An installation of its own, in which days pass as the test says. */
async function installation() {
  const buses: Bus[] = [];
  const prefix = `i${prefixes++}`;
  const clock = { day: 0 };
  const now = () => Date.UTC(2026, 0, 1) + clock.day * dayMs;
  const open = async () => {
    const bus = await openBus({ servers: nats.url, name: 'spec', prefix, ackTimeoutMs: 1_000 }, quiet);
    buses.push(bus);
    return bus;
  };
  const bus = await open();
  await migrateStreams({ nc: bus.connection, names: bus.names });
  const sessions = bus.bucket<SessionRecord>('sessions');
  const state = bus.bucket('state');
  const people = router(bus, now);

  async function live(ids: string[]): Promise<void> {
    for (const id of ids) {
      await people.event(id);
      await state.put(`agents.${id}.1`, { of: id });
    }
  }
  /** Passes of one owner until nothing is left to do. */
  async function sweep(options: { epoch?: number; bus?: Bus } = {}): Promise<Swept> {
    const { epoch = 1, bus: own = bus } = options;
    const record = leasedRecord<SweepPosition>({ kind: 'session-router', name: 'idle-sessions' }, { epoch }, own);
    const total: Swept = { read: 0, ended: 0, more: true };
    while (total.more) {
      const swept = await sweepIdleSessions(record, { bus: own, idleMs, now });
      if (!swept) throw new Error('There is a newer owner.');
      total.read += swept.read;
      total.ended += swept.ended;
      total.more = swept.more;
    }
    return total;
  }
  async function stateKeys(): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of state.entries()) keys.push(key);
    return keys.toSorted();
  }
  const find = async (id: string) => (await sessions.get(sessionKey(id)))?.value;
  const close = async () => {
    await Promise.all(buses.map((each) => each.close()));
  };
  return { bus, open, clock, now, sessions, live, sweep, stateKeys, find, [Symbol.asyncDispose]: close };
}

/** A replica that resolves events as a router does: what it has read it remembers. */
function router(bus: Bus, now: () => number) {
  const sessions = rememberReads<SessionRecord>(bus.bucket('sessions'), { max: 10_000 });
  const bindings = rememberReads<BindingRecord>(bus.bucket('bindings'), { max: 10_000 });
  const boundKeys = bus.bucket<BoundKey>('bindings');
  const store = createSessionStore({ sessions, bindings, boundKeys, now, noteEveryMs: noteEveryMs(idleMs) });
  return {
    store,
    async event(id: string, conversationToken = 'talk'): Promise<SessionRecord> {
      const policy = { create_if_missing: true, capability_scope: {}, credential_scope: {} };
      const asked = {
        connector: { kind: 'http', name: 'hook' } as const,
        binding_keys: [{ key: `key-${id}`, origin: 'payload' as const }],
        session: { natural_session_id: id, policy },
        conversationToken,
      };
      const resolution = await resolveSession(asked, store);
      if (resolution.outcome === 'skip') throw new Error(resolution.reason);
      return resolution.session;
    },
  };
}

/** A bus on which one bucket behaves in another way. */
function withBucket(bus: Bus, name: BucketName, change: (bucket: Bucket<unknown>) => Bucket<unknown>): Bus {
  const changed = change(bus.bucket(name));
  return { ...bus, bucket: <T>(asked: BucketName) => (asked === name ? (changed as Bucket<T>) : bus.bucket<T>(asked)) };
}

it('ends what nothing has happened in for 90 days, with its keys and what consumers kept; the next event begins anew', async () => {
  await using place = await installation();
  await place.live(['a', 'b']);
  place.clock.day = 89;
  expect(await place.sweep()).toMatchObject({ ended: 0 });
  place.clock.day = 93;
  expect(await place.sweep()).toEqual({ read: 2, ended: 2, more: false });
  expect(await place.find('a')).toMatchObject({ generation: 1, ended_at: '2026-04-04T00:00:00.000Z' });
  expect(await place.stateKeys()).toEqual([]);

  const { store, event } = router(place.bus, place.now);
  expect(await store.holder('key-a')).toBeUndefined();
  expect(await event('a')).toMatchObject({ session_id: 'a', generation: 2 });
  expect(await place.sweep()).toMatchObject({ ended: 0 });
});

it('keeps a session for as long as there are events, outputs or changes in it, and one that an operator made as long as any', async () => {
  await using place = await installation();
  const { sessions, now } = place;
  await place.live(['talks', 'says', 'changed', 'silent']);
  const policy = { capability_scope: {}, credential_scope: {} };
  await createSession('made', { policy, now: now() }, sessions);
  const routers = [router(place.bus, now), router(place.bus, now)];
  const note = noteOutputs({ sessions, now, noteEveryMs: noteEveryMs(idleMs) });
  for (let day = 1; day <= 360; day += 0.4) {
    place.clock.day = day;
    if (Math.floor(day) % 30 === 0) {
      await routers[Math.floor(day / 30) % 2]?.event('talks');
      await note('says');
      await editSession({ sessionId: 'changed', change: (record) => record, now: now() }, sessions);
    }
    if (Math.floor(day) % 5 === 0) await place.sweep();
  }
  expect(await place.find('talks')).not.toHaveProperty('ended_at');
  expect(await place.find('says')).not.toHaveProperty('ended_at');
  expect(await place.find('changed')).not.toHaveProperty('ended_at');
  for (const id of ['silent', 'made']) expect((await place.find(id))?.ended_at).toMatch('2026-04-06');
});

it('writes a session that is used all the time once a day, with the conversation that it is used in then', async () => {
  await using place = await installation();
  await place.live(['busy']);
  const before = await place.bus.streamState('sessions');
  const { event } = router(place.bus, place.now);
  for (let hour = 0; hour < 240; hour++) {
    place.clock.day = hour / 24;
    await event('busy', `talk-${hour}`);
  }
  expect(await place.find('busy')).toMatchObject({ conversation: 'talk-216' });
  const after = await place.bus.streamState('sessions');
  expect(after.last - before.last).toBe(9);
});

it('counts from the first sweep for sessions of before activity was noted', async () => {
  await using place = await installation();
  const old = { v: 1, session_id: 'old', generation: 1, capability_scope: {}, credential_scope: {} } as const;
  await place.sessions.put('old', { ...old, created_at: '2020-01-01T00:00:00.000Z' });
  expect(await place.sweep()).toMatchObject({ ended: 0 });
  place.clock.day = 89;
  expect(await place.sweep()).toMatchObject({ ended: 0 });
  place.clock.day = 93;
  expect(await place.sweep()).toMatchObject({ ended: 1 });
});

it('never leaves an event in a life that ended: 600 events right before, while and after their sessions are ended', async () => {
  await using place = await installation();
  const bus = await place.open();
  const ids = Array.from({ length: 600 }, (_, n) => `race-${n}`);
  await place.live(ids);
  const { store, event } = router(bus, place.now);
  // Remembered, so that what the router knows is as old as can be.
  await Promise.all(ids.map((id) => event(id)));
  place.clock.day = 93;
  const events = new Map<string, Promise<SessionRecord>>();
  const comes = (id: string) => {
    const coming = events.get(id) ?? event(id);
    events.set(id, coming);
    return coming;
  };
  const raced = withBucket(place.bus, 'sessions', (bucket) => ({
    ...bucket,
    async update(id, value, revision, options) {
      const when = Number(id.split('-')[1]) % 3;
      if (when === 0) await comes(id);
      if (when === 1) void comes(id);
      return bucket.update(id, value, revision, options);
    },
  }));
  const { ended } = await place.sweep({ bus: raced });

  const generations = { kept: 0, begun: 0 };
  for (const [n, id] of ids.entries()) {
    const { generation } = await comes(id);
    generations[generation === 1 ? 'kept' : 'begun'] += 1;
    if (n % 3 !== 1) expect(generation).toBe(n % 3 === 0 ? 1 : 2);
    const found = await place.find(id);
    expect(found).toMatchObject({ generation });
    expect(found).not.toHaveProperty('ended_at');
    expect(await store.holder(`key-${id}`)).toMatchObject({ session_id: id, generation });
  }
  expect(ended).toBe(generations.begun);
  expect(await place.stateKeys()).toHaveLength(generations.kept);
});

it('goes on where an owner died in the middle of ending: nothing of an ended life is left, and none is ended twice', async () => {
  await using place = await installation();
  const ids = Array.from({ length: 40 }, (_, n) => `crash-${n}`);
  await place.live(ids);
  place.clock.day = 93;
  let ends = 0;
  const dies = withBucket(await place.open(), 'state', (bucket) => ({
    ...bucket,
    async few(filter) {
      if (++ends > 12) throw new Error('killed');
      return bucket.few(filter);
    },
  }));
  await expect(place.sweep({ bus: dies })).rejects.toThrow('killed');
  // One of those comes back before anybody cleans up: its next life keeps what is its own.
  const back = (await Promise.all(ids.map(place.find))).find((session) => session?.ended_at)?.session_id ?? '';
  await router(place.bus, place.now).event(back);
  await place.bus.bucket('state').put(`agents.${back}.2`, {});

  await place.sweep({ epoch: 2 });
  // Each was made and ended, and one was made again: written no more often than that.
  expect((await place.bus.streamState('sessions')).last).toBe(2 * ids.length + 1);
  expect(await place.stateKeys()).toEqual([`agents.${back}.2`]);
  expect(await place.find(back)).toMatchObject({ generation: 2 });
  await expect(place.sweep({ epoch: 1 })).rejects.toThrow('newer owner');
});

it('reads no session twice, however many have ended and however often it looks', async () => {
  await using place = await installation();
  await place.live(Array.from({ length: 300 }, (_, n) => `old-${n}`));
  place.clock.day = 50;
  await place.live(['young']);
  place.clock.day = 93;
  expect(await place.sweep()).toEqual({ read: 300, ended: 300, more: false });
  expect(await place.sweep()).toEqual({ read: 0, ended: 0, more: false });
  // Past the one that was in front of them: the 300 that ended are passed by, once.
  place.clock.day = 150;
  expect(await place.sweep()).toEqual({ read: 301, ended: 1, more: false });
  expect(await place.sweep()).toEqual({ read: 1, ended: 0, more: false });
  expect(await place.sweep()).toEqual({ read: 0, ended: 0, more: false });
});

it(
  'sweeps on one of two routers, on the other when that one is gone, and not at all with 0',
  { timeout: 40_000 },
  async () => {
    await using place = await installation();
    const { now } = place;
    await place.live(['a']);
    place.clock.day = 93;
    const parts = { idleMs, now, metrics: noMetrics, pauseMs: 50 };
    await using off = await draining(startIdleSweep({ ...parts, bus: place.bus, worker: 'off', idleMs: 0 }));
    const first = await startIdleSweep({ ...parts, bus: place.bus, worker: 'one' });
    await using second = await draining(startIdleSweep({ ...parts, bus: await place.open(), worker: 'two' }));
    const owners = () => [off.work, first, second.work].map((work) => work.owned().length);
    await waitFor(async () => (await place.find('a'))?.ended_at, { what: 'the end of a', timeoutMs: 10_000 });
    expect(owners()).toEqual([0, 1, 0]);

    await first.drain();
    await place.live(['b']);
    place.clock.day = 300;
    await waitFor(async () => (await place.find('b'))?.ended_at, { what: 'the end of b', timeoutMs: 20_000 });
    expect(owners()).toEqual([0, 0, 1]);
  },
);

async function draining(starting: ReturnType<typeof startIdleSweep>) {
  const work = await starting;
  return { work, [Symbol.asyncDispose]: () => work.drain() };
}
