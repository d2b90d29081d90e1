import { freePort } from '@trunkline/testing';
import { secretOf } from '@trunkline/secrets';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fakeClient, startFakeIssuer, type FakeIssuer } from '../testing/fake-issuer.ts';
import { startTestApi, type TestApi } from '../testing/start-test-api.ts';
import { oidcSignIn, type OidcSettings } from './oidc-sign-in.ts';

let issuer: FakeIssuer;
let api: TestApi;
let now = Date.now();
const publicUrl = 'http://127.0.0.1:8090';

const settings = (oidcIssuer: string): OidcSettings => ({
  publicUrl,
  oidcIssuer,
  oidcClientId: fakeClient.id,
  oidcClientSecret: secretOf(fakeClient.secret),
  oidcScopes: ['email'],
  oidcRoleClaim: 'groups',
  oidcAdminGroup: 'ops-admin',
  oidcOperatorGroup: 'ops',
  oidcViewerGroup: undefined,
});

beforeAll(async () => {
  issuer = await startFakeIssuer();
  api = await startTestApi({ now: () => now, publicUrl, oidc: oidcSignIn(settings(issuer.url)) });
});
beforeEach(() => Object.assign(issuer, { person: ana, forges: false, fails: undefined }));
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
});

const ana = { sub: 'u-17', email: 'ana@example.com', groups: ['ops-admin'] };

const follow = (url: string | URL, headers: Record<string, string> = {}) => fetch(url, { redirect: 'manual', headers });
const cookiesOf = (response: Response) => response.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '');

/** To the provider, as a browser: where it sends back to, and the cookie that the browser has by then. */
async function leave(at = api): Promise<{ back: URL; cookie: string }> {
  const login = await follow(`${at.url}/auth/oidc/login`);
  const there = await follow(login.headers.get('location') ?? '');
  const back = new URL(there.headers.get('location') ?? '');
  return { back: new URL(back.pathname + back.search, at.url), cookie: cookiesOf(login)[0] ?? '' };
}

async function signIn(): Promise<Response> {
  const { back, cookie } = await leave();
  return follow(back, { cookie });
}

const codeIn = async (response: Response) => ((await response.json()) as { code: string }).code;

describe('signing in with an identity provider', () => {
  it('is offered to the console', async () => {
    expect((await api.as().call('signInOptions', {})).body).toEqual({ token: true, oidc_url: '/auth/oidc/login' });
  });

  it('ends with a session of the role that the groups give, and changes under the subject', async () => {
    const response = await signIn();
    expect([response.status, response.headers.get('location')]).toEqual([302, '/']);
    expect(response.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^trunkline=[\w-]+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=(3600|3599)$/),
      expect.stringMatching(/^trunkline-oidc=; .*Max-Age=0$/),
    ]);
    const headers = { cookie: cookiesOf(response)[0] ?? '', 'content-type': 'application/json' };
    const session = await api.fetch(`${api.url}/v1/console/session`, { headers });
    const { csrf_token: csrf, ...who } = (await session.json()) as { csrf_token: string };
    expect(who).toMatchObject({ name: 'ana@example.com', role: 'admin' });

    const body = JSON.stringify({ name: 'by ana', role: 'viewer' });
    const made = await api.fetch(`${api.url}/v1/tokens`, {
      method: 'POST',
      headers: { ...headers, 'x-csrf-token': csrf },
      body,
    });
    expect(made.status).toBe(201);
    const { items } = (await api.admin.call('listAudit', { query: { by: 'ana@example.com' } })).body;
    expect(items).toMatchObject([{ by: { token_id: 'oidc:u-17', name: 'ana@example.com', role: 'admin' } }]);

    now += 3_600_000;
    expect((await api.fetch(`${api.url}/v1/console/session`, { headers })).status).toBe(401);
  });

  it('asks with PKCE, state and nonce, and keeps what it must remember out of the reach of scripts', async () => {
    const login = await follow(`${api.url}/auth/oidc/login`);
    const asked = new URL(login.headers.get('location') ?? '').searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({
      response_type: 'code',
      client_id: fakeClient.id,
      redirect_uri: `${publicUrl}/auth/oidc/callback`,
      scope: 'openid email',
      code_challenge_method: 'S256',
      state: expect.stringMatching(/^[\w-]{20,}$/),
      nonce: expect.stringMatching(/^[\w-]{20,}$/),
    });
    const [cookie = ''] = login.headers.getSetCookie();
    expect(cookie).toMatch(/^trunkline-oidc=[\w-]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600$/);
    expect(cookie).not.toContain(asked.get('state'));
  });

  it('is refused to people without a group that has a role', async () => {
    issuer.person = { sub: 'u-18', groups: ['sales'] };
    const response = await signIn();
    expect([response.status, await codeIn(response)]).toEqual([403, 'forbidden']);
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  it.each([
    {
      fault: 'an answer that another browser asked for',
      of: async () => follow((await leave()).back, { cookie: (await leave()).cookie }),
    },
    { fault: 'an answer that nobody asked for', of: async () => follow((await leave()).back) },
    {
      fault: 'an answer that comes twice',
      of: async () => {
        const { back, cookie } = await leave();
        await follow(back, { cookie });
        return follow(back, { cookie });
      },
    },
    {
      fault: 'an answer after ten minutes',
      of: async () => {
        const { back, cookie } = await leave();
        now += 600_001;
        return follow(back, { cookie });
      },
    },
    { fault: 'a forged signature', of: () => signInAfter({ forges: true }) },
    { fault: 'a token for another client', of: () => signInAfter({ person: { ...ana, aud: 'another' } }) },
    { fault: 'a token of another sign-in', of: () => signInAfter({ person: { ...ana, nonce: 'replayed' } }) },
    { fault: 'a token of another issuer', of: () => signInAfter({ person: { ...ana, iss: 'https://evil.example' } }) },
    { fault: 'an expired token', of: () => signInAfter({ person: { ...ana, exp: 1_000 } }) },
  ])('refuses $fault', async ({ of }) => {
    const response = await of();
    expect([response.status, await codeIn(response)]).toEqual([401, 'sign_in_failed']);
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  it('says so when the provider fails, or is away; it need not be there at the start', async () => {
    issuer.fails = 500;
    expect(await codeIn(await signIn())).toBe('identity_provider_unavailable');

    const port = await freePort();
    await using alone = await startTestApi({ publicUrl, oidc: oidcSignIn(settings(`http://127.0.0.1:${port}`)) });
    const login = await follow(`${alone.url}/auth/oidc/login`);
    expect([login.status, await codeIn(login)]).toEqual([503, 'identity_provider_unavailable']);
    expect((await alone.admin.call('whoAmI', {})).body.role).toBe('admin');
  });

  it('logs who came and why somebody did not, no code and no token', async () => {
    const log = api.logged.join('');
    for (const part of ['console.signed-in', 'u-17', 'console.sign-in-refused', 'invalid_grant'])
      expect(log).toContain(part);
    expect(log).not.toMatch(/eyJ|code=|code_verifier/);
  });
});

async function signInAfter(change: Partial<FakeIssuer>): Promise<Response> {
  Object.assign(issuer, change);
  return signIn();
}

describe('oidcSignIn', () => {
  it('names everything that is missing', () => {
    const all = settings('https://id.example');
    expect(oidcSignIn({ ...all, oidcIssuer: undefined })).toBeUndefined();
    const lacking = {
      publicUrl: undefined,
      oidcClientId: undefined,
      oidcAdminGroup: undefined,
      oidcOperatorGroup: undefined,
    };
    expect(() => oidcSignIn({ ...all, ...lacking })).toThrow(
      /--public-url, --oidc-client-id, one of --oidc-admin-group/,
    );
  });
});
