import { openBus, type Bus } from '@trunkline/bus';
import { parseConnector, type ConnectorOf } from '@trunkline/config';
import { readGatewayAnswer, type GatewayAnswer, type GatewayQuestion } from '@trunkline/events';
import type { Inventory, InventoryEntry } from '@trunkline/inventory';
import { secretOf } from '@trunkline/secrets';
import { createLogger } from '@trunkline/telemetry';
import { startNats, type NatsServer } from '@trunkline/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { answerOperators, type Explain, type Probe, type ReadLog, type Simulate } from './answer-operators.ts';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const closing: (() => unknown)[] = [];
let nats: NatsServer;
let prefixes = 0;

beforeAll(async () => {
  nats = await startNats();
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(() => nats[Symbol.asyncDispose]());

type Http = ConnectorOf<'http'>;

function entryOf(more: object = {}): InventoryEntry<Http> {
  const parsed = parseConnector('http', { name: 'hook', bearer_token: 'hush-hush' });
  if (!parsed.ok || parsed.connector.kind !== 'http') throw new Error('not valid');
  const secrets = { bearer_token: [secretOf('hush-hush')] };
  const entry = { kind: 'http', name: 'hook', source: 'file', state: 'ready', config: parsed.connector, secrets };
  return { ...entry, ...more } as InventoryEntry<Http>;
}

const noEvents: Explain<'http'> = { verify: () => ({ ok: true }), read: () => [] };
const nothing: Probe<'http'> = async () => [];

interface Answering {
  entry?: InventoryEntry<Http>;
  probe?: Probe<'http'>;
  explain?: Explain<'http'>;
  readLog?: ReadLog;
  simulate?: Simulate<'http'>;
  gateway?: string;
}

/** An installation with gateways; `ask` asks any of them. */
async function gateways(...all: Answering[]) {
  const prefix = `o${prefixes++}`;
  const logged: string[] = [];
  const log = await createLogger({ service: 'spec', destination: { write: (line) => void logged.push(line) } });
  const connect = async (): Promise<Bus> => {
    const bus = await openBus({ servers: nats.url, name: 'spec', prefix }, quiet);
    closing.push(() => bus.close());
    return bus;
  };
  for (const [
    index,
    { entry = entryOf(), probe = nothing, explain = noEvents, readLog, simulate, gateway = `g${index}` },
  ] of all.entries()) {
    const bus = await connect();
    const inventory = { get: (_: string, name: string) => (name === entry.name ? entry : undefined) };
    const service = { instanceId: gateway, log, onStop: (stop: () => unknown) => void closing.push(stop) };
    const inventoryOf = inventory as unknown as Pick<Inventory, 'get'>;
    answerOperators(service, {
      ...{ kind: 'http', bus, inventory: inventoryOf, probe, explain, probeMs: 200 },
      ...(readLog && { log: readLog }),
      ...(simulate && { simulate }),
    });
    await bus.flush();
  }
  const asker = await connect();
  async function ask(question: object, gateway?: string): Promise<GatewayAnswer> {
    const asked = await asker.ask(asker.names.ask('http', gateway), question, { timeoutMs: 5_000 });
    const read = asked.outcome === 'answered' ? readGatewayAnswer(asked.answer) : undefined;
    if (!read?.ok) throw new Error(JSON.stringify([asked, read]));
    return read.value;
  }
  return { ask, logged };
}

const probeIt: GatewayQuestion = { v: 1, ask: 'probe', connector: 'hook' };
const ok = { outcome: 'ok', detail: 'It works, to the letter.' } as const;
const checksOf = (answer: GatewayAnswer) =>
  answer.answer === 'probed' ? answer.checks.map(({ name, outcome, detail }) => ({ name, outcome, detail })) : answer;

describe('a probe', () => {
  it('answers with every check, also of one that throws and one that hangs, in time and without secrets', async () => {
    const { ask, logged } = await gateways({
      probe: async () => [
        { name: 'well', run: () => ({ outcome: 'ok', detail: 'The token is hush-hush.' }) },
        { name: 'throws', run: () => Promise.reject(new Error('boom')) },
        { name: 'hangs', run: () => new Promise(() => {}) },
      ],
    });
    const answer = await ask(probeIt);
    expect(checksOf(answer)).toEqual([
      { name: 'configuration', outcome: 'ok', detail: expect.any(String) },
      { name: 'well', outcome: 'ok', detail: 'The token is [secret].' },
      { name: 'throws', outcome: 'failed', detail: expect.stringContaining('log of the gateway') },
      { name: 'hangs', outcome: 'failed', detail: expect.stringContaining('No answer within 0.2 s') },
    ]);
    expect(logged.join()).toContain('boom');
  });

  it('leaves words alone that a short secret happens to be part of', async () => {
    const entry = entryOf({ secrets: { bearer_token: [secretOf('t')] } });
    const { ask } = await gateways({ entry, probe: async () => [{ name: 'well', run: () => ok }] });
    expect(checksOf(await ask(probeIt))).toMatchObject([{}, { detail: 'It works, to the letter.' }]);
  });

  it('aborts what hangs, so that nothing of it goes on', async () => {
    const aborted = Promise.withResolvers<string>();
    const run = (signal: AbortSignal) =>
      new Promise<typeof ok>(() => signal.addEventListener('abort', () => aborted.resolve('aborted')));
    const { ask } = await gateways({ probe: async () => [{ name: 'hangs', run }] });
    await ask(probeIt);
    expect(await aborted.promise).toBe('aborted');
  });

  it.each([
    { state: 'disabled', because: 'Enable it' },
    { state: 'degraded', reason: 'bearer_token: missing', because: 'bearer_token: missing' },
  ])('of a connector that is $state says so and tries nothing', async ({ because, ...entry }) => {
    const { ask } = await gateways({ entry: entryOf(entry), probe: () => Promise.reject(new Error('tried')) });
    expect(checksOf(await ask(probeIt))).toEqual([
      { name: 'configuration', outcome: 'failed', detail: expect.stringContaining(because) },
    ]);
  });

  it('is handed to the gateway that holds what is to be tried, once', async () => {
    const elsewhere: Probe<'http'> = async () => ({ askGateway: 'holder' });
    const { ask } = await gateways(
      { probe: elsewhere, gateway: 'a' },
      { probe: async () => [{ name: 'child', run: () => ok }], gateway: 'holder' },
    );
    expect(await ask(probeIt, 'a')).toMatchObject({ gateway: 'holder', checks: [{}, { name: 'child', ...ok }] });
  });

  it('says when the holder is gone, and two that point at each other do not go round', async () => {
    const { ask } = await gateways(
      { probe: async () => ({ askGateway: 'b' }), gateway: 'a' },
      { probe: async () => ({ askGateway: 'a' }), gateway: 'b' },
      { probe: async () => ({ askGateway: 'dead' }), gateway: 'c' },
    );
    for (const gateway of ['a', 'c'])
      expect(checksOf(await ask(probeIt, gateway))).toMatchObject([{}, { name: 'gateway', outcome: 'failed' }]);
  });
});

describe('an explanation', () => {
  const request = { body: '{}', headers: { authorization: ['Bearer x'] }, query: '' };
  const explainIt: GatewayQuestion = { v: 1, ask: 'explain', connector: 'hook', request };
  const admitted = async (explain: Partial<Explain<'http'>>, question: object = explainIt, entry = entryOf()) => {
    const { ask } = await gateways({ explain: { ...noEvents, ...explain }, entry });
    const answer = await ask(question);
    return answer.answer === 'explained' ? answer.admission : answer;
  };

  it.each([
    { proof: { ok: true } as const, outcome: 'admitted', because: 'its proof is right' },
    { proof: { ok: false, reason: 'bearer_mismatch' } as const, outcome: 'refused', because: 'it is wrong' },
    { proof: undefined, outcome: 'admitted', because: 'none is asked for' },
  ])('says $outcome when $because', async ({ proof, outcome }) => {
    expect(await admitted({ verify: () => proof })).toMatchObject({ outcome });
  });

  it('judges no proof where no headers were given', async () => {
    const bare = { ...explainIt, request: { body: '{}', headers: { 'content-type': ['text/plain'] } } };
    expect(await admitted({ verify: () => ({ ok: false, reason: 'bearer_missing' }) }, bare)).toMatchObject({
      outcome: 'not_judged',
    });
  });

  it('takes what looks like JSON for JSON, unless its headers say otherwise', async () => {
    const types: (string | undefined)[] = [];
    const read: Explain<'http'>['read'] = ({ headers }) => {
      types.push(headers['content-type']?.[0]);
      return [];
    };
    const { ask } = await gateways({ explain: { ...noEvents, read } });
    const xml = { 'content-type': ['text/xml'] };
    for (const told of [{ body: ' {"a":1}' }, { body: 'a=1' }, { body: '{}', headers: xml }]) {
      await ask({ ...explainIt, request: told });
    }
    expect(types).toEqual(['application/json', undefined, 'text/xml']);
  });

  it('of a connector that does not work says what callers hear', async () => {
    expect(await admitted({}, explainIt, entryOf({ state: 'disabled' }))).toMatchObject({ code: 'connector_disabled' });
    const unreadable = entryOf({ state: 'degraded', reason: 'not valid', config: undefined });
    expect(await admitted({}, explainIt, unreadable)).toMatchObject({ code: 'connector_degraded' });
  });
});

describe('a question for the log', () => {
  const logIt: GatewayQuestion = { v: 1, ask: 'log', connector: 'hook' };
  const lines = [{ at: '2026-01-01T00:00:00.000Z', from: 'stdout' as const, line: 'hello' }];

  it('is answered by the gateway that runs the process, whichever is asked', async () => {
    const { ask } = await gateways(
      { readLog: async () => ({ askGateway: 'holder' }), gateway: 'a' },
      { readLog: async () => lines, gateway: 'holder' },
    );
    for (const gateway of ['a', 'holder'])
      expect(await ask(logIt, gateway)).toEqual({ v: 1, gateway: 'holder', answer: 'logged', lines });
  });

  it('says who should know and is silent, and has no lines where no process runs', async () => {
    const { ask } = await gateways({ readLog: async () => ({ askGateway: 'dead' }), gateway: 'a' }, { gateway: 'b' });
    expect(await ask(logIt, 'a')).toMatchObject({ answer: 'holder_silent', holder: 'dead' });
    expect(await ask(logIt, 'b')).toMatchObject({ answer: 'logged', lines: [] });
  });
});

describe('any question', () => {
  it('is answered when it is about no connector of ours, not understood, or fails', async () => {
    const { ask } = await gateways({ probe: () => Promise.reject(new Error('boom')) });
    expect(await ask({ ...probeIt, connector: 'other' })).toMatchObject({ answer: 'connector_not_found' });
    expect(await ask({ v: 2, ask: 'probe' })).toMatchObject({ answer: 'not_understood' });
    expect(await ask({ v: 1, ask: 'dance' })).toMatchObject({ answer: 'not_understood' });
    expect(await ask(probeIt)).toMatchObject({ answer: 'failed' });
  });
});

describe('a simulated message', () => {
  const message = { event_id: 'e', text: 'hello', conversation: 'c', author: 'ana' };
  const simulateIt: GatewayQuestion = { v: 1, ask: 'simulate', connector: 'hook', message };

  it('is taken in by the gateway, which answers what came of it', async () => {
    const simulation = { outcome: 'accepted', session_id: 's', turn_id: 't' } as const;
    const { ask } = await gateways({
      simulate: async (said) => (expect(said).toEqual(message), simulation),
    });
    expect(await ask(simulateIt)).toMatchObject({ answer: 'simulated', simulation });
  });

  it('is refused by a connector that does not work, and not understood where there is no such thing', async () => {
    const off = await gateways({
      entry: entryOf({ state: 'disabled' }),
      simulate: () => Promise.reject(new Error('tried')),
    });
    expect(await off.ask(simulateIt)).toMatchObject({
      simulation: {
        outcome: 'refused',
        reason: { code: 'connector_not_ready', detail: expect.stringContaining('Enable') },
      },
    });
    const without = await gateways({});
    expect(await without.ask(simulateIt)).toMatchObject({ answer: 'not_understood' });
  });
});
