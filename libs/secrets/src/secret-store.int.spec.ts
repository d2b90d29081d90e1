import { openBus, migrateStreams, type Bus } from '@trunkline/bus';
import { findLeaksInFolder, startNats, waitFor, type NatsServer } from '@trunkline/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { followSecretViews } from './follow-secret-views.ts';
import { generateKey, parseKeyring } from './keyring.ts';
import { createSecretStore } from './secret-store.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const hour = 3_600_000;
const entries = { one: generateKey('one'), two: generateKey('two') };

let nats: NatsServer;
let bus: Bus;
let clock = Date.UTC(2026, 0, 15, 12);
let count = 0;
let reference = '';

beforeAll(async () => {
  nats = await startNats();
  bus = await openBus({ servers: nats.url, name: 'secrets-test' }, quiet);
  await migrateStreams({ nc: bus.connection, names: bus.names });
});
afterAll(async () => {
  await bus.close();
  await nats[Symbol.asyncDispose]();
});
beforeEach(() => {
  count += 1;
  reference = `connectors.slack.team-${count}.bot_token`;
});

function open(keyring = entries.one) {
  return createSecretStore({
    bucket: bus.bucket<unknown>('secrets'),
    keyring: parseKeyring(keyring),
    now: () => clock,
    random: Math.random,
  });
}

async function values(store: ReturnType<typeof open>, of = reference) {
  const read = await store.read(of);
  return read.status === 'found' ? read.secrets.map((secret) => secret.expose()) : read.status;
}

describe('setting a secret', () => {
  it('lets the value before count until its grace ends', async () => {
    const store = open();
    await store.set(reference, 'first');
    await store.set(reference, 'second', { graceMs: hour });
    expect(await values(store)).toEqual(['second', 'first']);
    clock += hour;
    expect(await values(store)).toEqual(['second']);
  });

  it('cuts off every older value when there is no grace', async () => {
    const store = open();
    for (const value of ['first', 'second']) await store.set(reference, value);
    await store.set(reference, 'third', { graceMs: 0 });
    expect(await values(store)).toEqual(['third']);
  });

  it('gives each of many concurrent writers a version of its own', async () => {
    const stores = Array.from({ length: 6 }, () => open());
    const set = await Promise.all(stores.map((store, index) => store.set(reference, `value-${index}`)));
    expect(set.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4, 5, 6]);
    const last = set.findIndex(({ version }) => version === 6);
    expect((await values(open()))[0]).toBe(`value-${last}`);
    expect(await values(open())).toHaveLength(6);
  });

  it('can be undone, unless somebody wrote since', async () => {
    const store = open();
    const first = await store.set(reference, 'first');
    const second = await store.set(reference, 'second', { graceMs: 0 });
    expect(await second.undo()).toBe(true);
    expect(await values(store)).toEqual(['first']);
    expect(await first.undo()).toBe(false);
    const other = await store.set('shared.once', 'x');
    expect(await other.undo()).toBe(true);
    expect(await values(store, 'shared.once')).toBe('absent');
  });

  it('can be undone under a newer one, which stays', async () => {
    const store = open();
    await store.set(reference, 'before');
    const refused = await store.set(reference, 'refused');
    await store.set(reference, 'newer');
    expect(await refused.undo()).toBe(true);
    expect(await values(store)).toEqual(['newer', 'before']);
    expect(await refused.undo()).toBe(false);
  });

  it('keeps a value that somebody set since, when it is to be deleted as it was', async () => {
    const store = open();
    const { version } = await store.set(reference, 'old');
    const newer = await store.set(reference, 'newer');
    expect(await store.delete(reference, { version })).toBe(false);
    expect(await store.delete(reference, { version: newer.version })).toBe(true);
    expect(await store.delete(reference, { version: newer.version })).toBe(false);
  });

  it.each([
    { value: ' \n', because: 'blank' },
    { value: 'x'.repeat(65_537), because: 'longer than' },
  ])('refuses what is $because, without showing it', async ({ value, because }) => {
    const refused = open().set(reference, value);
    await expect(refused).rejects.toThrow(because);
    await expect(refused).rejects.not.toThrow(value);
  });
});

describe('at rest', () => {
  it('holds no value in the clear, in no file of the server, deleted ones and those before a rekey included', async () => {
    const plain = ['hunter2-first-value', 'hunter2-second-value', 'hunter2-deleted-value'];
    const store = open(entries.one);
    for (const value of plain.slice(0, 2)) await store.set(reference, value);
    await store.set('shared.gone', plain[2] ?? '');
    await store.delete('shared.gone');
    await open(`${entries.two} ${entries.one}`).rekey();
    const keys = Object.values(entries).map((entry) => entry.slice(entry.indexOf(':') + 1));
    expect(await findLeaksInFolder(nats.storeDir, [...plain, ...keys])).toEqual([]);
    // That it would be found: what is meant to be seen is.
    expect(await findLeaksInFolder(nats.storeDir, [reference])).not.toEqual([]);
    await open(`${entries.one} ${entries.two}`).rekey();
  });

  it('holds no value that works under another name or number', async () => {
    const store = open();
    for (const value of ['first', 'second']) await store.set(reference, value);
    const bucket = bus.bucket<{ reference: string; versions: { version: number }[] }>('secrets');
    for await (const { key, value } of bucket.entries('connectors.slack.*')) {
      if (value.reference !== reference) continue;
      await bucket.put('connectors.slack.moved', { ...value, reference: 'connectors.slack.moved' });
      expect(await store.read('connectors.slack.moved')).toMatchObject({ status: 'unreadable' });
      await bucket.delete('connectors.slack.moved');
      await bucket.put(key, {
        ...value,
        versions: value.versions.map((old) => ({ ...old, version: 3 - old.version })),
      });
      expect(await store.read(reference)).toMatchObject({ status: 'unreadable' });
      await bucket.put(key, value);
    }
    expect(await values(store)).toEqual(['second', 'first']);
  });

  it('says which key is missing when it cannot decrypt', async () => {
    await open().set(reference, 'first');
    expect(await open(entries.two).read(reference)).toMatchObject({
      status: 'unreadable',
      reason: expect.stringContaining('key "one"'),
      fix: expect.stringContaining('rekey'),
    });
  });
});

describe('a look at everything', () => {
  it('finds what the keyring does not open, and says which key is missing or wrong', async () => {
    const store = open(entries.one);
    await store.set(reference, 'first');
    await open(entries.two).set('shared.other', 'x');
    const about = async (keyring: string) =>
      (await open(keyring).check()).filter((each) => [reference, 'shared.other'].includes(each.reference));
    expect(await about(`${entries.one} ${entries.two}`)).toEqual([]);
    expect(await about(entries.one)).toEqual([
      { reference: 'shared.other', reason: expect.stringContaining('key "two", which is not in the keyring') },
    ]);
    const wrong = `${generateKey('one')} ${entries.two}`;
    expect(await about(wrong)).toEqual([
      { reference, reason: expect.stringContaining('sealed with another key of the id "one"') },
    ]);
    await store.delete('shared.other');
  });
});

describe('rekey', () => {
  it('moves everything to the first key while others write, and can be repeated', async () => {
    const before = open(entries.one);
    const shared = `shared.rekey-${count}`;
    await before.set(shared, 'stays');
    await before.set(reference, 'first');
    await before.set(reference, 'second');

    const rotated = open(`${entries.two} ${entries.one}`);
    const [report] = await Promise.all([rotated.rekey(), rotated.set(reference, 'third')]);
    expect(report.failed).toEqual([]);
    expect(report.rekeyed).toContain(shared);
    await rotated.rekey();
    expect((await rotated.rekey()).rekeyed).toEqual([]);

    const after = open(entries.two);
    expect(await values(after)).toEqual(['third', 'second', 'first']);
    expect(await values(after, shared)).toEqual(['stays']);
    expect(await after.view(reference)).toMatchObject({
      versions: [{ key_id: 'two' }, { key_id: 'two' }, { key_id: 'two' }],
    });
  });

  it('reports what it cannot decrypt and goes on', async () => {
    await open(generateKey('lost')).set(reference, 'x');
    const report = await open(`${entries.two} ${entries.one}`).rekey();
    expect(report.failed).toEqual([{ reference, reason: expect.stringContaining('"lost"') }]);
    await open().delete(reference);
  });
});

describe('views', () => {
  it('show when each version was last used, written at most once a minute', async () => {
    const store = open();
    await store.set(reference, 'first');
    await store.set(reference, 'second');
    const read = await store.read(reference);
    const before = read.status === 'found' ? read.secrets[1] : undefined;
    before?.markUsed();
    await store.flush();
    const usedAt = new Date(clock).toISOString();
    clock += 59_000;
    before?.markUsed();
    await store.flush();
    const view = await store.view(reference);
    expect(view).toMatchObject({
      version: 2,
      last_used_at: usedAt,
      versions: [{ version: 2 }, { version: 1, last_used_at: usedAt }],
    });
    expect(view?.versions[0]).not.toHaveProperty('last_used_at');
    clock += 1_000;
    before?.markUsed();
    await store.flush();
    expect((await store.view(reference))?.last_used_at).toBe(new Date(clock).toISOString());
  });

  it('list what is there, and forget what was deleted', async () => {
    const store = open(`${entries.two} ${entries.one}`);
    await store.set(reference, 'hunter2');
    await store.set('shared.other', 'hunter3');
    const views = await followSecretViews(bus.bucket('secrets'), () => clock);
    const listed = (prefix: string) => views.list(prefix).map((view) => view.reference);
    expect(listed('')).toEqual(expect.arrayContaining([reference, 'shared.other']));
    expect(listed('shared.')).toContain('shared.other');
    expect(listed('shared.')).not.toContain(reference);
    expect(JSON.stringify(views.list(''))).not.toContain('hunter');
    expect(await store.delete(reference)).toBe(true);
    expect(await store.delete(reference)).toBe(false);
    await waitFor(() => !listed('').includes(reference), { what: 'the view to go' });
    views.stop();
  });
});

describe('a bus whose replicas lag', () => {
  it('does not give the old value to who was told of the new one, nor one that was deleted', async () => {
    const writer = open();
    const real = bus.bucket<unknown>('secrets');
    const behind = new Map<string, Awaited<ReturnType<typeof real.get>>>();
    const reader = createSecretStore({
      bucket: { ...real, get: async (key) => (behind.has(key) ? behind.get(key) : real.get(key)) },
      ...{ keyring: parseKeyring(entries.one), now: () => clock, random: Math.random },
    });
    let told = 0;
    const watch = await reader.watch('slack', () => (told += 1));
    await writer.set(reference, 'first');
    await waitFor(() => told === 1, { what: 'the first' });
    for await (const entry of real.entries('connectors.slack.*')) {
      if (JSON.stringify(entry.value).includes(reference)) behind.set(entry.key, entry);
    }
    expect(behind.size).toBe(1);
    await writer.set(reference, 'second', { graceMs: 0 });
    await waitFor(() => told === 2, { what: 'the second' });
    expect(await values(reader)).toEqual(['second']);
    await writer.delete(reference);
    await waitFor(() => told === 3, { what: 'the deletion' });
    expect(await values(reader)).toBe('absent');
    watch.stop();
  });
});

describe('watch', () => {
  it("tells a gateway of its own and shared secrets, and nothing of another kind's", async () => {
    const store = open();
    await store.set(reference, 'first');
    const all = [reference, 'shared.watched', 'connectors.telegram.watched'];
    const seen = new Set<string | undefined>();
    let told = 0;
    const watch = await store.watch('slack', (affects) => {
      told += 1;
      for (const each of all.filter(affects)) seen.add(each);
    });
    await store.set('connectors.telegram.watched', 'x');
    await store.set(reference, 'second');
    await waitFor(() => seen.size === 1, { what: 'a change', timeoutMs: 2_000 });
    await store.set('shared.watched', 'x');
    await waitFor(() => seen.size === 2, { what: 'another change', timeoutMs: 2_000 });
    expect([...seen]).toEqual([reference, 'shared.watched']);
    seen.clear();
    await store.delete(reference);
    await waitFor(() => seen.has(reference), { what: 'the deletion', timeoutMs: 2_000 });

    const before = told;
    await Promise.all(Array.from({ length: 200 }, (_, n) => store.set(`shared.many-${n}`, 'x')));
    seen.clear();
    await store.set(reference, 'third');
    await waitFor(() => seen.has(reference), { what: 'the last of many', timeoutMs: 2_000 });
    expect(told - before).toBeLessThan(200);
    watch.stop();
  });
});
