import { encodeJson, migrateStreams, openBus, type Bus, type StoredMessage } from '@trunkline/bus';
import { listDeliveries } from '@trunkline/deliveries';
import { startNats, type NatsServer } from '@trunkline/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { routeOutput, type RouteOutputDeps } from './route-output.ts';

const quiet = { info() {}, warn() {}, error() {} };
const a = { type: 'http', url: 'https://a.example/in' } as const;
const b = { type: 'http', url: 'https://b.example/in' } as const;
let nats: NatsServer;
let bus: Bus;
let deps: RouteOutputDeps;
let prefixes = 0;

beforeAll(async () => {
  nats = await startNats();
});
afterAll(async () => {
  await bus?.close();
  await nats?.[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await bus?.close();
  bus = await openBus({ servers: nats.url, name: 'spec', prefix: `t${prefixes++}` }, quiet);
  await migrateStreams({ nc: bus.connection, names: bus.names });
  deps = {
    bus,
    openHandle: () => ({ ok: true, snapshot: { session_id: 's1', reply_targets: [a] } }),
    sessionDefaults: async () => [],
    allowed: () => ({ allowed: true }),
    now: Date.now,
  };
});

async function publish(output: object, headers = {}): Promise<StoredMessage> {
  const document = { output_id: 'o1', session_id: 's1', ...output };
  const appended = await bus.append(bus.names.output('s1'), encodeJson(document), { headers });
  const message = appended.outcome === 'stored' ? await bus.read('OUTPUTS', { seq: appended.seq }) : undefined;
  if (!message) throw new Error('The output was not stored.');
  return message;
}

async function stored(stream: 'DELIVERIES' | 'LEDGER', filter: string): Promise<StoredMessage[]> {
  const all: StoredMessage[] = [];
  for (let seq = 1; ;) {
    const next = await bus.read(stream, { firstOf: filter, fromSeq: seq });
    if (!next) return all;
    all.push(next);
    seq = next.seq + 1;
  }
}

const deliveries = () => stored('DELIVERIES', `${bus.names.prefix}.deliveries.>`);
const dead = async () => (await stored('LEDGER', `${bus.names.prefix}.ledger.dead.>`)).map((entry) => entry.json());

describe('routeOutput', () => {
  it('puts one delivery into the queue of each target, without the handle, in the trace of its routing', async () => {
    const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
    const message = await publish({ content: 'hello', reply_handle: 'sealed', reply_targets: [a, b] });
    expect(await routeOutput(message, deps, headers.traceparent)).toMatchObject({
      outcome: 'routed',
      origin: 'output',
      refused: 0,
      repeated: false,
    });
    const queued = await deliveries();
    expect(queued.map((each) => each.json())).toMatchObject([
      { target: a, output: { content: 'hello' }, created_at: message.time.toISOString() },
      { target: b },
    ]);
    expect(JSON.stringify(queued.map((each) => each.json()))).not.toMatch('sealed');
    expect(queued.map((each) => each.headers)).toMatchObject([headers, headers]);
    expect((await listDeliveries(bus)).deliveries.map(({ state }) => state)).toEqual(['pending', 'pending']);
  });

  it.each([
    { writes: 0, keeps: 0, because: 'nothing was kept' },
    { writes: 1, keeps: 1, because: 'the decision was kept' },
    { writes: 2, keeps: 1, because: 'the first record was kept, its delivery was not' },
    { writes: 3, keeps: 1, because: 'the first delivery was kept' },
    { writes: 4, keeps: 1, because: 'the second record was kept' },
  ])('makes each delivery once after a router died: $because', async ({ writes, keeps }) => {
    const message = await publish({ content: 'hello', reply_targets: [a, b] });
    await expect(routeOutput(message, { ...deps, bus: dyingAfter(writes) })).rejects.toThrow('died');
    // What was decided is not asked again.
    const allowed = () => (keeps ? ({ allowed: false, reason: 'since' } as const) : ({ allowed: true } as const));
    expect(await routeOutput(message, { ...deps, allowed })).toMatchObject({
      outcome: 'routed',
      repeated: keeps === 1,
    });
    expect((await listDeliveries(bus)).deliveries).toHaveLength(2);
    const ids = (await deliveries()).map((each) => (each.json() as { delivery_id: string }).delivery_id);
    // A repeated append is harmless: there is one record for both.
    expect(ids).toHaveLength(writes >= 3 ? 3 : 2);
    expect(new Set(ids).size).toBe(2);
  });

  it('delivers an output that is published twice once, and buries another one under its id', async () => {
    const first = await publish({ content: 'hello', reply_targets: [a] });
    await routeOutput(first, deps);
    const again = await publish({ reply_targets: [a], content: 'hello' });
    expect(await routeOutput(again, deps)).toEqual({ outcome: 'duplicate', ofSeq: first.seq });
    const other = await publish({ content: 'bye', reply_targets: [a] });
    expect(await routeOutput(other, deps)).toMatchObject({ outcome: 'dead', code: 'output_conflict' });
    expect(await deliveries()).toHaveLength(1);
    expect(await dead()).toMatchObject([
      { type: 'output', output_id: 'o1', seq: other.seq, reason: { code: 'output_conflict' } },
    ]);
  });

  it.each([
    { output: { contents: 'typo' }, code: 'output_invalid' },
    { output: { content: 'x', session_id: 's2' }, code: 'session_mismatch' },
    { output: { content: 'x', turn_id: 't' }, code: 'no_handle' },
    { output: { content: '\u0001'.repeat(170_000) }, code: 'output_too_large' },
  ])('keeps the reason of a dead letter: $code', async ({ output, code }) => {
    const message = await publish(output);
    expect(await routeOutput(message, deps)).toMatchObject({ outcome: 'dead', code });
    await routeOutput(message, deps);
    expect(await dead()).toMatchObject([{ seq: message.seq, reason: { code } }]);
    expect(await deliveries()).toEqual([]);
  });

  it('leaves out a target that is not allowed, visibly, and goes on with the others', async () => {
    const allowed: RouteOutputDeps['allowed'] = ({ type, ...at }) =>
      type === 'http' && 'url' in at && at.url === b.url ? { allowed: false, reason: 'not listed' } : { allowed: true };
    const message = await publish({ content: 'x', reply_targets: [b, a] });
    expect(await routeOutput(message, { ...deps, allowed })).toMatchObject({ outcome: 'routed', refused: 1 });
    expect((await deliveries()).map((each) => each.json())).toMatchObject([{ target: a }]);
    expect(await dead()).toMatchObject([{ target: b, reason: { code: 'target_not_allowed', detail: 'not listed' } }]);
  });

  it('makes no delivery of what is only shown live, nor where nobody is to be told', async () => {
    expect(await routeOutput(await publish({ status: 'typing' }), deps)).toEqual({ outcome: 'transient' });
    const delta = await publish({ content: 'hel', stream: { seq: 1, state: 'delta' }, reply_targets: [a] });
    expect(await routeOutput(delta, deps)).toEqual({ outcome: 'transient' });
    expect(await routeOutput(await publish({ content: 'note to self' }), deps)).toEqual({ outcome: 'local' });
    expect(await deliveries()).toEqual([]);
  });

  it('leaves an output of a newer version for a newer router', async () => {
    const message = await publish({ v: 2, say: 'x' });
    await expect(routeOutput(message, deps)).rejects.toMatchObject({ code: 'OUTPUT_VERSION_UNKNOWN' });
    expect(await dead()).toEqual([]);
  });

  it('lets no delivery outlive its message on the bus', async () => {
    const message = await publish({ content: 'x', reply_targets: [a], expires_at: '2999-01-01T00:00:00Z' });
    await routeOutput(message, deps);
    const [record] = (await listDeliveries(bus)).deliveries;
    expect(Date.parse(record?.expires_at ?? '')).toBe(message.time.getTime() + 6 * 24 * 3_600_000);
  });
});

/** The bus as a router sees it that dies after so many writes. */
function dyingAfter(writes: number): RouteOutputDeps['bus'] {
  let left = writes;
  const spend = () => {
    if (left-- === 0) throw new Error('The router died.');
  };
  return {
    names: bus.names,
    append: (...args) => (spend(), bus.append(...args)),
    bucket<T>(name: Parameters<Bus['bucket']>[0]) {
      const bucket = bus.bucket<T>(name);
      return { ...bucket, create: (...args: Parameters<typeof bucket.create>) => (spend(), bucket.create(...args)) };
    },
  };
}
