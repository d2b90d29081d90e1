import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ControlRefusedError, type ConnectorView } from '@trunkline/control-api';
import { connectorKey } from '@trunkline/inventory';
import { sessionKey, type SessionRecord } from '@trunkline/sessions';
import { tempDir, waitFor, type TempDir } from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, testAdminToken, type TestApi } from '../testing/start-test-api.ts';
import { createSecretStore } from '@trunkline/secrets';

let api: TestApi;
let dir: TempDir;

const file = `[[http_connectors]]
name = "from-file"
bearer_token_env = "FILE_TOKEN"
default_reply_targets = [{ type = "slack", connector = "named-by-file", channel_id = "C1" }]
`;

beforeAll(async () => {
  dir = await tempDir();
  const connectorsConfig = join(dir.path, 'connectors.toml');
  await writeFile(connectorsConfig, file);
  api = await startTestApi({ connectorsConfig });
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

type Kind = ConnectorView['kind'];
const at = (name: string, kind: Kind = 'http') => ({ params: { kind, name } });
const put = (
  name: string,
  body: Record<string, unknown>,
  more: { kind?: Kind; ifMatch?: string; dry?: boolean } = {},
) =>
  api.admin.call('putConnector', {
    ...at(name, more.kind),
    query: more.dry ? { dry_run: 'true' } : {},
    body,
    ...(more.ifMatch !== undefined && { ifMatch: more.ifMatch }),
  });
const get = async (name: string, kind?: Kind) => (await api.admin.call('getConnector', at(name, kind))).body;
const open = { allow_unauthenticated_ingress: true };

async function refusal(call: Promise<unknown>) {
  const error: unknown = await call.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (error instanceof ControlRefusedError) return { ...error.problem };
  throw new Error('It was not refused.', { cause: error });
}

const stored = async (name: string, kind: Kind = 'http') =>
  (await api.bus.bucket<{ config: object }>('connectors').get(connectorKey(kind, name)))?.value.config;

/** What the gateway would get. */
async function secretValues(reference: string): Promise<string[]> {
  const read = await createSecretStore({
    bucket: api.bus.bucket('secrets'),
    keyring: api.keyring,
    now: Date.now,
    random: Math.random,
  }).read(reference);
  return read.status === 'found' ? read.secrets.map((secret) => secret.expose()) : [];
}

const isSuperset = (view: object, of: object) => expect(view).toMatchObject(of);

describe('PUT', () => {
  it('creates, then changes only what it is given, and takes null as the default', async () => {
    const made = await put('upsert', { ...open, actor_id: 'me', wait_ms: 5 });
    isSuperset(made.body, { source: 'runtime', dry_run: false, config: { actor_id: 'me', wait_ms: 5 } });
    expect(made.body.changes).toEqual([
      { field: 'allow_unauthenticated_ingress', to: true },
      { field: 'actor_id', to: 'me' },
      { field: 'wait_ms', to: 5 },
    ]);
    const changed = await put('upsert', { actor_id: 'you', wait_ms: null });
    isSuperset(changed.body.config, { actor_id: 'you', wait_ms: 2000, allow_unauthenticated_ingress: true });
    expect(changed.body.changes).toEqual([
      { field: 'actor_id', from: 'me', to: 'you' },
      { field: 'wait_ms', from: 5, to: 2000 },
    ]);
    expect(await stored('upsert')).toEqual({ name: 'upsert', ...open, actor_id: 'you' });
    expect(changed.etag).not.toBe(made.etag);
    expect((await get('upsert')).created_at).toBe(made.body.created_at);
  });

  it('takes back what it shows', async () => {
    await put('round', { ...open, session_policy: { persona_id: 'p' }, default_binding_keys: ['b', 'a'] });
    const view = await get('round');
    const again = await put('round', view.config);
    expect(again.body.changes).toEqual([]);
    expect(again.body.etag).toBe(view.etag);
  });

  it.each([
    { body: { ...open, wiat_ms: 5 }, says: 'did you mean "wait_ms"', because: 'an unknown key' },
    { body: { ...open, wait_ms: 40_000 }, says: 'wait_ms must be', because: 'a value out of range' },
    { body: {}, says: 'needs bearer_token', because: 'a connector that lets everybody in' },
    { body: { bearer_token: 'hunter2' }, says: '{"value"', because: 'a secret in plain sight' },
    { body: { bearer_token: { value: 'hunter2 x' } }, says: 'without whitespace', because: 'a value that cannot work' },
    { body: { bearer_token: { secret_ref: 'connectors.slack.x' } }, says: 'shared.', because: 'a reference of others' },
  ])('refuses $because, and writes nothing', async ({ body, says }) => {
    const refused = await refusal(put('refused', { ...body }));
    expect(refused).toMatchObject({ code: 'connector_invalid', status: 400 });
    expect(refused.detail).toContain(says);
    expect(JSON.stringify(refused)).not.toContain('hunter2');
    expect(await stored('refused')).toBeUndefined();
    expect(await secretValues('connectors.http.refused.bearer_token')).toEqual([]);
  });

  it('does nothing in a dry run but say what would change', async () => {
    const planned = await put('dry', { bearer_token: { value: 'hunter2' }, wait_ms: 7 }, { dry: true });
    isSuperset(planned.body, { dry_run: true, config: { wait_ms: 7 } });
    expect(planned.body.changes).toContainEqual({
      field: 'bearer_token',
      to: { source: 'secret_ref', secret_ref: 'connectors.http.dry.bearer_token', new_value: true },
    });
    expect(JSON.stringify(planned)).not.toContain('hunter2');
    expect(planned.etag).toBeUndefined();
    expect(await stored('dry')).toBeUndefined();
    expect(await secretValues('connectors.http.dry.bearer_token')).toEqual([]);
    expect((await refusal(put('dry', { wiat_ms: 7 }, { dry: true }))).code).toBe('connector_invalid');
  });

  it('keeps the platform of an external connector', async () => {
    const external = { kind: 'external' } as const;
    await put('side', { platform: 'discord', base_url: 'https://s.example', shared_token_env: 'T' }, external);
    const refused = await refusal(put('side', { platform: 'matrix' }, external));
    expect(refused).toMatchObject({ code: 'connector_platform_immutable', status: 409 });
    expect((await refusal(put('side', { platform: null }, external))).code).toBe('connector_invalid');
    expect(
      (await put('side', { platform: 'discord', include_self_output: false }, external)).body.changes,
    ).toHaveLength(1);
  });

  it('leaves connectors of the file alone', async () => {
    const { params } = at('from-file');
    expect(await refusal(put('from-file', { wait_ms: 1 }))).toMatchObject({
      code: 'connector_file_backed',
      status: 409,
    });
    for (const operation of ['enableConnector', 'disableConnector', 'deleteConnector'] as const) {
      expect((await refusal(api.admin.call(operation, { params }))).code).toBe('connector_file_backed');
    }
    const headers = {
      authorization: `Bearer ${testAdminToken}`,
      'content-type': 'application/json',
      'if-none-match': '*',
    };
    const create = (name: string) =>
      fetch(`${api.url}/v1/runtime/connectors/http/${name}`, { method: 'PUT', headers, body: JSON.stringify(open) });
    expect(await (await create('from-file')).json()).toMatchObject({ code: 'connector_name_taken' });
    expect((await create('only-new')).status).toBe(201);
    expect((await create('only-new')).status).toBe(412);
    const view = await get('from-file');
    isSuperset(view, {
      source: 'file',
      secrets: { bearer_token: { configured: true, source: 'env', env: 'FILE_TOKEN' } },
    });
    expect(view.etag).toMatch(/^file-[0-9a-f]{16}$/);
  });
});

describe('secrets of a connector', () => {
  const reference = 'connectors.http.keeper.bearer_token';

  it('go in as values, are kept under the conventional reference and never come out', async () => {
    const { body } = await put('keeper', { bearer_token: { value: 'hunter2-one' } });
    isSuperset(body.secrets['bearer_token'] ?? {}, {
      configured: true,
      source: 'secret_ref',
      secret_ref: reference,
      version: 1,
    });
    expect(await stored('keeper')).toEqual({ name: 'keeper', bearer_token_secret_ref: reference });
    const rotated = await put('keeper', { bearer_token: { value: 'hunter2-two' } });
    isSuperset(rotated.body.secrets['bearer_token'] ?? {}, { version: 2 });
    expect(rotated.body.etag).not.toBe(body.etag);
    expect(await secretValues(reference)).toEqual(['hunter2-two', 'hunter2-one']);
    await put('keeper', { bearer_token: { value: 'hunter2-three', grace_seconds: 0 } });
    expect(await secretValues(reference)).toEqual(['hunter2-three']);

    const audit = (await api.admin.call('listAudit', { query: { kind: 'http', name: 'keeper' } })).body;
    expect(audit.items[0]?.changes).toEqual([
      { field: 'bearer_token', from: expect.anything(), to: expect.objectContaining({ new_value: true }) },
    ]);
    const list = (await api.admin.call('listConnectors', {})).body;
    for (const told of [body, rotated, audit, list, api.logged]) expect(JSON.stringify(told)).not.toContain('hunter2');
  });

  it('are deleted when the connector lets go of them, unless another names them', async () => {
    await put('borrower', { bearer_token: { secret_ref: reference } });
    await waitFor(() => api.knowledge.inventory.get('http', 'borrower'), { what: 'the borrower' });
    await put('keeper', { bearer_token: { env: 'X' } });
    expect(await secretValues(reference)).toEqual(['hunter2-three']);
    await put('keeper', { bearer_token: { secret_ref: reference } });
    await api.admin.call('deleteConnector', at('borrower'));
    await waitFor(() => !api.knowledge.inventory.get('http', 'borrower'), { what: 'the borrower to go' });
    await put('keeper', { bearer_token: null, ...open });
    expect(await secretValues(reference)).toEqual([]);
    isSuperset((await get('keeper')).secrets, { bearer_token: { configured: false } });
  });

  it('degrade the connector in its view when nothing is stored', async () => {
    const { body } = await put('lacks', { bearer_token: { secret_ref: 'shared.nothing' } });
    isSuperset(body, { state: 'degraded', reason: 'bearer_token: secret "shared.nothing" is not set' });
  });
});

describe('two who write at once', () => {
  it('with the same entity tag: one is told, nothing of his is left', async () => {
    const { etag = '' } = await put('race', { ...open, bearer_token: { value: 'before' } });
    const writes = ['ana', 'bob'].map((who) =>
      put('race', { actor_id: who, bearer_token: { value: who } }, { ifMatch: etag }),
    );
    const done = await Promise.allSettled(writes);
    const lost = done.filter((one) => one.status === 'rejected');
    expect(lost).toHaveLength(1);
    expect(lost[0]?.reason).toMatchObject({ problem: { code: 'precondition_failed', status: 412 } });
    const winner = done[0]?.status === 'fulfilled' ? 'ana' : 'bob';
    expect((await get('race')).config['actor_id']).toBe(winner);
    expect(await secretValues('connectors.http.race.bearer_token')).toEqual([winner, 'before']);
    expect((await refusal(put('race', open, { ifMatch: etag }))).status).toBe(412);
    expect((await refusal(put('never', open, { ifMatch: '*' }))).status).toBe(412);
  });

  it('without one: no field is lost', async () => {
    await put('merge', open);
    const fields = {
      actor_id: 'a',
      wait_ms: 1,
      signature_max_age_seconds: 9,
      allow_private_network: true,
      enabled: false,
    };
    await Promise.all(Object.entries(fields).map(([field, value]) => put('merge', { [field]: value })));
    isSuperset((await get('merge')).config, fields);
  });

  it('enable and disable keep to the entity tag', async () => {
    const { etag = '' } = await put('switch', open);
    const off = await api.admin.call('disableConnector', { ...at('switch'), ifMatch: etag });
    isSuperset(off.body, { state: 'disabled', changes: [{ field: 'enabled', from: true, to: false }] });
    expect((await refusal(api.admin.call('enableConnector', { ...at('switch'), ifMatch: etag }))).status).toBe(412);
    isSuperset((await api.admin.call('enableConnector', at('switch'))).body, { config: { enabled: true } });
    expect((await refusal(api.admin.call('enableConnector', at('nobody')))).code).toBe('connector_not_found');
  });
});

describe('DELETE', () => {
  const target = { type: 'slack', connector: 'wanted', channel_id: 'C1' } as const;
  const other = { type: 'slack', connector: 'else', channel_id: 'C1' } as const;
  const session: SessionRecord = {
    v: 1,
    session_id: 'refers',
    generation: 1,
    created_at: new Date().toISOString(),
    capability_scope: {},
    credential_scope: {},
    reply_targets: [other, target],
  };

  it('is refused while something refers to the connector; force clears it and takes its own secrets along', async () => {
    await put('wanted', { signing_secret: { value: 'hunter2' } }, { kind: 'slack' });
    await put('refers', {
      ...open,
      default_reply_targets: [target, { plugin: 'slack', address: JSON.stringify(other) }],
    });
    const sessions = api.bus.bucket<SessionRecord>('sessions');
    await sessions.put(sessionKey('refers'), session);
    await sessions.put(sessionKey('ended'), { ...session, session_id: 'ended', ended_at: session.created_at });

    const refused = await refusal(api.admin.call('deleteConnector', at('wanted', 'slack')));
    expect(refused).toMatchObject({ code: 'connector_in_use', connectors: ['http/refers'], sessions: ['refers'] });
    const { body } = await api.admin.call('deleteConnector', { ...at('wanted', 'slack'), query: { force: 'true' } });
    expect(body).toEqual({
      deleted_secrets: ['connectors.slack.wanted.signing_secret'],
      cleared: { connectors: ['http/refers'], sessions: ['refers'] },
    });
    expect((await get('refers')).config['default_reply_targets']).toEqual([other]);
    expect((await sessions.get(sessionKey('refers')))?.value.reply_targets).toEqual([other]);
    expect(await secretValues('connectors.slack.wanted.signing_secret')).toEqual([]);
    expect((await refusal(get('wanted', 'slack'))).code).toBe('connector_not_found');
  });

  it('is refused even by force while the file refers to it', async () => {
    await put('named-by-file', { signing_secret_env: 'S' }, { kind: 'slack' });
    const call = { ...at('named-by-file', 'slack'), query: { force: 'true' } } as const;
    const refused = await refusal(api.admin.call('deleteConnector', call));
    expect(refused).toMatchObject({ code: 'connector_in_use', connectors: ['http/from-file'] });
    expect(refused.detail).toContain('edit the file first');
  });

  it('keeps to the entity tag, and mends nothing that it cannot read', async () => {
    const { etag = '' } = await put('tagged', open);
    await put('tagged', { wait_ms: 1 });
    expect((await refusal(api.admin.call('deleteConnector', { ...at('tagged'), ifMatch: etag }))).status).toBe(412);
    await api.bus.bucket('connectors').put('http.broken', { config: { name: 'broken', of: 'old' } });
    isSuperset(await get('broken'), { state: 'degraded', reason: expect.stringContaining('unknown key "of"') });
    await api.admin.call('deleteConnector', at('broken'));
    expect((await refusal(api.admin.call('deleteConnector', at('broken')))).code).toBe('connector_not_found');
  });
});

describe('the list', () => {
  it('is paged in one order and filtered', async () => {
    for (const name of ['list-b', 'list-a', 'list.c', 'list-d']) await put(name, open);
    await api.admin.call('disableConnector', at('list-d'));
    const names = async (query: object) =>
      (await api.admin.call('listConnectors', { query })).body.items.map(({ name }) => name);
    const all = ['list-a', 'list-b', 'list-d', 'list.c'];
    await waitFor(async () => (await names({ q: 'list', state: 'disabled' })).length === 1, { what: 'the list' });
    expect(await names({ q: 'list' })).toEqual(all);
    expect(await names({ q: 'list', state: 'disabled' })).toEqual(['list-d']);
    expect(await names({ source: 'file' })).toEqual(['from-file']);
    expect(await names({ kind: 'external' })).toEqual(['side']);

    const paged: string[] = [];
    let cursor: string | undefined;
    do {
      const query = { q: 'list', limit: 1, ...(cursor !== undefined && { cursor }) };
      const { items, next } = (await api.admin.call('listConnectors', { query })).body;
      paged.push(...items.map(({ name }) => name));
      cursor = next;
    } while (cursor !== undefined);
    expect(paged).toEqual(all);
  });

  it('shows each of thousands once, while others come and go', async () => {
    const bucket = api.bus.bucket('connectors');
    const names = Array.from({ length: 2_300 }, (_, n) => `many-${String(n).padStart(4, '0')}`);
    const write = (name: string) =>
      bucket.put(connectorKey('telegram', name), { config: { name, secret_token_env: 'T' } });
    await Promise.all(names.map(write));
    const { inventory } = api.knowledge;
    await waitFor(() => inventory.list('telegram').length === names.length, { what: 'all of them', timeoutMs: 20_000 });

    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const query = { kind: 'telegram', limit: 500, ...(cursor !== undefined && { cursor }) } as const;
      const { items, next } = (await api.admin.call('listConnectors', { query })).body;
      seen.push(...items.map(({ name }) => name));
      if (seen.length === 500) {
        // The entry that the cursor names, one that was shown, one to come, and new ones on both sides.
        for (const gone of ['many-0499', 'many-0001', 'many-1999']) await bucket.delete(connectorKey('telegram', gone));
        for (const come of ['many-0000a', 'many-2000a']) await write(come);
        await waitFor(() => inventory.get('telegram', 'many-2000a') && !inventory.get('telegram', 'many-1999'), {
          what: 'the changes',
        });
      }
      cursor = next;
    } while (cursor !== undefined);
    const expected = [...names.filter((name) => name !== 'many-1999'), 'many-2000a'].sort();
    expect(seen).toEqual(expected);
  }, 60_000);

  it('may be read by a viewer, who changes nothing; an operator switches only', async () => {
    const make = async (role: 'viewer' | 'operator') =>
      api.as((await api.admin.call('createToken', { body: { name: role, role } })).body.token);
    const [viewer, operator] = [await make('viewer'), await make('operator')];
    expect((await viewer.call('listConnectors', {})).body.items.length).toBeGreaterThan(3);
    expect((await refusal(viewer.call('disableConnector', at('list-a')))).code).toBe('forbidden');
    isSuperset((await operator.call('disableConnector', at('list-a'))).body, { state: 'disabled' });
    expect((await refusal(operator.call('putConnector', { ...at('list-a'), body: {} }))).code).toBe('forbidden');
    expect((await refusal(operator.call('deleteConnector', at('list-a')))).code).toBe('forbidden');
  });
});
