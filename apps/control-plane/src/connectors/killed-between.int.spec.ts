import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createControlClient, ControlUnreachableError } from '@trunkline/control-api';
import { generateKey, parseKeyring } from '@trunkline/secrets';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, testAdminToken, type TestApi } from '../testing/start-test-api.ts';

const masterKey = generateKey('killed');
let api: TestApi;
const children: ChildProcess[] = [];

beforeAll(async () => {
  api = await startTestApi({ keyring: parseKeyring(masterKey) });
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await api[Symbol.asyncDispose]();
});

/** A change by a control plane that gets SIGKILL after it has stored the secret and before it writes the connector. */
async function putAndDie(name: string, body: Record<string, unknown>): Promise<void> {
  const env = { ...process.env, NATS_URL: api.nats.url, KEYRING: masterKey, ADMIN_TOKEN: testAdminToken };
  const child = fork(join(import.meta.dirname, '../testing/dies-before-write-main.ts'), { env });
  children.push(child);
  const [port]: unknown[] = await once(child, 'message');
  const doomed = createControlClient({ url: `http://127.0.0.1:${String(port)}`, token: testAdminToken });
  const gone = once(child, 'exit');
  await expect(doomed.call('putConnector', { ...at(name), body })).rejects.toThrow(ControlUnreachableError);
  expect(await gone).toEqual([null, 'SIGKILL']);
}

const at = (name: string) => ({ params: { kind: 'http', name } }) as const;
const put = (name: string, body: Record<string, unknown>) => api.admin.call('putConnector', { ...at(name), body });
const get = async (name: string) => (await api.admin.call('getConnector', at(name))).body;

async function values(reference: string): Promise<string[]> {
  const read = await api.knowledge.secrets.read(reference);
  return read.status === 'found' ? read.secrets.map((secret) => secret.expose()) : [];
}

describe('a control plane that is killed between the secret and the connector', () => {
  it('leaves a rotation whose old value counts on and a connector as it was; the change can be made again', async () => {
    const before = await put('rotated', { bearer_token: { value: 'old' }, actor_id: 'before' });
    await putAndDie('rotated', { bearer_token: { value: 'new' }, actor_id: 'after' });

    const view = await get('rotated');
    expect(view).toMatchObject({ etag: before.etag?.replaceAll('"', ''), config: { actor_id: 'before' } });
    const reference = 'connectors.http.rotated.bearer_token';
    expect(await values(reference)).toEqual(['new', 'old']);

    const again = await put('rotated', { bearer_token: { value: 'new' }, actor_id: 'after' });
    expect(again.body).toMatchObject({ config: { actor_id: 'after' }, secrets: { bearer_token: { version: 3 } } });
    expect(await values(reference)).toEqual(['new', 'new', 'old']);
  }, 60_000);

  it('leaves a secret that nobody names and no connector; a later one takes its place', async () => {
    await putAndDie('fresh', { bearer_token: { value: 'lost' } });
    await expect(get('fresh')).rejects.toMatchObject({ problem: { code: 'connector_not_found' } });
    await put('fresh', { bearer_token: { value: 'kept', grace_seconds: 0 } });
    expect(await values('connectors.http.fresh.bearer_token')).toEqual(['kept']);
  }, 60_000);
});
