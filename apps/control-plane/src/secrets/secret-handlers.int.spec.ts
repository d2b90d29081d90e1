import { ControlRefusedError } from '@trunkline/control-api';
import { connectorKey } from '@trunkline/inventory';
import { createSecretStore, generateKey, parseKeyring } from '@trunkline/secrets';
import { findLeaks, findLeaksInFolder, waitFor } from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../testing/start-test-api.ts';

const keys = { old: generateKey('old'), new: generateKey('new') };
const hidden = ['hidden-first-value', 'hidden-second-value', 'hidden-third-value'] as const;
const reference = 'connectors.http.orders.bearer_token';
const params = { reference };

let api: TestApi;
const answers: string[] = [];

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const refused = (code: string) => (error: unknown) => {
  if (!(error instanceof ControlRefusedError)) return false;
  answers.push(JSON.stringify(error.problem));
  return error.problem.code === code;
};

async function set(value: string, more: { grace_seconds?: number; ifMatch?: string } = {}) {
  const { ifMatch, ...rest } = more;
  const call = { params, body: { value, ...rest }, ...(ifMatch !== undefined && { ifMatch }) };
  const received = await api.admin.call('setSecret', call);
  answers.push(JSON.stringify(received.body));
  return received;
}

async function list(query: { prefix?: string; limit?: number; cursor?: string } = {}) {
  const { body } = await api.admin.call('listSecrets', { query });
  answers.push(JSON.stringify(body));
  return body;
}

describe('secrets over the API', () => {
  it('are versions: the value before counts for its grace window, and no answer shows one', async () => {
    expect((await set(hidden[0])).body).toMatchObject({ reference, configured: true, version: 1, versions: [{}] });
    const second = await set(hidden[1], { grace_seconds: 60 });
    expect(second).toMatchObject({ etag: '"2"', body: { version: 2, versions: [{ version: 2 }, { version: 1 }] } });
    const expires = Date.parse(second.body.versions[1]?.expires_at ?? '');
    expect(expires - Date.parse(second.body.updated_at)).toBe(60_000);
    expect((await set(hidden[2], { grace_seconds: 0 })).body.versions).toMatchObject([{ version: 3 }]);
  });

  it('are written only over what their writer has seen, if he says so', async () => {
    await expect(set('late', { ifMatch: '"2"' })).rejects.toSatisfy(refused('precondition_failed'));
    const remove = api.admin.call('deleteSecret', { params, ifMatch: '"2"' });
    await expect(remove).rejects.toSatisfy(refused('precondition_failed'));
    const writers = ['a', 'b', 'c'].map((name) => set(`value-${name}`, { ifMatch: '"3"' }));
    const outcomes = await Promise.allSettled(writers);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await set(hidden[2], { grace_seconds: 0 });
  });

  it.each([
    { value: ' ', because: 'blank' },
    { value: 'hidden-'.repeat(10_000), because: 'longer than 65536 bytes' },
  ])('are refused when they are $because, without being repeated', async ({ value, because }) => {
    const response = set(value);
    await expect(response).rejects.toSatisfy(refused('payload_invalid'));
    await expect(response).rejects.toThrow(because);
    await expect(response).rejects.not.toThrow('hidden-');
  });

  it('are listed in pages, by what their reference begins with', async () => {
    for (const name of ['a', 'b']) {
      await api.admin.call('setSecret', { params: { reference: `shared.${name}` }, body: { value: 'hidden-shared' } });
    }
    await waitFor(async () => (await list()).items.length === 3, { what: 'the list to know' });
    const first = await list({ limit: 2 });
    expect(first.items.map((view) => view.reference)).toEqual([reference, 'shared.a']);
    expect((await list({ limit: 2, cursor: first.next ?? '' })).items).toMatchObject([{ reference: 'shared.b' }]);
    expect((await list({ prefix: 'shared.' })).items).toHaveLength(2);
  });

  it('are not deleted while a connector of any state refers to them', async () => {
    const connectors = api.bus.bucket('connectors');
    const key = connectorKey('http', 'orders');
    await connectors.put(key, { config: { name: 'orders', enabled: false, bearer_token_secret_ref: reference } });
    const remove = () => api.admin.call('deleteSecret', { params });
    await waitFor(async () => remove().then(() => true, refused('secret_in_use')), { what: 'the connector' });
    await expect(remove()).rejects.toMatchObject({ problem: { connectors: ['http/orders'] } });
    await connectors.delete(key);
    await waitFor(() => remove().then(() => true), { what: 'nobody to refer to it' });
    await expect(remove()).rejects.toSatisfy(refused('secret_not_found'));
    const listed = async () => (await list()).items.map((view) => view.reference);
    await waitFor(async () => !(await listed()).includes(reference), { what: 'the list to know' });
  });

  it('are encrypted anew with the first key, and what cannot be decrypted is named', async () => {
    await using other = await startTestApi({ keyring: parseKeyring(`${keys.new} ${keys.old}`) });
    const sealedWith = (key: string) =>
      createSecretStore({
        ...{ bucket: other.bus.bucket('secrets'), keyring: parseKeyring(key), now: Date.now, random: Math.random },
      });
    for (let n = 0; n < 40; n++) await sealedWith(keys.old).set(`shared.s${n}`, `hidden-value-${n}`);
    await sealedWith(generateKey('lost')).set('shared.lost', 'hidden-lost-value');
    const rekey = async () => (await other.admin.call('rekeySecrets', {})).body;
    const first = await rekey();
    expect(first).toMatchObject({ key_id: 'new', keys: ['new', 'old'], rekeyed: 40, unchanged: 0 });
    expect(first.failed).toEqual([{ reference: 'shared.lost', reason: expect.stringContaining('key "lost"') }]);
    expect(await rekey()).toMatchObject({ rekeyed: 0, unchanged: 40 });
  });

  it('leave records of who set and deleted them', async () => {
    const { items } = (await api.admin.call('listAudit', { query: { limit: 50 } })).body;
    answers.push(JSON.stringify(items));
    expect(items.map(({ operation }) => operation)).toContain('setSecret');
    const deleted = items.find(({ operation }) => operation === 'deleteSecret');
    expect(deleted).toMatchObject({ target: { reference }, by: { role: 'admin' } });
  });

  it('are for admins to write', async () => {
    const made = await api.admin.call('createToken', { body: { name: 'op', role: 'operator' } });
    const operator = api.as(made.body.token);
    expect((await operator.call('listSecrets', {})).body.items).not.toEqual([]);
    const body = { value: 'hidden-by-nobody' };
    await expect(operator.call('setSecret', { params, body })).rejects.toSatisfy(refused('forbidden'));
    await expect(operator.call('deleteSecret', { params })).rejects.toSatisfy(refused('forbidden'));
    await expect(operator.call('rekeySecrets', {})).rejects.toSatisfy(refused('forbidden'));
  });

  it('come out nowhere: not in answers, the log, or what the server keeps', async () => {
    const all = [...hidden, 'hidden-shared', 'hidden-by-nobody'];
    const outcomes = [
      { where: 'an answer', text: answers.join('\n') },
      { where: 'the log', text: api.logged.join('\n') },
    ];
    expect(findLeaks(outcomes, all)).toEqual([]);
    expect(await findLeaksInFolder(api.nats.storeDir, all)).toEqual([]);
  });
});
