import { startNats, type NatsServer } from '@trunkline/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBus, type Bus } from './bus.ts';
import { migrateStreams } from './migrate.ts';
import { readNewestFirst } from './read-newest-first.ts';
import type { StoredMessage } from './stored-message.ts';

let nats: NatsServer;
let bus: Bus;
const filter = () => bus.names.ledgerOf('audit');
const append = (n: number, name = 'a') =>
  bus.append(bus.names.ledger('audit', { kind: 'http', name }), JSON.stringify({ n }));
const read = (message: StoredMessage) => message.json();

beforeAll(async () => {
  nats = await startNats();
  bus = await openBus({ servers: nats.url, name: 'newest first' }, { info() {}, warn() {}, error() {} });
  await migrateStreams({ nc: bus.connection, names: bus.names });
  for (let n = 1; n <= 1_000; n++) await append(n, n === 10 ? 'rare' : 'a');
});
afterAll(async () => {
  await bus.close();
  await nats[Symbol.asyncDispose]();
});

it('gives each message once over its pages, also when others are stored meanwhile', async () => {
  const seen: unknown[] = [];
  let before: number | undefined;
  do {
    const page = await readNewestFirst({ stream: 'LEDGER', filter: filter(), before, limit: 300, read }, bus);
    seen.push(...page.items);
    before = page.next;
    await append(5_000);
  } while (before !== undefined);
  expect(seen).toEqual(Array.from({ length: 1_000 }, (_, index) => ({ n: 1_000 - index })));
});

it('finds what is far back, and stops at the sequence that it is told', async () => {
  const rare = bus.names.ledger('audit', { kind: 'http', name: 'rare' });
  const found = await readNewestFirst({ stream: 'LEDGER', filter: rare, limit: 5, read }, bus);
  expect(found).toEqual({ items: [{ n: 10 }] });
  const none = await readNewestFirst({ stream: 'LEDGER', filter: rare, from: 11, limit: 5, read }, bus);
  expect(none).toEqual({ items: [] });
});

it('ends a page early when nothing matches for long, and goes on from there', async () => {
  const onlyFirst = (message: StoredMessage) => (message.seq === 1 ? message.json() : undefined);
  const wanted = { stream: 'LEDGER', filter: filter(), limit: 5, mostRead: 500, read: onlyFirst } as const;
  const page = await readNewestFirst({ ...wanted, before: 1_001 }, bus);
  expect(page).toEqual({ items: [], next: expect.any(Number) });
  const { items } = await readNewestFirst({ ...wanted, before: 500 }, bus);
  expect(items).toEqual([{ n: 1 }]);
});

it('reads buckets, newest write first', async () => {
  const bucket = bus.bucket<{ id: string }>('sessions');
  for (const id of ['a', 'b', 'c', 'a']) await bucket.put(id, { id });
  const keys = bus.names.keys('sessions', '>');
  const page = await readNewestFirst({ stream: 'sessions', filter: keys, limit: 2, read }, bus);
  expect(page.items).toEqual([{ id: 'a' }, { id: 'c' }]);
});
