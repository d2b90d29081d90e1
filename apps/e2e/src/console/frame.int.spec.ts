import { waitFor } from '@trunkline/testing';
import { hasBrowser } from '@trunkline/testing/browser';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminToken } from '../installation.ts';
import { findingsOf, openConsole, type ConsoleStage } from './open-console.ts';

const patient = { timeoutMs: 60_000 };
const everyPage = ['/', '/connectors', '/sessions', '/deliveries', '/live', '/playground', '/explain', '/audit'];
const focused = (page: Page) =>
  page.evaluate<string>('`${document.activeElement.tagName} ${document.activeElement.textContent}`');

describe.skipIf(!hasBrowser)('the console', { timeout: 120_000 }, () => {
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
    const alert = page.getByRole('alert');
    await alert.getByText('unauthenticated').waitFor();
    await alert.getByText('it has expired or been revoked').waitFor();
    expect(await page.getByLabel('Token').first().inputValue()).toBe('not a token of this installation');
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

  it('signs in at the address that was asked for', async () => {
    const page = await stage.open('/audit?operation=createToken');
    await page.getByRole('heading', { name: 'Audit' }).waitFor();
    expect(page.url()).toBe(`${stage.url}/console/audit?operation=createToken`);
    await page.context().close();
  });

  it('is used by keyboard: past the navigation, and with the focus on the page that one came to', async () => {
    const page = await stage.open('/');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('A Skip to the content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('content');
    await page.getByRole('link', { name: 'Audit' }).focus();
    await page.keyboard.press('Enter');
    await waitFor(async () => (await focused(page)) === 'H2 Audit', {
      what: 'the heading to have the focus',
      ...patient,
    });
    expect(await page.title()).toBe('Audit · Trunkline');
    await page.context().close();
  });

  it('has a menu on a phone that closes by itself, and is out of reach while it is closed', async () => {
    const page = await stage.open('/', { width: 320, scheme: 'dark' });
    const navigation = page.getByRole('navigation', { name: 'Console' });
    expect(await navigation.count()).toBe(0);
    await page.getByRole('button', { name: 'Open menu' }).click();
    await navigation.getByText(/^Version \d/).waitFor();
    await navigation.getByRole('link', { name: 'Audit' }).click();
    await page.getByRole('heading', { name: 'Audit' }).waitFor();
    await page.getByRole('button', { name: 'Open menu' }).waitFor();
    for (const path of everyPage) {
      await page.goto(`${stage.url}/console${path}`);
      await page.getByRole('heading', { level: 2 }).first().waitFor();
      expect([path, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([path, 320]);
    }
    await page.context().close();
  });

  it('says when a page could not be loaded, and loads it again', async () => {
    const context = await stage.browser.newContext();
    const page = await context.newPage();
    await page.goto(stage.url);
    await page.getByLabel('Token').first().fill(adminToken);
    await page.getByRole('button', { name: 'Sign in' }).click();
    const code = /\/assets\/live-[^/]*\.js$/;
    await page.route(code, (route) => route.abort());
    await page.getByRole('link', { name: 'Live', exact: true }).click();
    await page.getByText('This page could not be loaded').waitFor();
    await page.getByRole('link', { name: 'Audit' }).click();
    await page.getByRole('heading', { name: 'Audit' }).waitFor();
    await page.getByRole('link', { name: 'Live', exact: true }).click();
    await page.unroute(code);
    await page.getByRole('button', { name: 'Load it again' }).click();
    await page.getByRole('heading', { name: 'Live', exact: true }).waitFor();
    await context.close();
  });

  it('says when the control plane does not answer, and comes back with it', async () => {
    const page = await stage.open('/audit');
    await page.getByRole('table', { name: 'Changes' }).waitFor();
    const control = stage.installation.process('control-plane-1');
    await control.stop();
    const banner = page.getByText('What is shown may be old.');
    await banner.waitFor({ timeout: 30_000 });
    expect(await page.getByRole('table', { name: 'Changes' }).isVisible()).toBe(true);
    control.start();
    await control.ready();
    await banner.waitFor({ state: 'detached', timeout: 30_000 });
    await page.context().close();
  });

  it('the audit shows who made a token, filtered by the address, with links and all of it', async () => {
    await stage.control.call('putConnector', {
      params: { kind: 'http', name: 'audited' },
      body: { allow_unauthenticated_ingress: true },
    });
    const page = await stage.open('/audit');
    const table = page.getByRole('table', { name: 'Changes' });
    await table.getByText('createToken').first().waitFor();
    await page.getByLabel('Operation').fill('putConnector');
    await waitFor(async () => (await table.getByText('createToken').count()) === 0, { what: 'the filter', ...patient });
    expect(page.url()).toBe(`${stage.url}/console/audit?operation=putConnector`);
    await page.reload();
    await table.getByRole('button', { name: 'putConnector' }).first().click();
    await page.getByRole('dialog').getByText('"audit_id"').waitFor();
    await page.keyboard.press('Escape');
    await table.getByRole('link', { name: 'http / audited' }).click();
    await waitFor(() => page.url() === `${stage.url}/console/connectors/http/audited`, {
      what: 'the link',
      ...patient,
    });
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
