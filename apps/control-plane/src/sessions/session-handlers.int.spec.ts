import { encodeJson } from '@trunkline/bus';
import { deliveryIdOf, targetKey, type Output, type ReplyHandle } from '@trunkline/events';
import { waitFor } from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refused } from '../testing/refused.ts';
import { startRouter } from '../testing/start-router.ts';
import { startTestApi, type TestApi } from '../testing/start-test-api.ts';
import { messageEvent, store } from '../testing/test-events.ts';

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

const get = (session_id: string) => api.admin.call('getSession', { params: { session_id } });
const create = (session_id: string, more: object = {}) =>
  api.admin.call('createSession', { body: { session_id, ...more } });
const turnsOf = async (session_id: string) =>
  (await api.admin.call('listTurns', { params: { session_id }, query: {} })).body.items;
const alive = (session_id: string) => waitFor(() => get(session_id), { what: session_id, timeoutMs: 15_000 });
const connectorAt = (name: string, fields: object) =>
  api.bus
    .bucket('connectors')
    .put(`http.${name}`, { config: { name, allow_unauthenticated_ingress: true, ...fields } });

describe('sessions', () => {
  it('are listed by their last change or by id, each once, filtered by whose they are', async () => {
    for (const n of [3, 1, 4, 2, 5]) await create(`list-${n}`, { persona_id: 'lister' });
    const ids = async (query: object) => {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = { persona_id: 'lister', limit: 2, ...query, ...(cursor && { cursor }) };
        const { body } = await api.admin.call('listSessions', { query: page });
        seen.push(...body.items.map(({ session_id }) => session_id));
        cursor = body.next;
        if (seen.length === 2) await create(`list-new-${seen.length}${JSON.stringify(query).length}`);
      } while (cursor);
      return seen;
    };
    expect(await ids({})).toEqual(['list-5', 'list-2', 'list-4', 'list-1', 'list-3']);
    expect(await ids({ order: 'id' })).toEqual(['list-1', 'list-2', 'list-3', 'list-4', 'list-5']);
    await api.admin.call('endSession', { params: { session_id: 'list-4' } });
    expect(await ids({ state: 'ended' })).toEqual(['list-4']);

    await store(api.bus, messageEvent('mine', 'mine'));
    await alive('session-mine');
    await waitFor(async () => (await turnsOf('session-mine')).length === 1, { what: 'its turn' });
    const query = { kind: 'http', name: 'hook' } as const;
    const { items } = (await api.admin.call('listSessions', { query })).body;
    expect(items).toMatchObject([{ session_id: 'session-mine', last_turn_at: expect.any(String) }]);
    expect((await get('session-mine')).body.binding_keys).toEqual(['mine']);
  });

  it('are made before any event, with keys, and not twice', async () => {
    const { body, etag } = await create('early', { binding_keys: ['early-key'], persona_id: 'p' });
    expect(body).toMatchObject({ generation: 1, state: 'active', binding_keys: ['early-key'], persona_id: 'p' });
    expect((await get('early')).etag).toBe(etag);
    await expect(create('early')).rejects.toSatisfy(refused('session_exists'));
    await expect(create('late', { binding_keys: ['early-key'] })).rejects.toSatisfy(refused('binding_conflict'));
    await expect(get('late')).rejects.toSatisfy(refused('session_not_found'));
    await store(api.bus, messageEvent('to-early', 'early-key'));
    await waitFor(async () => (await turnsOf('early')).length === 1, { what: 'the turn in the session made before' });
  });

  it('are changed by whoever saw their newest state', async () => {
    const { etag } = await create('edited');
    const params = { session_id: 'edited' };
    const body = { persona_id: 'nova' };
    const changed = await api.admin.call('putPersona', { params, body, ifMatch: etag ?? '' });
    expect(changed.body.persona_id).toBe('nova');
    await expect(api.admin.call('putPersona', { params, body, ifMatch: etag ?? '' })).rejects.toSatisfy(
      refused('precondition_failed'),
    );
    const racers = await Promise.allSettled(
      ['a', 'b'].map((persona_id) =>
        api.admin.call('putPersona', { params, body: { persona_id }, ifMatch: changed.etag ?? '' }),
      ),
    );
    expect(racers.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const scope = { skill_allow: [' b', 'a', 'b'] };
    const { body: scoped } = await api.admin.call('putCapabilityScope', { params, body: scope });
    expect(scoped.capability_scope).toEqual({ skill_allow: ['a', 'b'] });
    expect(
      (await api.admin.call('putPersona', { params, body: { persona_id: null } })).body.persona_id,
    ).toBeUndefined();
    const audit = (await api.admin.call('listAudit', { query: { operation: 'putCapabilityScope' } })).body.items;
    expect(audit).toMatchObject([
      { target: params, changes: [{ field: 'capability_scope', from: {}, to: { skill_allow: ['a', 'b'] } }] },
    ]);
  });

  it('keep default targets in canonical form, none that a connector may not send to', async () => {
    const params = { session_id: 'aimed' };
    await create('aimed');
    const put = (...reply_targets: never[]) => api.admin.call('putReplyTargets', { params, body: { reply_targets } });
    const url = 'https://answers.example/in';
    const answer = await put(
      { plugin: 'http', address: url } as never,
      { type: 'http', url: 'HTTPS://answers.example/in' } as never,
    );
    expect(answer.body.reply_targets).toEqual([{ type: 'http', url }]);
    await expect(put({ type: 'http', url, connector: 'nobody' } as never)).rejects.toSatisfy(
      refused('reply_target_refused'),
    );
    await expect(put({ type: 'http', url: 'ftp://x' } as never)).rejects.toSatisfy(refused('payload_invalid'));
    expect((await api.admin.call('getReplyTargets', { params })).body.reply_targets).toHaveLength(1);
    await api.admin.call('clearReplyTargets', { params });
    expect((await api.admin.call('getReplyTargets', { params })).body.reply_targets).toEqual([]);
  });

  it('hear operators once a key, in their name; what was answered stands with its deliveries', async () => {
    const session_id = 'spoken';
    const target: ReplyHandle = { type: 'http', url: 'https://spoken.example/in' };
    await create(session_id, { reply_targets: [target] });
    const say = (idempotency_key: string, content = 'Are you there?') =>
      api.admin.call('addInput', { params: { session_id }, body: { content, idempotency_key } });
    const first = (await waitFor(async () => say('k1'), { what: 'the input' })).body;
    expect(first).toMatchObject({ status: 'accepted', session_id });
    expect((await say('k1')).body).toEqual(first);
    await expect(say('k1', 'Something else')).rejects.toSatisfy(refused('idempotency_conflict'));
    const [turn, ...others] = await turnsOf(session_id);
    expect(others).toEqual([]);
    expect(turn).toMatchObject({
      turn_id: first.turn_id,
      event: { data: { actor: { id: 'operator:start-up token' }, content: { text: 'Are you there?' } } },
    });

    const message = await api.bus.read('TURNS', { newestOf: api.bus.names.turnsOfSession(session_id) });
    const { reply_handle } = message?.json() as { reply_handle: string };
    const output: Output = {
      output_id: 'o-1',
      session_id,
      turn_id: first.turn_id ?? '',
      reply_handle,
      content: 'Yes.',
    };
    await api.bus.append(api.bus.names.output(session_id), encodeJson(output));
    const outputs = await waitFor(
      async () => {
        const { items } = (await api.admin.call('listOutputs', { params: { session_id }, query: {} })).body;
        return items[0]?.state === 'routed' && items[0].deliveries.length > 0 ? items : undefined;
      },
      { what: 'the routed output', timeoutMs: 15_000 },
    );
    expect(outputs).toMatchObject([
      {
        output_id: 'o-1',
        output: { content: 'Yes.' },
        deliveries: [{ delivery_id: deliveryIdOf(session_id, 'o-1', targetKey(target)), target }],
      },
    ]);
    expect(JSON.stringify(outputs)).not.toContain(reply_handle);
    const event = await api.admin.call('getEvent', { params: { kind: 'http', name: '_', event_id: first.event_id } });
    expect(event.body.outputs).toEqual(outputs);
  });

  it('end: keys are free, what was kept is gone; the id comes back as its next life', async () => {
    await store(api.bus, messageEvent('end-1', 'ended-key'));
    await alive('session-ended-key');
    const params = { session_id: 'session-ended-key' };
    await api.bus.bucket('state').put('agents.session-ended-key.1', { memory: true });
    await expect(api.admin.call('endSession', { params, ifMatch: '"1"' })).rejects.toSatisfy(
      refused('precondition_failed'),
    );
    await api.admin.call('endSession', { params });
    await api.admin.call('endSession', { params });
    expect((await get(params.session_id)).body).toMatchObject({ state: 'ended', binding_keys: [] });
    expect(await api.bus.bucket('state').get('agents.session-ended-key.1')).toBeUndefined();
    await expect(api.admin.call('addInput', { params, body: { content: 'Hello?' } })).rejects.toSatisfy(
      refused('session_ended'),
    );
    await expect(api.admin.call('putPersona', { params, body: { persona_id: 'x' } })).rejects.toSatisfy(
      refused('session_ended'),
    );
    await store(api.bus, messageEvent('end-2', 'ended-key'));
    await waitFor(async () => (await get(params.session_id)).body.generation === 2, { what: 'the next life' });
    expect((await get(params.session_id)).body).toMatchObject({ state: 'active', binding_keys: ['ended-key'] });
  });

  it('that end while turns come lose none: each lands in one of the lives, and lives do not mix', async () => {
    const key = 'race';
    const ids = Array.from({ length: 60 }, (_, n) => `race-${n}`);
    const params = { session_id: `session-${key}` };
    const sending = (async () => {
      for (const id of ids) await store(api.bus, messageEvent(id, key));
    })();
    await alive(params.session_id);
    const ending = (async () => {
      for (let n = 0; n < 5; n++) await api.admin.call('endSession', { params });
    })();
    await Promise.all([sending, ending]);
    const turns = await waitFor(
      async () => {
        const { items } = (await api.admin.call('listTurns', { params, query: { limit: 500 } })).body;
        return items.length >= ids.length ? items.toReversed() : undefined;
      },
      { what: 'all turns', timeoutMs: 15_000 },
    );
    expect(turns.map(({ event }) => event.id)).toEqual(ids);
    const generations = turns.map(({ generation }) => generation);
    expect(generations).toEqual(generations.toSorted((a, b) => a - b));
  });

  it('move to an edited policy when they are told to, as the dry run said', async () => {
    const apply = async (dry_run: 'true' | 'false') =>
      (
        await api.admin.call('applySessionPolicy', {
          params: { kind: 'http', name: 'moving' },
          query: { dry_run },
        })
      ).body;
    await expect(apply('true')).rejects.toSatisfy(refused('connector_not_found'));
    await connectorAt('moving', { session_policy: { persona_id: 'new', capability_scope: { skill_deny: ['x'] } } });
    await create('http:moving:0001', { persona_id: 'old' });
    await create('http:moving:0002', { persona_id: 'new', capability_scope: { skill_deny: ['x'] } });
    await create('http:other:0003', { persona_id: 'old' });
    const dry = await waitFor(() => apply('true'), { what: 'the connector' });
    expect(dry).toEqual({
      sessions: 2,
      conflicting: 1,
      moved: 0,
      sample: [{ session_id: 'http:moving:0001', field: 'persona_id' }],
      dry_run: true,
    });
    expect((await get('http:moving:0001')).body.persona_id).toBe('old');
    expect(await apply('false')).toMatchObject({ conflicting: 1, moved: 1 });
    expect((await get('http:moving:0001')).body).toMatchObject({
      persona_id: 'new',
      capability_scope: { skill_deny: ['x'] },
    });
    expect((await get('http:other:0003')).body.persona_id).toBe('old');
    expect(await apply('true')).toMatchObject({ conflicting: 0 });
  });
});
