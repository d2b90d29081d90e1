import { waitFor } from '@trunkline/testing';
import { hasBrowser } from '@trunkline/testing/browser';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openConsole, type ConsoleStage } from './open-console.ts';

const patient = { timeoutMs: 15_000 };
const [first, second] = ['first-bearer-of-the-console', 'second-bearer-of-the-console'];
const orders = { kind: 'http', name: 'orders' } as const;

/** One after the other: the life of one connector, as an operator leads it in the browser. */
describe.skipIf(!hasBrowser)('a connector in the console', () => {
  let stage: ConsoleStage;
  let page: Page;
  /** Everything that the API answered to the page. */
  const answers: string[] = [];
  beforeAll(async () => {
    stage = await openConsole({ connectors: '' });
    for (const secret of [first, second]) stage.installation.leakWatch.hide(secret);
    page = await stage.open('/connectors');
    page.on('response', async (response) => {
      if (response.url().includes('/v1/')) answers.push(await response.text().catch(() => ''));
    });
  }, 120_000);
  afterAll(async () => {
    await page?.context().close();
    await stage?.[Symbol.asyncDispose]();
  }, 60_000);

  const view = async () => (await stage.control.call('getConnector', { params: orders })).body;
  const post = async (token?: string): Promise<number> => {
    const response = await fetch(`${stage.installation.gatewayUrls[0]}/v1/connectors/http/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ content: 'an order', binding_keys: ['orders:1'] }),
    });
    await response.arrayBuffer();
    return response.status;
  };
  const answersWith = (status: number, token?: string) =>
    expect.poll(() => post(token), { timeout: patient.timeoutMs, interval: 100 }).toBe(status);
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
  const dialog = () => page.getByRole('dialog');
  const save = async () => {
    await button('Review and save').click();
    await dialog().getByRole('button', { name: 'Save' }).click();
    await page.waitForURL(/connectors\/http\/orders$/);
  };

  it('is made by the form, with its secret, and takes events in', async () => {
    await page.getByText('Make the first one here').waitFor();
    await page.getByRole('link', { name: 'New connector' }).click();
    await page.getByLabel('Name').fill('orders');
    await page.getByRole('combobox', { name: 'bearer_token', exact: true }).click();
    await page.getByRole('option', { name: 'New value, for the secret store' }).click();
    await page.getByLabel('New value of bearer_token', { exact: true }).fill(first);
    await page.getByLabel('wait_ms').fill('300');
    await save();
    await page.getByText('connectors.http.orders.bearer_token, version 1').waitFor();
    expect((await view()).config).toMatchObject({ wait_ms: 300 });
    await answersWith(200, first);
    expect(await post('something else')).toBe(401);
  });

  it('keeps what was entered when the API refuses it, and shows why at the field', async () => {
    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByLabel('wait_ms').fill('99999');
    await page.getByLabel('actor_id').fill('shop');
    await button('Review and save').click();
    await page.getByRole('alert').getByText('connector_invalid').waitFor();
    const wait = page.getByLabel('wait_ms');
    expect(await wait.getAttribute('aria-invalid')).toBe('true');
    const described: string[] = await wait.evaluate(
      (input) => input.getAttribute('aria-describedby')?.match(/\S+/g) ?? [],
    );
    const said = await Promise.all(described.map((id) => page.locator(`[id="${id}"]`).innerText()));
    expect(said.join(' ')).toContain('30000');
    expect(await wait.inputValue()).toContain('99 999');
    expect(await page.getByLabel('actor_id').inputValue()).toBe('shop');
  });

  it('shows what will change before it is saved; what is emptied has its default again', async () => {
    await page.getByLabel('wait_ms').fill('');
    await button('Review and save').click();
    const changes = dialog().getByRole('table', { name: 'Changes' });
    await changes.getByText('actor_id').waitFor();
    const rows = await changes.getByRole('row').evaluateAll((all) => all.map((row) => row.innerText.split(/\s+/)));
    expect(rows.slice(1).toSorted()).toEqual([
      ['actor_id', 'http-webhook', 'shop'],
      ['wait_ms', '300', '2000'],
    ]);
    expect((await view()).config).toMatchObject({ actor_id: 'http-webhook' });
    await dialog().getByRole('button', { name: 'Save' }).click();
    await page.getByText('http/orders is saved').first().waitFor();
    // The message may still be that of the save before.
    const isSaved = async () => (await view()).config['actor_id'] === 'shop';
    await waitFor(isSaved, { what: 'the change', ...patient });
    expect((await view()).config).toMatchObject({ actor_id: 'shop', wait_ms: 2_000 });
    await waitFor(async () => (await view()).in_sync, { what: 'the change at every gateway', ...patient });
  });

  it('that somebody else changed meanwhile is not overwritten, and nothing entered is lost', async () => {
    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByLabel('wait_ms').fill('700');
    await stage.control.call('putConnector', { params: orders, body: { actor_id: 'somebody-else' } });
    await button('Review and save').click();
    const conflict = page.getByRole('alert').filter({ hasText: 'Somebody else changed this connector' });
    await conflict.getByText('wait_ms').waitFor();
    await conflict.getByRole('button', { name: /^Load their version/ }).click();
    await conflict.waitFor({ state: 'hidden' });
    expect(await page.getByLabel('actor_id').inputValue()).toBe('somebody-else');
    expect(await page.getByLabel('wait_ms').inputValue()).toContain('700');
    await save();
    expect((await view()).config).toMatchObject({ actor_id: 'somebody-else', wait_ms: 700 });
  });

  it('gets a new secret, and the old one is refused at once when there is no grace', async () => {
    await button('Rotate bearer_token').click();
    await dialog().getByLabel('New value', { exact: true }).fill(second);
    await dialog()
      .getByLabel(/^Grace window/)
      .fill('0');
    await dialog().getByRole('table', { name: 'Versions' }).waitFor();
    await dialog().getByRole('button', { name: 'Store' }).click();
    await page.getByText('connectors.http.orders.bearer_token, version 2').waitFor();
    await answersWith(200, second);
    await answersWith(401, first);
  });

  it('is tested, switched off and on', async () => {
    await button('Test').click();
    await dialog().getByText('It works.').waitFor();
    await dialog().getByText('ingress').waitFor();
    await dialog().getByRole('button', { name: 'Close', exact: true }).last().click();
    await button('Disable').click();
    await dialog().getByRole('button', { name: 'Disable' }).click();
    await button('Enable').waitFor();
    await answersWith(404, second);
    await button('Enable').click();
    await button('Disable').waitFor();
    await answersWith(200, second);
  });

  it('never showed a secret: not on the page, not in an answer', async () => {
    const shown = [await page.content(), ...answers].join('\n');
    expect(answers.length).toBeGreaterThan(10);
    for (const secret of [first, second]) expect(shown.includes(secret)).toBe(false);
  });

  it('is deleted only together with what refers to it', async () => {
    const target = { type: 'http', url: 'https://receiver.example/hook', connector: 'orders' };
    const referrer = { kind: 'http', name: 'referrer' } as const;
    await stage.control.call('putConnector', {
      params: referrer,
      body: { allow_unauthenticated_ingress: true, default_reply_targets: [target] },
    });
    await button('Delete').click();
    await dialog().getByRole('button', { name: 'Delete', exact: true }).click();
    await dialog().getByText('connector_in_use').waitFor();
    await dialog().getByRole('list', { name: 'What refers to it' }).getByText('connector http/referrer').waitFor();
    await dialog().getByRole('button', { name: 'Clear these references and delete' }).click();
    await page.getByText('http/orders is deleted').waitFor();
    await page.getByRole('link', { name: 'http/referrer' }).waitFor();
    const { body } = await stage.control.call('getConnector', { params: referrer });
    expect(body.config).toMatchObject({ default_reply_targets: [] });
    await expect(view()).rejects.toThrow(/connector/i);
    await answersWith(404, second);
  });
});
