import { generateKey, parseKeyring, secretOf } from '@trunkline/secrets';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawRequest } from '../testing/raw-request.ts';
import { startTestApi, testAdminToken, type TestApi } from '../testing/start-test-api.ts';

const keyring = parseKeyring(generateKey('shared'));
let now = Date.now();
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ now: () => now, keyring });
});
afterAll(() => api[Symbol.asyncDispose]());

interface Session {
  cookie: string;
  csrf: string;
  setCookie: string;
}

async function signIn(token: string, headers: Record<string, string> = {}, at = api): Promise<Response> {
  return at.fetch(`${at.url}/v1/console/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ token }),
  });
}

async function signedIn(token: string): Promise<Session> {
  const response = await signIn(token);
  expect(response.status).toBe(201);
  const setCookie = response.headers.get('set-cookie') ?? '';
  const { csrf_token: csrf } = (await response.json()) as { csrf_token: string };
  return { cookie: setCookie.split(';')[0] ?? '', csrf, setCookie };
}

const session = ({ cookie }: Pick<Session, 'cookie'>, at = api) =>
  at.fetch(`${at.url}/v1/console/session`, { headers: { cookie } });

function makeToken(session: Session, headers: Record<string, string>): Promise<Response> {
  return api.fetch(`${api.url}/v1/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie: session.cookie, ...headers },
    body: JSON.stringify({ name: 'made in the console', role: 'viewer' }),
  });
}

async function refusalOf(response: Response): Promise<string> {
  return ((await response.json()) as { code: string }).code;
}

describe('a console session', () => {
  it('lives in a cookie that scripts cannot read, and tells who is signed in', async () => {
    const { body } = await api.admin.call('createToken', { body: { name: 'ana', role: 'operator' } });
    const ana = await signedIn(body.token);
    expect(ana.setCookie).toMatch(/^trunkline=[\w-]+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43\d{3}$/);
    expect(ana.cookie).not.toContain(body.token);
    const seen = await session(ana);
    expect(await seen.json()).toMatchObject({ name: 'ana', role: 'operator', csrf_token: ana.csrf });
  });

  it('needs the session’s own csrf_token for each change, from a page of ours', async () => {
    const admin = await signedIn(testAdminToken);
    const other = await signedIn(testAdminToken);
    const origin = api.url;
    expect(await refusalOf(await makeToken(admin, { origin }))).toBe('cross_site_refused');
    expect(await refusalOf(await makeToken(admin, { 'x-csrf-token': other.csrf }))).toBe('cross_site_refused');
    const own = { 'x-csrf-token': admin.csrf };
    const foreigners: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const foreign of foreigners)
      expect(await refusalOf(await makeToken(admin, { ...own, ...foreign }))).toBe('cross_site_refused');
    expect((await makeToken(admin, { ...own, origin, 'sec-fetch-site': 'same-origin' })).status).toBe(201);
  });

  it('is in the audit trail under the name of its token', async () => {
    const { body } = await api.admin.call('createToken', { body: { name: 'bo', role: 'admin' } });
    const bo = await signedIn(body.token);
    await makeToken(bo, { 'x-csrf-token': bo.csrf });
    const { items } = (await api.admin.call('listAudit', { query: { by: 'bo' } })).body;
    expect(items).toMatchObject([
      { operation: 'createToken', by: { token_id: body.token_id, name: 'bo', role: 'admin' } },
    ]);
  });

  it('ends at once with its token: revoked, expired, or a start-up token that is another now', async () => {
    const { body } = await api.admin.call('createToken', { body: { name: 'gone', role: 'viewer' } });
    const revoked = await signedIn(body.token);
    await api.admin.call('revokeToken', { params: { token_id: body.token_id } });
    expect((await session(revoked)).status).toBe(401);

    const short = { name: 'short', role: 'viewer', expires_in_seconds: 60 } as const;
    const expiring = await signedIn((await api.admin.call('createToken', { body: short })).body.token);
    expect(expiring.setCookie).toMatch(/Max-Age=(59|60)/);
    now += 60_000;
    expect((await session(expiring)).status).toBe(401);

    const startUp = await signedIn(testAdminToken);
    await using replaced = await startTestApi({ keyring, adminToken: secretOf('another-start-up-token') });
    expect((await session(startUp, replaced)).status).toBe(401);
  });

  it('holds on another replica with the same keyring, not with another one, and for 12 hours', async () => {
    const admin = await signedIn(testAdminToken);
    await using replica = await startTestApi({ keyring, now: () => now });
    await using stranger = await startTestApi({ now: () => now });
    expect((await session(admin, replica)).status).toBe(200);
    expect((await session(admin, stranger)).status).toBe(401);
    now += 12 * 3_600_000 - 1_000;
    expect((await session(admin)).status).toBe(200);
    now += 1_000;
    expect((await session(admin)).status).toBe(401);
  });

  it('is forgotten by the browser on signing out', async () => {
    const admin = await signedIn(testAdminToken);
    const signOut = (headers: Record<string, string>) =>
      api.fetch(`${api.url}/v1/console/session`, { method: 'DELETE', headers: { cookie: admin.cookie, ...headers } });
    expect((await signOut({})).status).toBe(403);
    const response = await signOut({ 'x-csrf-token': admin.csrf });
    expect(response.status).toBe(204);
    expect(response.headers.get('set-cookie')).toMatch(/^trunkline=; .*Max-Age=0$/);
  });

  it('counts for nothing beside a bearer token, however wrong', async () => {
    const { cookie } = await signedIn(testAdminToken);
    const response = await api.fetch(`${api.url}/v1/whoami`, { headers: { cookie, authorization: 'Bearer wrong' } });
    expect(response.status).toBe(401);
  });
});

const raw = (method: string, headers: Record<string, string>, body?: string) =>
  rawRequest(`${api.url}/v1/console/session`, { method, headers, ...(body !== undefined && { body }) });
const signInAs = (headers: Record<string, string>) =>
  raw('POST', { 'content-type': 'application/json', ...headers }, JSON.stringify({ token: testAdminToken }));

describe('signing in', () => {
  it('is refused to wrong tokens, to other sites, and where the browser would drop the cookie', async () => {
    expect((await signIn('wrong')).status).toBe(401);
    expect(await refusalOf(await signIn(testAdminToken, { origin: 'https://evil.example' }))).toBe(
      'cross_site_refused',
    );
    const far = { host: 'control.example', origin: 'http://control.example' };
    expect(await refusalOf(await signInAs(far))).toBe('tls_required');
  });

  it('sets a cookie that only this very host can have set, and only over TLS, everywhere but on the same machine', async () => {
    const response = await signInAs({ host: 'control.example', origin: 'https://control.example' });
    expect(response.status).toBe(201);
    expect(response.headers.get('set-cookie')).toMatch(/^__Host-trunkline=[\w-]+; Path=\/; .*; Secure$/);
    const sealed = response.headers.get('set-cookie')?.split(';')[0]?.split('=')[1];
    const asks = (cookie: string) => raw('GET', { host: 'control.example', cookie });
    expect((await asks(`__Host-trunkline=${sealed}`)).status).toBe(200);
    expect((await asks(`trunkline=${sealed}`)).status).toBe(401);
  });

  it('is limited when an address guesses, by sign-in and by cookie together', async () => {
    now += 3_600_000;
    for (let guess = 0; guess < 10; guess++) {
      expect((await signIn(`guess ${guess}`)).status).toBe(401);
      expect((await session({ cookie: `trunkline=guess${guess}` })).status).toBe(401);
    }
    expect((await signIn('one more')).status).toBe(429);
    expect((await session({ cookie: 'trunkline=more' })).headers.get('retry-after')).toMatch(/^\d+$/);
    expect((await signIn(testAdminToken)).status).toBe(201);
  });
});
