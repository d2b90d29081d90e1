import { noteIgnored } from '@trunkline/gateway-kit';
import { waitFor } from '@trunkline/testing';
import { hasBrowser } from '@trunkline/testing/browser';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsOf, openConsole, type ConsoleStage } from './open-console.ts';

const patient = { timeoutMs: 60_000 };
const connectors = `[[http_connectors]]
name = "hook"
allow_unauthenticated_ingress = true
default_binding_keys = ["desk"]
`;

describe.skipIf(!hasBrowser)('the live page', { timeout: 120_000 }, () => {
  let stage: ConsoleStage;
  beforeAll(async () => {
    stage = await openConsole({ connectors, consumers: 1 });
  }, 120_000);
  afterAll(() => stage?.[Symbol.asyncDispose](), 60_000);

  async function post(id: string): Promise<void> {
    const response = await fetch(`${stage.installation.gatewayUrls[0]}/v1/connectors/http/hook`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ content: `says ${id}`, idempotency_key: id }),
    });
    expect([200, 202]).toContain(response.status);
  }
  const list = (page: Page) => page.getByRole('list', { name: 'What happened' });
  const said = async (page: Page): Promise<string[]> => {
    const texts = await list(page).getByRole('button').allTextContents();
    return texts.map((text) => text.split('says ')[1] ?? text).reverse();
  };
  const isLive = (page: Page) => page.getByRole('status').getByText('Live', { exact: true }).waitFor();
  const shows = (page: Page, ids: string[]) =>
    waitFor(async () => (await said(page)).length >= ids.length, { what: `${ids.length} rows`, ...patient }).then(
      async () => expect(await said(page)).toEqual(ids),
    );

  it('shows what happens with its session, opens all of it, and keeps its filters in the address', async () => {
    const page = await stage.open('/live');
    await isLive(page);
    await post('first');
    const row = list(page).getByRole('listitem').filter({ hasText: 'echo says first' });
    await row.getByText('output').waitFor();
    const turn = list(page).getByRole('listitem').filter({ hasText: '#1 says first' });
    const sessionId = await turn.getByRole('link').textContent();
    expect((await stage.control.call('getSession', { params: { session_id: sessionId ?? '' } })).body.state).toBe(
      'active',
    );

    await turn.getByRole('button').click();
    const drawer = page.getByRole('dialog', { name: 'turn, as the feed has it' });
    await drawer.getByText('"turn_id"').waitFor();
    await drawer.getByRole('link', { name: 'What came of the event' }).waitFor();
    await page.keyboard.press('Escape');

    await page.getByText('event', { exact: true }).first().click();
    await waitFor(() => new URL(page.url()).searchParams.get('what') === 'event', { what: 'the address', ...patient });
    await page.reload();
    await isLive(page);
    await post('second');
    await shows(page, ['second']);
    await page.context().close();
  });

  it('pauses and goes on without loss, also when nothing had come before', async () => {
    const page = await stage.open('/live?what=event');
    await isLive(page);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Paused').waitFor();
    const ids = ['p1', 'p2', 'p3', 'p4'];
    for (const id of ids.slice(0, 2)) await post(id);
    expect(await said(page)).toEqual([]);
    await page.getByRole('button', { name: 'Resume' }).click();
    await shows(page, ids.slice(0, 2));
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Paused').waitFor();
    for (const id of ids.slice(2)) await post(id);
    await page.getByRole('button', { name: 'Resume' }).click();
    await shows(page, ids);
    await page.context().close();
  });

  it('goes on after the control plane was killed: nothing lost, nothing doubled', async () => {
    const page = await stage.open('/live?what=event');
    await isLive(page);
    await post('k1');
    await shows(page, ['k1']);
    const control = stage.installation.process('control-plane-1');
    await control.kill();
    await page.getByText('Connection lost').waitFor();
    await post('k2');
    await control.ready();
    await post('k3');
    await isLive(page);
    await shows(page, ['k1', 'k2', 'k3']);
    await page.context().close();
  });

  it('stays bounded in a flood, and tells how much fell out', async () => {
    const page = await stage.open('/live?what=ignored');
    await isLive(page);
    const many = 1_200;
    const connector = { kind: 'http', name: 'hook' } as const;
    for (let n = 1; n <= many; n += 50)
      await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          noteIgnored(
            { connector, eventId: `flood-${n + index}`, code: 'spec', detail: '', now: Date.now() },
            stage.installation.bus,
          ),
        ),
      );
    await page.getByText(`The newest 500; ${many - 500} older ones fell out`).waitFor({ timeout: 60_000 });
    expect(await list(page).getByRole('listitem').count()).toBe(500);
    await page.context().close();
  });

  it('does not move under who reads further down', async () => {
    const page = await stage.open('/live?what=event', { width: 390 });
    await isLive(page);
    await page.getByRole('button', { name: 'Pause' }).click();
    const ids = Array.from({ length: 20 }, (_, n) => `r${n}`);
    for (const id of ids) await post(id);
    await page.getByRole('button', { name: 'Resume' }).click();
    await shows(page, ids);
    await page.mouse.wheel(0, 900);
    await waitFor(() => page.evaluate<boolean>('scrollY > 500'), { what: 'the page to be scrolled', ...patient });
    const before = await page.evaluate<number>('scrollY');
    await post('late');
    const button = page.getByRole('button', { name: 'Show 1 new' });
    await button.waitFor();
    expect(await said(page)).toEqual(ids);
    expect(await page.evaluate('scrollY')).toBe(before);
    await button.click();
    await shows(page, [...ids, 'late']);
    await page.context().close();
  });

  it('asks to sign in again when the token was revoked meanwhile', async () => {
    const { body } = await stage.control.call('createToken', { body: { name: 'watcher', role: 'viewer' } });
    const page = await stage.open('/live', { token: body.token });
    await isLive(page);
    await stage.control.call('revokeToken', { params: { token_id: body.token_id } });
    await page.getByRole('button', { name: 'Sign in' }).waitFor({ timeout: 60_000 });
    await page.context().close();
  });

  it('is there for everybody', async () => {
    const found = findingsOf(stage, '/live?what=event', async (page) => {
      await isLive(page);
      await post(`axe-${Math.random()}`);
      await list(page).getByRole('listitem').first().waitFor();
    });
    expect(await found).toEqual([]);
  });
});
