import { ControlRefusedError } from '@trunkline/control-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, testAdminToken, type TestApi } from '../testing/start-test-api.ts';

let api: TestApi;
let now = Date.now();
beforeAll(async () => {
  api = await startTestApi({ now: () => now });
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
});

const refused = (code: string) => (error: unknown) =>
  error instanceof ControlRefusedError && error.problem.code === code;

describe('tokens', () => {
  it('are shown once, work with their role until they are revoked, and are kept as digests', async () => {
    const { body: made } = await api.admin.call('createToken', { body: { name: 'ci', role: 'viewer' } });
    const viewer = api.as(made.token);
    expect((await viewer.call('whoAmI', {})).body).toEqual({ name: 'ci', role: 'viewer' });
    await expect(viewer.call('createToken', { body: { name: 'x', role: 'admin' } })).rejects.toSatisfy(
      refused('forbidden'),
    );

    const listed = (await api.admin.call('listTokens', {})).body.items;
    expect(listed).toMatchObject([{ token_id: made.token_id, state: 'valid', created_by: 'start-up token' }]);
    expect(JSON.stringify(listed)).not.toContain(made.token);
    for await (const { value } of api.bus.bucket('tokens').entries())
      expect(JSON.stringify(value)).not.toContain(made.token);

    await api.admin.call('revokeToken', { params: { token_id: made.token_id } });
    await expect(viewer.call('whoAmI', {})).rejects.toSatisfy(refused('unauthenticated'));
  });

  it('expire at their time', async () => {
    const body = { name: 'short', role: 'operator', expires_in_seconds: 60 } as const;
    const { token } = (await api.admin.call('createToken', { body })).body;
    now += 59_000;
    expect((await api.as(token).call('whoAmI', {})).body.role).toBe('operator');
    now += 1_000;
    await expect(api.as(token).call('whoAmI', {})).rejects.toSatisfy(refused('unauthenticated'));
  });

  it('are refused when a character differs and when there is none', async () => {
    await expect(api.as(`${testAdminToken}x`).call('whoAmI', {})).rejects.toSatisfy(refused('unauthenticated'));
    await expect(api.as().call('whoAmI', {})).rejects.toSatisfy(refused('unauthenticated'));
  });

  it('are limited when an address guesses', async () => {
    const guess = () => fetch(`${api.url}/v1/whoami`, { headers: { authorization: 'Bearer guess' } });
    for (let failed = 0; failed < 20; failed++) await guess();
    const limited = await guess();
    expect(limited.status).toBe(429);
    expect(limited.headers.get('retry-after')).toMatch(/^\d+$/);
    // Who has the right token is not locked out by who shares his address.
    expect((await api.admin.call('whoAmI', {})).body.role).toBe('admin');
  });

  it('leave a record of who made and revoked them, newest first, in pages', async () => {
    const first = (await api.admin.call('listAudit', { query: { limit: 1 } })).body;
    expect(first.items).toMatchObject([{ operation: 'createToken', by: { name: 'start-up token' } }]);
    const rest = (await api.admin.call('listAudit', { query: { limit: 10, cursor: first.next } })).body;
    expect(rest.items.map(({ operation }) => operation)).toEqual(['revokeToken', 'createToken']);
    expect(rest.next).toBeUndefined();
    const revoked = (await api.admin.call('listAudit', { query: { operation: 'revokeToken' } })).body.items;
    expect(revoked).toMatchObject([{ changes: [{ field: 'state', to: 'revoked' }] }]);
  });

  it('name every mistake of a request, and repeat no value', async () => {
    const headers = { authorization: `Bearer ${testAdminToken}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ name: '', role: 'king-of-secrets', nam: 1 });
    const response = await fetch(`${api.url}/v1/tokens`, { method: 'POST', headers, body });
    const text = await response.text();
    expect(response.status).toBe(400);
    for (const field of ['name', 'role', 'nam']) expect(text).toContain(field);
    expect(text).not.toContain('king-of-secrets');
    expect((await fetch(`${api.url}/v1/tokens?limit=0&curser=x`, { headers })).status).toBe(400);
  });
});
