import { enqueueDelivery, type StepOutcome } from '@trunkline/deliveries';
import type { Output } from '@trunkline/events';
import { waitFor } from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deliverWith, deliveryTo } from '../testing/deliver-with.ts';
import { refused } from '../testing/refused.ts';
import { startTestApi, type TestApi } from '../testing/start-test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
});

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const get = async (delivery_id: string) => (await api.admin.call('getDelivery', { params: { delivery_id } })).body;
const enqueue = async (...deliveries: Parameters<typeof enqueueDelivery>[0][]) => {
  for (const delivery of deliveries) await enqueueDelivery(delivery, { bus: api.bus });
};

describe('deliveries', () => {
  it('are listed newest first in pages, none missing or twice while others come', async () => {
    const made = [1, 2, 3, 4, 5].map((n) =>
      deliveryTo(`https://list.example/${n}`, 'list', { session_id: 'ses-list', created_at: minutesAgo(n) }),
    );
    await enqueue(...made);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const query = { session_id: 'ses-list', limit: 2, ...(cursor && { cursor }) };
      const { items, next } = (await api.admin.call('listDeliveries', { query })).body;
      seen.push(...items.map(({ delivery_id }) => delivery_id));
      cursor = next;
      await enqueue(deliveryTo(`https://list.example/new${seen.length}`, 'list', { session_id: 'ses-list' }));
    } while (cursor);
    expect(seen).toEqual(made.map(({ delivery_id }) => delivery_id));
    const list = async (query: object) => (await api.admin.call('listDeliveries', { query })).body.items;
    expect(await list({ session_id: 'ses-list', state: ['dead', 'expired'] })).toEqual([]);
    expect(await list({ session_id: 'ses-list', before: minutesAgo(3.5) })).toHaveLength(2);
    expect(await list({ kind: 'slack' })).toEqual([]);
  });

  it('keep finished steps and keys when they are replayed; fresh starts over', async () => {
    const delivery = deliveryTo('https://replay.example/in', 'replay');
    const { delivery_id } = delivery;
    let broken = true;
    const keys: string[] = [];
    const refusal: StepOutcome = { outcome: 'refused', code: 'http_400', reason: 'Answered 400.' };
    await using _ = await deliverWith(api.bus, ({ step, idempotencyKey }) => {
      if (idempotencyKey.startsWith(delivery.delivery_id)) keys.push(idempotencyKey);
      return step === 1 && broken ? refusal : { outcome: 'delivered', platformId: `m${step}` };
    });
    await enqueue(delivery);
    const params = { delivery_id };
    await waitFor(async () => (await get(delivery_id)).state === 'dead', { what: 'the refusal', timeoutMs: 15_000 });
    expect(await get(delivery_id)).toMatchObject({
      reason: { code: 'http_400' },
      steps: { 0: { done: true, platform_message_id: 'm0' } },
      attempts: [{ outcome: 'delivered' }, { outcome: 'refused', code: 'http_400' }],
    });

    broken = false;
    await api.admin.call('replayDelivery', { params });
    await waitFor(async () => (await get(delivery_id)).state === 'delivered', { what: 'the replay' });
    expect(keys).toEqual([delivery_id, `${delivery_id}.1`, `${delivery_id}.1`]);
    const fresh = await api.admin.call('replayDelivery', { params, query: { fresh: 'true' } });
    expect(fresh.body).toEqual({ delivery_id, replay: 2 });
    await waitFor(() => keys.length === 5, { what: 'both steps again' });
    expect(keys.slice(3)).toEqual([`${delivery_id}.r2`, `${delivery_id}.r2.1`]);
  });

  it('are cancelled while they wait, resolved when they did not arrive, refused otherwise', async () => {
    const waiting = deliveryTo('https://wait.example/in', 'waiting');
    await enqueue(waiting);
    const params = { delivery_id: waiting.delivery_id };
    await expect(api.admin.call('replayDelivery', { params })).rejects.toSatisfy(refused('delivery_state_conflict'));
    const body = { reason: 'told them by phone' };
    await expect(api.admin.call('resolveDelivery', { params, body })).rejects.toSatisfy(
      refused('delivery_state_conflict'),
    );
    expect((await api.admin.call('cancelDelivery', { params })).body.state).toBe('cancelled');
    await expect(api.admin.call('cancelDelivery', { params })).rejects.toSatisfy(refused('delivery_state_conflict'));
    const nowhere = { params: { delivery_id: 'dlv_none' } };
    await expect(api.admin.call('getDelivery', nowhere)).rejects.toSatisfy(refused('delivery_not_found'));
    await expect(api.admin.call('replayDelivery', nowhere)).rejects.toSatisfy(refused('delivery_not_found'));
  });

  it('are corrected once, with what else they said; the dead one is resolved with its correction', async () => {
    const output: Output = {
      ...{ output_id: 'typo', session_id: 'ses-typo', turn_id: 'trn_1', content: 'helo', metadata: { a: 1 } },
      parts: [
        { type: 'text', text: 'wrold' },
        { type: 'buttons', rows: [[{ label: 'Yes', value: 'y' }]] },
      ],
    };
    const delivery = deliveryTo('https://typo.example/in', 'typo', { session_id: 'ses-typo', output });
    const params = { delivery_id: delivery.delivery_id };
    const correct = async (content: string) =>
      (await api.admin.call('correctDelivery', { params, body: { content } })).body;
    await using _ = await deliverWith(api.bus, () => ({ outcome: 'refused', code: 'http_400', reason: 'No.' }));
    await enqueue(delivery);
    await waitFor(async () => (await get(delivery.delivery_id)).state === 'dead', {
      what: 'the refusal',
      timeoutMs: 15_000,
    });
    expect((await get(delivery.delivery_id)).output).toMatchObject(output);
    const attempts = await Promise.allSettled([correct('hello'), correct('hello'), correct('bye')]);
    const made = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
    expect(new Set(made.map(({ output_id }) => output_id)).size).toBe(1);
    const [first] = made;
    const won = attempts[2]?.status === 'fulfilled' ? 'bye' : 'hello';
    expect(await correct(won)).toEqual(first);
    await expect(correct('something else')).rejects.toSatisfy(refused('delivery_state_conflict'));
    expect(await get(delivery.delivery_id)).toMatchObject({ state: 'dead', resolution: { correction: first } });
    const { items } = (await api.admin.call('listOutputs', { params: { session_id: 'ses-typo' } })).body;
    expect(items).toMatchObject([
      {
        output_id: first?.output_id,
        output: {
          ...{ turn_id: 'trn_1', content: won, format: 'markdown', metadata: { a: 1 } },
          ...{ parts: [output.parts?.[1]], reply_targets: [delivery.target] },
        },
      },
    ]);
    const audit = (await api.admin.call('listAudit', { query: { operation: 'correctDelivery' } })).body.items;
    expect(audit[0]).toMatchObject({ changes: [{ field: 'correction', to: first?.delivery_id }] });
  });

  it('are replayed in bulk, oldest first, as a dry run said; what somebody resolved stays', async () => {
    const session_id = 'ses-bulk';
    const made = [3, 2, 1].map((n) =>
      deliveryTo('https://bulk.example/in', `bulk-${n}`, { session_id, created_at: minutesAgo(n) }),
    );
    let broken = true;
    const arrived: string[] = [];
    await using _ = await deliverWith(api.bus, ({ idempotencyKey, step }) => {
      if (broken) return { outcome: 'refused', code: 'http_400', reason: 'Answered 400.' };
      if (step === 0 && made.some(({ delivery_id }) => delivery_id === idempotencyKey)) arrived.push(idempotencyKey);
      return { outcome: 'delivered' };
    });
    await enqueue(...made);
    const [oldest = '', resolved = '', newest = ''] = made.map(({ delivery_id }) => delivery_id);
    await waitFor(async () => (await get(newest)).state === 'dead', { what: 'refusals', timeoutMs: 15_000 });
    await api.admin.call('resolveDelivery', { params: { delivery_id: resolved }, body: { reason: 'by hand' } });
    const one = { session_id, limit: 1 };
    expect((await api.admin.call('replayDeliveries', { body: { ...one, dry_run: true } })).body).toMatchObject({
      items: [{ delivery_id: oldest, outcome: 'would_queue', state: 'dead' }],
      more: true,
    });
    expect((await get(oldest)).state).toBe('dead');
    broken = false;
    const { body } = await api.admin.call('replayDeliveries', { body: { session_id } });
    expect(body.items.map(({ delivery_id, outcome }) => [delivery_id, outcome])).toEqual([
      [oldest, 'queued'],
      [newest, 'queued'],
    ]);
    expect(body.more).toBe(false);
    await waitFor(() => arrived.length === 2, { what: 'the replays' });
    expect(arrived).toEqual([oldest, newest]);
    expect((await get(resolved)).resolution?.reason).toBe('by hand');
    const audit = (await api.admin.call('listAudit', { query: { operation: 'replayDeliveries' } })).body.items;
    expect(audit).toMatchObject([{ changes: [{ field: 'replay', to: [oldest, newest] }] }]);
  });

  it('reach a target again once it is reset', async () => {
    const delivery = deliveryTo('https://gone.example/in', 'gone');
    await using _ = await deliverWith(api.bus, () => ({
      outcome: 'disable_target',
      code: 'http_410',
      reason: 'Answered 410.',
    }));
    await enqueue(delivery);
    const blocked = await waitFor(
      async () => ((await get(delivery.delivery_id)).target_state ? await get(delivery.delivery_id) : undefined),
      { what: 'the disabled target', timeoutMs: 15_000 },
    );
    expect(blocked.target_state?.disabled?.reason).toBe('Answered 410.');
    const reset = () => api.admin.call('resetTarget', { params: { target_id: blocked.target_id } });
    expect((await reset()).body.was_blocked).toBe(true);
    expect((await reset()).body.was_blocked).toBe(false);
    expect((await get(delivery.delivery_id)).target_state).toBeUndefined();
  });

  it('are for operators to change and for viewers to see', async () => {
    const { token } = (await api.admin.call('createToken', { body: { name: 'eyes', role: 'viewer' } })).body;
    const viewer = api.as(token);
    await viewer.call('listDeliveries', { query: {} });
    const params = { delivery_id: 'dlv_none' };
    await expect(viewer.call('replayDelivery', { params })).rejects.toSatisfy(refused('forbidden'));
    await expect(viewer.call('cancelDelivery', { params })).rejects.toSatisfy(refused('forbidden'));
    await expect(viewer.call('replayDeliveries', { body: {} })).rejects.toSatisfy(refused('forbidden'));
  });
});
