import { encodeJson, migrateStreams, openBus, type Bus, type StoredMessage } from '@trunkline/bus';
import { liveSchema, type Output, type Turn } from '@trunkline/events';
import { startNats, waitFor, type NatsServer } from '@trunkline/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { consume, type TurnConsumer } from './consume.ts';
import type { TurnHandler } from './turn-worker.ts';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
let nats: NatsServer;
let prefixes = 0;
let prefix: string;
let bus: Bus;
let consumers: TurnConsumer[] = [];

beforeAll(async () => {
  nats = await startNats();
});
afterAll(() => nats[Symbol.asyncDispose]());
beforeEach(async () => {
  prefix = `s${prefixes++}`;
  bus = await openBus({ servers: nats.url, name: 'spec', prefix }, quiet);
  await migrateStreams({ nc: bus.connection, names: bus.names });
});
afterEach(async () => {
  await Promise.all(consumers.map((each) => each.drain()));
  consumers = [];
  await bus.close();
});

async function start(handler: TurnHandler, options: Partial<Parameters<typeof consume>[0]> = {}) {
  const consumer = await consume({ group: 'echo', servers: nats.url, prefix, ...options }, handler);
  consumers.push(consumer);
  return consumer;
}

function turnOf(session: string, id: string, type = 'trunkline.message.created'): Turn {
  const connector = { kind: 'http' as const, name: 'webhook' };
  return {
    v: 1,
    turn_id: `trn_${id}`,
    session: { session_id: session, generation: 1, capability_scope: {}, credential_scope: {} },
    seq: 1,
    event: {
      specversion: '1.0',
      id,
      source: '/connectors/http/webhook',
      type,
      subject: session,
      time: '2026-01-01T00:00:00Z',
      datacontenttype: 'application/json',
      dataschema: 'urn:trunkline:event:1.0',
      connector: 'http/webhook',
      platform: 'http',
      partitionkey: session,
      data: {
        connector,
        platform: 'http',
        actor: { id: 'a' },
        conversation: { key: session, kind: 'none', path: [] },
        content: { text: `say ${id}` },
        binding_keys: [],
        reply_targets: [],
        session: { policy: { create_if_missing: true, capability_scope: {}, credential_scope: {} } },
        metadata: {},
      },
    },
    reply_targets: [],
    reply_handle: 'sealed',
    output_subject: bus.names.output(session),
  };
}

const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const publish = (turn: Turn) =>
  bus.append(bus.names.turn('=c', turn.session.session_id), encodeJson(turn), {
    headers: { traceparent: trace, 'Tl-Event-Type': turn.event.type },
  });

async function stored(stream: 'OUTPUTS' | 'LEDGER', count: number): Promise<StoredMessage[]> {
  const reader = await bus.follow(stream, `${prefix}.>`, { from: { seq: 1 } });
  const found: StoredMessage[] = [];
  for await (const message of reader.messages) if (found.push(message) >= count) break;
  await reader.stop();
  return found;
}

describe('consume', () => {
  it('answers a turn with an output that carries its handle and its trace', async () => {
    await start((turn) => turn.reply(`echo: ${turn.text}`));
    await publish(turnOf('s1', 'e1'));
    const [message] = await stored('OUTPUTS', 1);
    expect(message?.json()).toMatchObject({
      session_id: 's1',
      turn_id: 'trn_e1',
      reply_handle: 'sealed',
      content: 'echo: say e1',
    });
    expect(message?.headers['traceparent']).toBe(trace);
  });

  it('shows a status and a growing answer live, with the handle that says where, and keeps the whole text', async () => {
    const heard: unknown[] = [];
    const subscription = bus.subscribe(bus.names.allLive, (message) => heard.push(liveSchema.parse(message.json())));
    await bus.flush();
    await start(async (turn) => {
      turn.status('thinking');
      const stream = turn.stream();
      stream.write('one ');
      stream.write('two');
      await stream.close();
    });
    await publish(turnOf('s1', 'e1'));
    const [message] = await stored('OUTPUTS', 1);
    const closing = message?.json() as Output;
    expect(closing).toMatchObject({ content: 'one two', stream: { seq: 3, state: 'close' } });
    await waitFor(() => heard.length === 4, { what: 'all live messages' });
    subscription.stop();
    const { output_id } = closing;
    const base = { v: 1, turn_id: 'trn_e1' };
    expect(heard).toEqual([
      { ...base, status: 'thinking', reply_handle: 'sealed' },
      { ...base, output_id, reply_handle: 'sealed', stream: { seq: 0, state: 'open' } },
      { ...base, output_id, stream: { seq: 1, state: 'delta' }, content: 'one ' },
      { ...base, output_id, stream: { seq: 2, state: 'delta' }, content: 'two' },
    ]);
  });

  it('lets two groups answer the same turn', async () => {
    await start((turn) => turn.reply('from one'), { group: 'one' });
    await start((turn) => turn.reply('from two'), { group: 'two' });
    await publish(turnOf('s1', 'e1'));
    const outputs = (await stored('OUTPUTS', 2)).map((message) => message.json() as Output);
    expect(outputs.map((output) => output.content).toSorted()).toEqual(['from one', 'from two']);
    expect(new Set(outputs.map((output) => output.output_id)).size).toBe(2);
  });

  it('says nothing twice when a turn runs again after it failed half way', async () => {
    let runs = 0;
    await start(async (turn) => {
      await turn.reply('first');
      if (++runs === 1) throw new Error('half way');
      await turn.reply('second');
    });
    await publish(turnOf('s1', 'e1'));
    const outputs = (await stored('OUTPUTS', 2)).map((message) => message.json() as Output);
    expect(outputs.map((output) => output.content)).toEqual(['first', 'second']);
    expect(runs).toBe(2);
  });

  it('buries a turn that keeps failing and goes on with the next one of its session', async () => {
    await start(
      async (turn) => {
        if (turn.event.id === 'bad') throw new TypeError('never');
        await turn.reply('good');
      },
      { maxAttempts: 2 },
    );
    await publish(turnOf('s1', 'bad'));
    await publish(turnOf('s1', 'good'));
    const [dead] = await stored('LEDGER', 1);
    expect(dead?.json()).toMatchObject({
      turn_id: 'trn_bad',
      group: 'echo',
      reason: { code: 'handler_failed', detail: 'TypeError' },
      attempts: 2,
    });
    const [output] = await stored('OUTPUTS', 1);
    expect(output?.json()).toMatchObject({ turn_id: 'trn_good' });
  });

  it('lets a cancellation overtake the queue and abort the running turn', async () => {
    const begun = Promise.withResolvers<void>();
    const aborted = Promise.withResolvers<string>();
    const after: string[] = [];
    await start(async (turn) => {
      after.push(turn.event.id);
      if (turn.event.id !== 'long') return;
      turn.signal.addEventListener('abort', () => aborted.resolve(String(turn.signal.reason)));
      begun.resolve();
      await aborted.promise;
      throw new Error('stopped');
    });
    await publish(turnOf('s1', 'long'));
    await begun.promise;
    await publish(turnOf('s1', 'stop', 'trunkline.turn.cancelled'));
    expect(await aborted.promise).toContain('cancelled');
    await publish(turnOf('s1', 'next'));
    await waitFor(() => after.includes('next'), { what: 'the next turn', timeoutMs: 5_000 });
    expect(after).toEqual(['long', 'next']);
  });

  it('stops repeating a turn that its workers died of', async () => {
    const turn = turnOf('s1', 'deadly');
    const { seq } = (await publish(turn)) as { seq: number };
    await bus.bucket('progress').put(`turn.echo.${seq}`, { count: 5 });
    const ran: string[] = [];
    await start(async (each) => void ran.push(each.event.id));
    await publish(turnOf('s1', 'next'));
    await waitFor(() => ran.length > 0, { what: 'the next turn', timeoutMs: 5_000 });
    expect(ran).toEqual(['next']);
    const [dead] = await stored('LEDGER', 1);
    expect(dead?.json()).toMatchObject({ turn_id: 'trn_deadly', reason: { code: 'worker_crashed' } });
  });

  it('keeps state per session and group, and hands filtered turns to nobody', async () => {
    const counts: (number | undefined)[] = [];
    await start(
      async (turn) => {
        const state = turn.state<number>();
        const before = await state.get();
        counts.push(before);
        await state.set((before ?? 0) + 1);
      },
      { filter: { kind: 'http', type: 'trunkline.message.*' } },
    );
    await publish(turnOf('s1', 'e1'));
    await publish(turnOf('s1', 'other', 'trunkline.reaction.added'));
    await publish(turnOf('s1', 'e2'));
    await waitFor(() => counts.length === 2, { what: 'two turns', timeoutMs: 5_000 });
    expect(counts).toEqual([undefined, 1]);
  });
});
