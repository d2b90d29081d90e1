import { setTimeout as sleep } from 'node:timers/promises';
import { encodeJson, migrateStreams, openBus, type Bus } from '@trunkline/bus';
import { enqueueDelivery, systemClock, type Clock } from '@trunkline/deliveries';
import { canonicalTarget, deliveryIdOf, targetKey, type Live } from '@trunkline/events';
import {
  deriveKey,
  generateKey,
  openReplyHandle,
  parseKeyring,
  replyHandlePurpose,
  sealReplyHandle,
} from '@trunkline/secrets';
import { startNats, waitFor, type NatsServer } from '@trunkline/testing';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { LivePresenter } from './live-presenter.ts';
import { findPresented } from './presented.ts';
import { startLive, type LiveOptions, type LiveShowing } from './start-live.ts';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const key = deriveKey(parseKeyring(generateKey('k')), replyHandlePurpose);
const running: LiveShowing[] = [];
let nats: NatsServer;
let bus: Bus;
let sessions = 0;

beforeAll(async () => {
  nats = await startNats();
  bus = await openBus({ servers: nats.url, name: 'spec' }, quiet);
  await migrateStreams({ nc: bus.connection, names: bus.names });
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((live) => live.stop()));
});
afterAll(async () => {
  await bus.close();
  await nats[Symbol.asyncDispose]();
});

/** A session whose turn answers to one Slack channel and one Telegram chat. */
function conversation() {
  const session_id = `session-${sessions++}`;
  const target = canonicalTarget({ type: 'slack', connector: 'team', channel_id: session_id });
  const other = canonicalTarget({ type: 'telegram', connector: 'bot', chat_id: '7' });
  const output_subject = bus.names.output(session_id);
  const snapshot = { session_id, reply_targets: [target, other], output_subject };
  const reply_handle = sealReplyHandle(snapshot, { key, expiresAt: Date.now() + 3_600_000 });
  const say = (live: Omit<Live, 'v'>) => bus.publish(bus.names.live(session_id), encodeJson({ v: 1, ...live }));
  return {
    target,
    deliveryId: deliveryIdOf(session_id, 'out', targetKey(target)),
    open: () => say({ output_id: 'out', reply_handle, stream: { seq: 0, state: 'open' } }),
    delta: (seq: number, content: string) => say({ output_id: 'out', stream: { seq, state: 'delta' }, content }),
    status: (status: string) => say({ status, reply_handle }),
    session_id,
  };
}

/** What the platform was told: "open a", "update a b", "status typing"; `calls` may hold a call up or answer otherwise. */
function fakePresenter(calls: Partial<LivePresenter> = {}) {
  const told: string[] = [];
  const presenter: LivePresenter = {
    async open(_target, text, context) {
      told.push(`open ${text}`);
      return (await calls.open?.(_target, text, context)) ?? { id: 'm1' };
    },
    async update(_target, id, text, context) {
      told.push(`update ${text}`);
      return (await calls.update?.(_target, id, text, context)) ?? 'ok';
    },
    async status(_target, status, context) {
      told.push(`status ${status}`);
      await calls.status?.(_target, status, context);
    },
    statusEveryMs: calls.statusEveryMs ?? 20,
    updateEveryMs: calls.updateEveryMs ?? 20,
    limit: calls.limit ?? 100,
  };
  return { told, presenter };
}

function start(presenter: LivePresenter, more: Partial<LiveOptions> = {}): LiveShowing {
  const openHandle = (sealed: string) => openReplyHandle(sealed, { key, now: Date.now() });
  const live = startLive({ kind: 'slack', bus, openHandle, owns: () => true, presenter, log: quiet, ...more });
  running.push(live);
  return live;
}

const told = (log: string[], what: string) => waitFor(() => log.includes(what), { what: `"${what}"` });

it('shows the newest text only, whole, one call at a time', async () => {
  const { target, ...talk } = conversation();
  const first = Promise.withResolvers<{ id: string }>();
  const fake = fakePresenter({ open: () => first.promise });
  start(fake.presenter);
  talk.open();
  talk.delta(1, 'a');
  await told(fake.told, 'open a');
  for (let n = 2; n < 50; n++) talk.delta(n, 'b');
  await bus.flush();
  await sleep(60);
  expect(fake.told).toEqual(['open a']);
  first.resolve({ id: 'm9' });
  await told(fake.told, `update a${'b'.repeat(48)}`);
  expect(fake.told).toHaveLength(2);
  expect(await findPresented(talk.deliveryId, bus)).toBe('m9');
  expect(target.type).toBe('slack');
});

it('heals what is open, and shows no more than fits', async () => {
  const talk = conversation();
  const fake = fakePresenter({ limit: 6 });
  start(fake.presenter, { heal: (text) => (text.endsWith('**') ? text : `${text}**`) });
  talk.open();
  talk.delta(1, '**bo');
  await told(fake.told, 'open **bo**');
  talk.delta(2, 'ld and more');
  talk.delta(3, ' and more');
  await bus.flush();
  await sleep(80);
  expect(fake.told).toEqual(['open **bo**']);
});

it('goes on over a gap, and ignores pieces whose opening was lost', async () => {
  const [talk, lost] = [conversation(), conversation()];
  const fake = fakePresenter();
  start(fake.presenter);
  lost.delta(1, 'nobody knows where');
  talk.open();
  talk.delta(1, 'a');
  await told(fake.told, 'open a');
  talk.delta(4, 'd');
  talk.delta(3, 'c');
  talk.delta(5, 'e');
  await told(fake.told, 'update ade');
  expect(fake.told.join()).not.toContain('nobody');
});

it('has nothing under way any more when it stopped showing, and shows nothing later', async () => {
  const talk = conversation();
  const update = Promise.withResolvers<'ok'>();
  const fake = fakePresenter({ update: () => update.promise });
  const live = start(fake.presenter);
  talk.open();
  talk.delta(1, 'a');
  await told(fake.told, 'open a');
  talk.delta(2, 'b');
  await told(fake.told, 'update ab');
  talk.delta(3, 'c');
  let stopped = false;
  const stopping = live.stopShowing(talk.deliveryId).then((id) => ((stopped = true), id));
  await sleep(50);
  expect(stopped).toBe(false);
  update.resolve('ok');
  expect(await stopping).toBe('m1');
  talk.open();
  talk.delta(1, 'again');
  await bus.flush();
  await sleep(80);
  expect(fake.told).toEqual(['open a', 'update ab']);
});

it('shows nothing where the durable output is already', async () => {
  const { target, deliveryId, session_id, ...talk } = conversation();
  const output = { output_id: 'out', session_id, content: 'all of it' };
  const times = { created_at: new Date().toISOString(), expires_at: new Date(Date.now() + 60_000).toISOString() };
  await enqueueDelivery(
    { v: 1, delivery_id: deliveryId, output_id: 'out', session_id, target, output, ...times },
    { bus },
  );
  const fake = fakePresenter();
  start(fake.presenter);
  talk.open();
  talk.delta(1, 'all');
  await bus.flush();
  await sleep(80);
  expect(fake.told).toEqual([]);
  expect(await findPresented(deliveryId, bus)).toBeUndefined();
});

it('is shown by the owner of the lane alone, and by one of two that both think they are', async () => {
  const talk = conversation();
  const fakes = [fakePresenter(), fakePresenter(), fakePresenter()];
  fakes.forEach(({ presenter }, index) => start(presenter, { owns: () => index > 0 }));
  talk.open();
  talk.delta(1, 'a');
  await waitFor(() => fakes.some((fake) => fake.told.length > 0), { what: 'a first text' });
  expect(await findPresented(talk.deliveryId, bus)).toBe('m1');
  expect(fakes.map((fake) => fake.told.filter((call) => call === 'open a').length).toSorted()).toEqual([0, 0, 1]);
  expect(fakes[0]?.told).toEqual([]);
});

it('lets another process go on with what an earlier owner showed', async () => {
  const talk = conversation();
  const [before, after] = [fakePresenter(), fakePresenter()];
  const first = start(before.presenter);
  talk.open();
  talk.delta(1, 'a');
  await told(before.told, 'open a');
  await first.stop();
  start(after.presenter);
  talk.open();
  talk.delta(1, 'once more');
  await told(after.told, 'update once more');
});

/** Two processes and who owns the lane now. */
function twoWithOneLane() {
  const lane = { owner: -1 };
  const fakes = [fakePresenter(), fakePresenter()];
  fakes.forEach(({ presenter }, index) => start(presenter, { owns: () => lane.owner === index }));
  return { lane, told: fakes.map((fake) => fake.told) };
}

it('is shown by whoever gets the lane in the middle of it, also if nobody had it at the beginning', async () => {
  const talk = conversation();
  const { lane, told: tells } = twoWithOneLane();
  const [one = [], two = []] = tells;
  talk.open();
  talk.delta(1, 'a');
  await bus.flush();
  await sleep(60);
  expect(tells).toEqual([[], []]);
  lane.owner = 0;
  talk.delta(2, 'b');
  await told(one, 'open ab');
  expect(await findPresented(talk.deliveryId, bus)).toBe('m1');
  lane.owner = 1;
  talk.delta(3, 'c');
  await told(two, 'update abc');
  lane.owner = 0;
  talk.delta(4, 'd');
  await told(one, 'update abcd');
  expect(tells).toEqual([['open ab', 'update abcd'], ['update abc']]);
});

it('is not gone on with by an owner who comes back after the durable output', async () => {
  const { target, deliveryId, session_id, ...talk } = conversation();
  const { lane, told: tells } = twoWithOneLane();
  lane.owner = 0;
  talk.open();
  talk.delta(1, 'a');
  await told(tells[0] ?? [], 'open a');
  expect(await findPresented(deliveryId, bus)).toBe('m1');
  lane.owner = 1;
  talk.delta(2, 'b');
  await told(tells[1] ?? [], 'update ab');
  const output = { output_id: 'out', session_id, content: 'ab' };
  const times = { created_at: new Date().toISOString(), expires_at: new Date(Date.now() + 60_000).toISOString() };
  const delivery = { v: 1, delivery_id: deliveryId, output_id: 'out', session_id, target, output, ...times } as const;
  await enqueueDelivery(delivery, { bus });
  lane.owner = 0;
  talk.delta(3, 'late');
  await bus.flush();
  await sleep(80);
  expect(tells).toEqual([['open a'], ['update ab']]);
});

it('repeats a status until the first text, and a new one at once', async () => {
  const talk = conversation();
  const fake = fakePresenter();
  start(fake.presenter);
  talk.status('typing');
  await waitFor(() => fake.told.filter((call) => call === 'status typing').length >= 3, { what: 'three repetitions' });
  talk.status('thinking');
  await told(fake.told, 'status thinking');
  talk.open();
  talk.delta(1, 'a');
  await told(fake.told, 'open a');
  await findPresented(talk.deliveryId, bus);
  const count = fake.told.length;
  await sleep(80);
  expect(fake.told).toHaveLength(count);
});

it.each([
  {
    how: 'a durable output',
    end: (live: LiveShowing, id: string, target: Parameters<LiveOptions['owns']>[0]) => live.stopShowing(id, target),
    skewMs: 0,
  },
  { how: 'two minutes', end: async () => undefined, skewMs: 120_000 },
])('ends a status after $how', async ({ end, skewMs }) => {
  const { target, deliveryId, status } = conversation();
  const fake = fakePresenter();
  let skipped = 0;
  const clock: Clock = { ...systemClock, now: () => Date.now() + skipped };
  const live = start(fake.presenter, { clock });
  status('typing');
  await told(fake.told, 'status typing');
  await end(live, deliveryId, target);
  skipped = skewMs;
  await sleep(40);
  const count = fake.told.length;
  await sleep(80);
  expect(fake.told).toHaveLength(count);
});

it('outlives a presenter that throws, is told to wait or finds its message gone', async () => {
  const [broken, slow, gone] = [conversation(), conversation(), conversation()];
  const answers = [{ afterMs: 30 }, 'ok'] as const;
  let asked = 0;
  const fake = fakePresenter({
    async open(_target, text) {
      if (text.startsWith('broken')) throw new Error('the platform hung up');
      return { id: text };
    },
    update: async (_target, id) => (id === 'gone' ? 'gone' : (answers[asked++] ?? 'ok')),
    status: async () => Promise.reject(new Error('no status today')),
  });
  start(fake.presenter);
  broken.status('typing');
  for (const [talk, text] of [
    [broken, 'broken'],
    [gone, 'gone'],
    [slow, 'slow'],
  ] as const) {
    talk.open();
    talk.delta(1, text);
    await told(fake.told, `open ${text}`);
    talk.delta(2, '!');
  }
  await waitFor(() => fake.told.filter((call) => call === 'update slow!').length === 2, { what: 'a second try' });
  await told(fake.told, 'update gone!');
  await waitFor(async () => (await findPresented(gone.deliveryId, bus)) === undefined, {
    what: 'the note that it is gone',
  });
  expect(await findPresented(broken.deliveryId, bus)).toBeUndefined();
  expect(fake.told).not.toContain('update broken!');
});

it('forgets what nobody continued for ten minutes', async () => {
  const talk = conversation();
  const fake = fakePresenter();
  const sweeps: (() => void)[] = [];
  let skipped = 0;
  const clock: Clock = {
    ...systemClock,
    now: () => Date.now() + skipped,
    after(ms, callback) {
      if (ms !== 60_000) return systemClock.after(ms, callback);
      sweeps.push(callback);
      return () => {};
    },
  };
  start(fake.presenter, { clock });
  talk.open();
  talk.delta(1, 'a');
  await told(fake.told, 'open a');
  sweeps[0]?.();
  talk.delta(2, 'b');
  await told(fake.told, 'update ab');
  skipped = 600_001;
  sweeps[1]?.();
  talk.delta(3, 'c');
  await bus.flush();
  await sleep(60);
  expect(fake.told).toEqual(['open a', 'update ab']);
});

it('forgets after a minute what grows elsewhere', async () => {
  const [known, forgotten] = [conversation(), conversation()];
  const fake = fakePresenter();
  const sweeps: (() => void)[] = [];
  const now = { skipped: 0, owned: false };
  const clock: Clock = {
    ...systemClock,
    now: () => Date.now() + now.skipped,
    after(ms, callback) {
      if (ms !== 60_000) return systemClock.after(ms, callback);
      sweeps.push(callback);
      return () => {};
    },
  };
  start(fake.presenter, { clock, owns: () => now.owned });
  forgotten.open();
  forgotten.delta(1, 'a');
  await bus.flush();
  await sleep(60);
  now.skipped = 60_001;
  known.open();
  known.delta(1, 'k');
  await bus.flush();
  await sleep(60);
  sweeps[0]?.();
  now.owned = true;
  forgotten.delta(2, 'b');
  known.delta(2, 'l');
  await told(fake.told, 'open kl');
  expect(fake.told).toEqual(['open kl']);
});

it('does not listen to a handle that is not ours', async () => {
  const talk = conversation();
  const fake = fakePresenter();
  start(fake.presenter, { openHandle: () => ({ ok: false }) });
  talk.open();
  talk.delta(1, 'a');
  talk.status('typing');
  await bus.flush();
  await sleep(60);
  expect(fake.told).toEqual([]);
});
