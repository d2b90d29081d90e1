import { appendLedger } from '@trunkline/bus';
import { noteIgnored } from '@trunkline/gateway-kit';
import { waitFor } from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refused } from '../testing/refused.ts';
import { startRouter } from '../testing/start-router.ts';
import { startTestApi, type TestApi } from '../testing/start-test-api.ts';
import { closedPolicy, messageEvent, store } from '../testing/test-events.ts';

const connector = { kind: 'http', name: 'hook' } as const;
let api: TestApi;
let router: AsyncDisposable;
beforeAll(async () => {
  api = await startTestApi();
  router = await startRouter(api.nats.url);
});
afterAll(async () => {
  await router[Symbol.asyncDispose]();
  await api[Symbol.asyncDispose]();
});

const params = (event_id: string) => ({ ...connector, event_id });
const get = async (id: string) => (await api.admin.call('getEvent', { params: params(id) })).body;
const list = async (query: object) => (await api.admin.call('listEvents', { query })).body;
const replay = async (id: string, query: object = {}) =>
  (await api.admin.call('replayEvent', { params: params(id), query })).body;
const judged = (id: string) =>
  waitFor(async () => ((await get(id)).outcome === 'pending' ? undefined : get(id)), {
    what: `${id} to be judged`,
    timeoutMs: 15_000,
  });
const turnsOf = async (session_id: string) =>
  (await api.admin.call('listTurns', { params: { session_id }, query: { limit: 500 } })).body.items;
const closed = (key: string) => ({ session: { natural_session_id: `session-${key}`, policy: closedPolicy } });

describe('events', () => {
  it('are listed newest first by what became of them', async () => {
    await store(api.bus, messageEvent('yes', 'list'));
    await judged('yes');
    await store(api.bus, messageEvent('no', 'list-closed', closed('list-closed')));
    await judged('no');
    await noteIgnored({ connector, eventId: 'shrug', code: 'own_message', detail: 'Ours.', now: Date.now() }, api.bus);
    const { items } = await list({});
    expect(items.map(({ event_id, outcome }) => [event_id, outcome])).toEqual([
      ['shrug', 'ignored'],
      ['no', 'rejected'],
      ['yes', 'accepted'],
    ]);
    expect(items[1]).toMatchObject({ reason: { code: 'session_missing' }, connector, text: 'text of no' });
    expect((await list({ outcome: ['rejected', 'ignored'] })).items).toHaveLength(2);
    expect((await list({ session_id: 'session-list' })).items).toMatchObject([{ event_id: 'yes' }]);
    expect((await list({ ...connector, conversation: 'list-closed' })).items).toMatchObject([{ event_id: 'no' }]);
    expect((await list({ since: new Date(Date.now() + 60_000).toISOString() })).items).toEqual([]);
    expect((await list({ before: items[2]?.at })).items).toEqual([]);
    await expect(list({ conversation: 'x' })).rejects.toSatisfy(refused('query_invalid'));
    await expect(list({ cursor: 'x' })).rejects.toSatisfy(refused('query_invalid'));
  });

  it('are listed in pages over all their streams, each once, while more are stored', async () => {
    const ids = Array.from({ length: 12 }, (_, n) => `page-${n}`);
    for (const [n, id] of ids.entries()) {
      if (n % 3 === 0) await noteIgnored({ connector, eventId: id, code: 'x', detail: '', now: 0 }, api.bus);
      else await store(api.bus, messageEvent(id, 'page'));
      if (n % 3 !== 0) await judged(id);
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await list({ limit: 5, ...(cursor && { cursor }) });
      seen.push(...page.items.map(({ event_id }) => event_id));
      cursor = page.next;
      await store(api.bus, messageEvent(`late-${seen.length}`, 'page'));
      await noteIgnored({ connector, eventId: `late-i-${seen.length}`, code: 'x', detail: '', now: 0 }, api.bus);
    } while (cursor);
    expect(seen.filter((id) => id.startsWith('page-'))).toEqual(ids.toReversed());
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((id) => id.startsWith('late'))).toEqual([]);
  });

  it('are shown with their turn; what the platform sent only to operators', async () => {
    const { token } = (await api.admin.call('createToken', { body: { name: 'eyes', role: 'viewer' } })).body;
    const seen = (await api.as(token).call('getEvent', { params: params('yes') })).body;
    expect(seen).toMatchObject({ outcome: 'accepted', session_id: 'session-list', turn: { seq: 1 }, replays: [] });
    expect(JSON.stringify(seen)).not.toContain('of the platform');
    expect(JSON.stringify(seen)).not.toContain('reply_handle');
    expect(JSON.stringify((await get('yes')).event)).toContain('of the platform');
    await expect(get('never')).rejects.toSatisfy(refused('event_not_found'));
    await expect(api.as(token).call('replayEvent', { params: params('no') })).rejects.toSatisfy(refused('forbidden'));
  });

  it('that were rejected become one turn, however often a replay is asked for', async () => {
    const key = 'replay';
    await store(api.bus, messageEvent('again', key, closed(key)));
    await judged('again');
    // The cause is still there: the replay is refused as well, and makes room for the next.
    expect(await replay('again')).toMatchObject({ event_id: 'again~r1', status: 'rejected' });
    await api.admin.call('createSession', { body: { session_id: `session-${key}` } });
    const answers = await Promise.all(Array.from({ length: 8 }, () => replay('again')));
    for (const answer of [...answers, await replay('again')]) expect(answer.event_id).toBe('again~r2');
    await judged('again~r2');
    expect(await replay('again')).toMatchObject({ event_id: 'again~r2', status: 'accepted' });
    const turns = await turnsOf(`session-${key}`);
    expect(turns.map(({ event }) => event.id)).toEqual(['again~r2']);
    expect(turns[0]?.event).toMatchObject({ data: { replay_of: 'again' } });
    expect((await get('again')).replays.map(({ event_id, status }) => [event_id, status])).toEqual([
      ['again~r1', 'rejected'],
      ['again~r2', 'accepted'],
    ]);
    const audit = (await api.admin.call('listAudit', { query: { operation: 'replayEvent' } })).body.items;
    expect(audit.map(({ changes }) => changes[0]?.to)).toEqual(['again~r2', 'again~r1']);
  });

  it('that were accepted are replayed by force alone, and once', async () => {
    await expect(replay('yes')).rejects.toSatisfy(refused('event_not_replayable'));
    const force = { force: 'true' };
    await replay('yes', force);
    await judged('yes~r1');
    expect(await replay('yes', force)).toMatchObject({ event_id: 'yes~r1', status: 'accepted' });
    expect(await replay('yes~r1', force)).toMatchObject({ event_id: 'yes~r1~r1' });
    await expect(replay('shrug')).rejects.toSatisfy(refused('event_not_replayable'));
  });

  it('whose turn died are replayed, each time it dies again', async () => {
    await store(api.bus, messageEvent('fatal', 'fatal'));
    const die = async (id: string) => {
      const { turn_id, session_id } = await judged(id);
      const data = { v: 1, type: 'turn', connector, group: 'agents', turn_id, session_id, event_id: id };
      const reason = { code: 'handler_failed', detail: 'boom' };
      await appendLedger({ what: 'dead', connector, id: `agents:${turn_id}`, data: { ...data, reason } }, api.bus);
    };
    await die('fatal');
    expect(await get('fatal')).toMatchObject({ outcome: 'dead', group: 'agents', reason: { detail: 'boom' } });
    expect((await list({ outcome: 'dead' })).items).toMatchObject([{ event_id: 'fatal' }]);
    expect(await replay('fatal')).toMatchObject({ event_id: 'fatal~r1' });
    await die('fatal~r1');
    expect(await replay('fatal')).toMatchObject({ event_id: 'fatal~r2' });
  });
});
