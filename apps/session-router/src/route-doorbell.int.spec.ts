import {
  consumeDoorbells,
  encodeJson,
  incarnationOf,
  listenForReceipts,
  migrateStreams,
  openBus,
  readReceipt,
  rememberReads,
  storeEvent,
  type Bus,
  type Consuming,
  type StoredMessage,
} from '@trunkline/bus';
import { eventFingerprint, type TrunklineEvent, type Turn } from '@trunkline/events';
import { createSessionStore, type BindingRecord, type BoundKey, type SessionRecord } from '@trunkline/sessions';
import { startNats, waitFor, type NatsServer } from '@trunkline/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openAttemptCount } from './attempt-count.ts';
import { openConversationLog } from './conversation-log.ts';
import { createDoorbellRouter, type RouteDeps } from './route-doorbell.ts';
import { trackUnbrokenRun, type UnbrokenRun } from './unbroken-run.ts';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const noMetrics = {
  count: () => {},
  observe: () => {},
  set: () => {},
  watch: () => () => {},
  watchAll: () => () => {},
  forget: () => {},
};
let nats: NatsServer;
let prefixes = 0;
let prefix: string;
let open: Bus[] = [];
let bus: Bus;

beforeAll(async () => {
  nats = await startNats();
});
afterAll(() => nats[Symbol.asyncDispose]());
beforeEach(async () => {
  for (const each of open) await each.close();
  open = [];
  prefix = `r${prefixes++}`;
  bus = await connection();
  await migrateStreams({ nc: bus.connection, names: bus.names });
});
afterAll(async () => {
  for (const each of open) await each.close();
});

async function connection(): Promise<Bus> {
  const each = await openBus({ servers: nats.url, name: 'spec', prefix }, quiet);
  open.push(each);
  return each;
}

const knowsNothing = { nothingBetween: () => false };

async function routerDeps(
  on: Bus,
  changes: Partial<RouteDeps> = {},
  run: Pick<UnbrokenRun, 'nothingBetween'> = knowsNothing,
): Promise<RouteDeps> {
  const created = await incarnationOf('EVENTS', on);
  const incarnation = () => created;
  const sessions = createSessionStore({
    sessions: rememberReads<SessionRecord>(on.bucket('sessions'), { max: 100 }),
    bindings: rememberReads<BindingRecord>(on.bucket('bindings'), { max: 100 }),
    boundKeys: on.bucket<BoundKey>('bindings'),
    now: Date.now,
  });
  return {
    bus: on,
    log: openConversationLog({ bus: on, run, incarnation, random: Math.random }),
    judge: { names: on.names, sessions, seal: () => 'sealed' },
    attempts: openAttemptCount({ bucket: on.bucket('progress'), incarnation }),
    metrics: noMetrics,
    incarnation: { certain: () => Promise.resolve() },
    now: Date.now,
    ...changes,
  };
}

/** A whole router: it listens for doorbells until it is drained. */
async function startRouter(on: Bus, concurrency = 8): Promise<Consuming> {
  const run = trackUnbrokenRun(on.names.conversationOf);
  const handle = createDoorbellRouter(await routerDeps(on, {}, run));
  return consumeDoorbells({ handle, concurrency, onArrival: run.onArrival }, on);
}

function eventOf(conversation: string, id: string): TrunklineEvent {
  const connector = { kind: 'http' as const, name: 'webhook' };
  return {
    specversion: '1.0',
    id,
    source: '/connectors/http/webhook',
    type: 'trunkline.domain.event',
    subject: conversation,
    time: '2026-01-01T00:00:00Z',
    datacontenttype: 'application/json',
    dataschema: 'urn:trunkline:event:1.0',
    connector: 'http/webhook',
    platform: 'http',
    partitionkey: conversation,
    data: {
      connector,
      platform: 'http',
      actor: { id: 'a' },
      conversation: { key: conversation, kind: 'none', path: [] },
      content: { text: id },
      binding_keys: [{ key: conversation, origin: 'payload' }],
      reply_targets: [{ type: 'http', url: 'https://example.com/answer' }],
      session: {
        natural_session_id: `http:webhook:${conversation}`,
        policy: { create_if_missing: true, capability_scope: {}, credential_scope: {} },
      },
      metadata: {},
    },
  };
}

const place = (event: TrunklineEvent) => ({
  connector: { kind: 'http', name: 'webhook' },
  conversation: event.subject,
  eventId: event.id,
});

function store(event: TrunklineEvent, replyInstance?: string) {
  return storeEvent(
    { ...place(event), payload: encodeJson(event), fingerprint: eventFingerprint(event), replyInstance },
    bus,
  );
}

/** Everything on TURNS, turns and skips. */
async function judgements(count: number): Promise<StoredMessage[]> {
  const reader = await bus.follow('TURNS', `${prefix}.>`, { from: { seq: 1 } });
  const found: StoredMessage[] = [];
  if (count > 0) for await (const message of reader.messages) if (found.push(message) >= count) break;
  await reader.stop();
  return found;
}

const newest = async (subject: string) => (await bus.read('TURNS', { newestOf: subject }))?.seq ?? 0;

describe('createDoorbellRouter', () => {
  it('makes one turn of each event, in the order of its conversation, with three routers at work', async () => {
    const routers = await Promise.all([1, 2, 3].map(async () => startRouter(await connection(), 64)));
    const conversations = Array.from({ length: 10 }, (_, n) => `c${n}`);
    await Promise.all(
      conversations.map(async (conversation) => {
        for (let n = 0; n < 40; n++) await store(eventOf(conversation, `${conversation}-${n}`));
      }),
    );
    const turns = (await judgements(400)).map((message) => message.json() as Turn);
    for (const router of routers) await router.drain();
    for (const conversation of conversations) {
      const own = turns.filter((turn) => turn.event.subject === conversation);
      expect(own.map((turn) => turn.event.id)).toEqual(Array.from({ length: 40 }, (_, n) => `${conversation}-${n}`));
      expect(own.map((turn) => turn.seq)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
    }
    expect(await newest(`${prefix}.>`)).toBe(400);
  });

  it('wakes the gateway that waits with the session and the turn, and keeps the receipt', async () => {
    const router = await startRouter(bus);
    const receipts = listenForReceipts({ kind: 'http', instance: 'gw-1' }, bus);
    const event = eventOf('c', 'e1');
    const waiting = receipts.expect(place(event));
    await store(event, 'gw-1');
    const receipt = await waiting.within(5_000);
    expect(receipt).toMatchObject({ event_id: 'e1', status: 'accepted', session_id: 'http:webhook:c' });
    expect(await readReceipt(place(event), bus)).toEqual(receipt);
    await router.drain();
  });

  it('writes the receipt that a router owed when it died right after the turn', async () => {
    const deps = await routerDeps(bus);
    const event = eventOf('c', 'e1');
    await store(event);
    const message = await bus.read('EVENTS', { newestOf: bus.names.event(place(event)) });
    if (!message) throw new Error('not stored');
    const dying = createDoorbellRouter({
      ...deps,
      metrics: noMetrics,
      bus: {
        ...bus,
        bucket: () => {
          throw new Error('killed');
        },
      },
    });
    await expect(dying({ message, announcement: 1 })).rejects.toThrow('killed');
    expect(await readReceipt(place(event), bus)).toBeUndefined();
    const next = createDoorbellRouter(await routerDeps(bus));
    expect(await next({ message, announcement: 2 })).toEqual({ do: 'ack' });
    expect(await readReceipt(place(event), bus)).toMatchObject({ status: 'accepted', session_id: 'http:webhook:c' });
    expect(await newest(`${prefix}.>`)).toBe(1);
  });

  it('keeps a skip in place of a turn, and says why in the receipt', async () => {
    const router = await startRouter(bus);
    const refused = eventOf('c', 'e1');
    refused.data.session.policy.create_if_missing = false;
    await store(refused);
    await store(eventOf('c', 'e2'));
    const [skip, turn] = await judgements(2);
    await router.drain();
    expect(skip?.subject).toContain('.skips.');
    expect(skip?.json()).toMatchObject({ event_id: 'e1', code: 'session_missing' });
    expect(turn?.json()).toMatchObject({ seq: 1, event: { id: 'e2' } });
    await waitFor(async () => (await readReceipt(place(refused), bus)) !== undefined, {
      what: 'the receipt',
      timeoutMs: 2_000,
    });
    expect(await readReceipt(place(refused), bus)).toMatchObject({ status: 'rejected', code: 'session_missing' });
  });

  it('skips an event that routing dies of after five attempts, and goes on with the next one', async () => {
    const deps = await routerDeps(bus);
    const sick = {
      ...deps.judge.sessions,
      holder: (key: string) => (key === 'sick' ? Promise.reject(new Error('boom')) : deps.judge.sessions.holder(key)),
    };
    const route = createDoorbellRouter({ ...deps, judge: { ...deps.judge, sessions: sick } });
    const event = eventOf('c', 'e1');
    event.data.binding_keys.unshift({ key: 'sick', origin: 'payload' });
    await store(event);
    const message = await bus.read('EVENTS', { newestOf: bus.names.event(place(event)) });
    if (!message) throw new Error('not stored');
    let announcement = 1;
    while (announcement <= 6) await expect(route({ message, announcement: announcement++ })).rejects.toThrow('boom');
    expect(await route({ message, announcement })).toEqual({ do: 'ack' });
    const [skip] = await judgements(1);
    expect(skip?.json()).toMatchObject({ code: 'poison', event: { id: 'e1' } });
  });

  it('leaves an event of a newer major version to newer routers', async () => {
    const route = createDoorbellRouter(await routerDeps(bus));
    const event = { ...eventOf('c', 'e1'), dataschema: 'urn:trunkline:event:2.0' };
    await store(event);
    const message = await bus.read('EVENTS', { newestOf: bus.names.event(place(event)) });
    if (!message) throw new Error('not stored');
    expect(await route({ message, announcement: 1 })).toMatchObject({ do: 'retry' });
    expect(await newest(`${prefix}.>`)).toBe(0);
  });

  it('judges what is stored anew after EVENTS was deleted and made again', async () => {
    const before = createDoorbellRouter(await routerDeps(bus));
    for (const id of ['e1', 'e2']) {
      await store(eventOf('c', id));
      const message = await bus.read('EVENTS', { newestOf: bus.names.event(place(eventOf('c', id))) });
      if (message) await before({ message, announcement: 1 });
    }
    await bus.connection.request(`$JS.API.STREAM.DELETE.${bus.names.stream('EVENTS')}`);
    await migrateStreams({ nc: bus.connection, names: bus.names });
    await store(eventOf('c', 'e3'));
    const message = await bus.read('EVENTS', { newestOf: bus.names.event(place(eventOf('c', 'e3'))) });
    if (!message) throw new Error('not stored');
    const after = createDoorbellRouter(await routerDeps(bus));
    expect(await after({ message, announcement: 1 })).toEqual({ do: 'ack' });
    const turns = (await judgements(3)).map((each) => (each.json() as Turn).event.id);
    expect(turns).toEqual(['e1', 'e2', 'e3']);
  });
});
