import { secretOf } from '@trunkline/secrets';
import { freePort } from '@trunkline/testing';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oidcSignIn } from '../oidc/oidc-sign-in.ts';
import { fakeClient, startFakeIssuer } from '../testing/fake-issuer.ts';
import { hasBrowser, openBrowser } from '@trunkline/testing/browser';
import { startTestApi, testAdminToken, type TestApi } from '../testing/start-test-api.ts';

describe.skipIf(!hasBrowser)('signed in with a browser', () => {
  let browser: Browser;
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await api[Symbol.asyncDispose]();
  });

  /** A page of the control plane's own, as the console will be: its policy lets it call the API. */
  const ownPage = async (url: string): Promise<Page> => {
    const context = await browser.newContext({ bypassCSP: true });
    const page = await context.newPage();
    await page.goto(url);
    return page;
  };

  const call = (
    page: Page,
    path: string,
    init: object = {},
  ): Promise<{ status: number; body: Record<string, unknown> }> =>
    page.evaluate(
      async ({ path, init }) => {
        const response = await fetch(path, init);
        const text = await response.text();
        return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
      },
      { path, init },
    );

  const post = (body: object, headers: object = {}) => ({
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

  const signedIn = async (page: Page): Promise<string> => {
    const { status, body } = await call(page, '/v1/console/session', post({ token: testAdminToken }));
    expect(status).toBe(201);
    return String(body['csrf_token']);
  };

  it('the browser keeps a session that no script sees, changes things with the csrf_token, and forgets it', async () => {
    const page = await ownPage(api.url);
    const csrf = await signedIn(page);
    expect(await page.evaluate('document.cookie')).toBe('');
    await page.reload();
    expect((await call(page, '/v1/console/session')).body).toMatchObject({ role: 'admin', csrf_token: csrf });
    const token = { name: 'from the page', role: 'viewer' };
    expect((await call(page, '/v1/tokens', post(token))).status).toBe(403);
    expect((await call(page, '/v1/tokens', post(token, { 'x-csrf-token': csrf }))).status).toBe(201);
    const signOut = { method: 'DELETE', headers: { 'x-csrf-token': csrf } };
    expect((await call(page, '/v1/console/session', signOut)).status).toBe(204);
    expect((await call(page, '/v1/console/session')).status).toBe(401);
  });

  it('a page of another site can neither read nor change anything, nor sign the browser in', async () => {
    const page = await ownPage(api.url);
    await signedIn(page);
    await using other = await startTestApi();
    // The same browser, another site: names differ.
    await page.goto(other.url.replace('127.0.0.1', 'localhost'));
    const before = (await api.admin.call('listTokens', {})).body.items.length;
    for (const mode of ['cors', 'no-cors'])
      for (const init of [{ mode }, { mode, method: 'POST', body: '{"name":"evil","role":"admin"}' }]) {
        const got = await page.evaluate(
          ({ url, init }) =>
            fetch(url, { credentials: 'include', ...init }).then(
              (response) => response.type,
              () => 'refused',
            ),
          { url: `${api.url}/v1/tokens`, init: init as { mode: 'cors' | 'no-cors' } },
        );
        expect(['refused', 'opaque']).toContain(got);
      }
    const [navigation] = await Promise.all([
      page.waitForResponse(`${api.url}/v1/console/session`),
      page.evaluate(`
        const form = document.body.appendChild(document.createElement('form'));
        Object.assign(form, { method: 'post', enctype: 'text/plain', action: '${api.url}/v1/console/session' });
        form.innerHTML = '<input name=\\'{"token":"${testAdminToken}", "x":"\\' value=\\'"}\\'>';
        form.submit();`),
    ]);
    expect(navigation.status()).toBeGreaterThanOrEqual(400);
    expect((await api.admin.call('listTokens', {})).body.items).toHaveLength(before);
  });

  it('by way of an identity provider on another site, the page that one lands on is signed in', async () => {
    await using issuer = await startFakeIssuer();
    issuer.person = { sub: 'u-17', name: 'Ana', groups: ['ops'] };
    const port = await freePort();
    const publicUrl = `http://localhost:${port}`;
    const oidc = oidcSignIn({
      publicUrl,
      oidcIssuer: issuer.url,
      oidcClientId: fakeClient.id,
      oidcClientSecret: secretOf(fakeClient.secret),
      oidcScopes: [],
      oidcRoleClaim: 'groups',
      oidcAdminGroup: undefined,
      oidcOperatorGroup: 'ops',
      oidcViewerGroup: undefined,
    });
    await using _api = await startTestApi({ publicUrl, oidc }, { port });
    const page = await ownPage(`${publicUrl}/auth/oidc/login`);
    expect(page.url()).toBe(`${publicUrl}/reference`);
    expect(await call(page, '/v1/console/session')).toMatchObject({
      status: 200,
      body: { name: 'Ana', role: 'operator' },
    });
  });
});
