import { waitFor } from '@trunkline/testing';
import { hasBrowser } from '@trunkline/testing/browser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsOf, openConsole, type ConsoleStage } from './open-console.ts';

describe.skipIf(!hasBrowser)('the console', () => {
  let stage: ConsoleStage;
  beforeAll(async () => {
    stage = await openConsole({ connectors: '' });
  }, 120_000);
  afterAll(() => stage?.[Symbol.asyncDispose](), 60_000);

  it('asks to sign in, says what is wrong with a token, and signs out again', async () => {
    const page = await stage.browser.newPage();
    await page.goto(stage.url);
    expect(page.url()).toBe(`${stage.url}/console/`);
    await page.getByLabel('Token').first().fill('not a token of this installation');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('unauthenticated').waitFor();
    await page.close();

    const signedIn = await stage.open('/audit');
    await signedIn.getByRole('heading', { name: 'Audit' }).waitFor();
    await signedIn.reload();
    await signedIn.getByRole('heading', { name: 'Audit' }).waitFor();
    await signedIn.getByRole('button', { name: /^Signed in as/ }).click();
    await signedIn.getByRole('menuitem', { name: 'Sign out' }).click();
    await signedIn.getByLabel('Token').first().waitFor();
    await signedIn.context().close();
  });

  it('goes by the address: back, reload, and an address that is none', async () => {
    const page = await stage.open('/');
    await page.getByRole('link', { name: 'Audit' }).click();
    await page.getByRole('heading', { name: 'Audit' }).waitFor();
    expect(page.url()).toBe(`${stage.url}/console/audit`);
    await page.goBack();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.goto(`${stage.url}/console/nothing`);
    await page.getByText('There is no such page').waitFor();
    await page.context().close();
  });

  it('asks to sign in again when the token was revoked meanwhile', async () => {
    const { body } = await stage.control.call('createToken', { body: { name: 'short', role: 'viewer' } });
    const page = await stage.open('/audit', { token: body.token });
    await stage.control.call('revokeToken', { params: { token_id: body.token_id } });
    const asked = async () => {
      await page
        .getByLabel('Operation')
        .fill(`x${Date.now()}`, { timeout: 500 })
        .catch(() => undefined);
      return page.getByRole('button', { name: 'Sign in' }).isVisible();
    };
    await waitFor(asked, { what: 'the sign-in page', timeoutMs: 20_000 });
    await page.context().close();
  });

  it('the audit shows who made a token', async () => {
    const page = await stage.open('/audit');
    await page.getByRole('table', { name: 'Changes' }).getByText('createToken').first().waitFor();
    await page.context().close();
    expect(await findingsOf(stage, '/audit', (page) => page.getByText('createToken').first().waitFor())).toEqual([]);
  });

  it('a page without access to the API is nothing but the page: strict policy, no other origin', async () => {
    const answer = await fetch(`${stage.url}/console/anything/below`);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(
      /^default-src 'none'; .*script-src 'self'; style-src 'self' 'nonce-[\w-]{22}'; connect-src 'self'/,
    );
    expect(policy).not.toMatch(/unsafe|http|\*/);
    const page = await answer.text();
    expect(page).toContain(/'nonce-([\w-]+)'/.exec(policy)?.[1]);
    const again = await fetch(`${stage.url}/console/`);
    expect(again.headers.get('content-security-policy')).not.toBe(policy);
    const [script] = /\/console\/assets\/[\w-]+\.js/.exec(page) ?? [];
    const file = await fetch(`${stage.url}${script}`);
    expect([file.status, file.headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
    expect((await fetch(`${stage.url}/console/assets/..%2f..%2fmain.mjs`)).status).toBe(404);
  });
});
