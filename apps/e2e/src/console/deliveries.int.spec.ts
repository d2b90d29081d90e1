import { waitFor } from '@trunkline/testing';
import { hasBrowser } from '@trunkline/testing/browser';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openConversations, type ConversationStage } from './conversation-stage.ts';
import { findingsOf } from './open-console.ts';

const patient = { timeout: 60_000 };
/** Paths of the receiver that refuse for good until they are mended, and one that is overloaded. */
const refusing = { '/mended': 404, '/corrected': 404, '/resolved': 404, '/bulk-1': 404, '/bulk-2': 404, '/gone': 410 };

describe.skipIf(!hasBrowser)('the deliveries of the console', () => {
  let stage: ConversationStage;
  beforeAll(async () => {
    stage = await openConversations({ telegramGateways: 0 });
    for (const [path, status] of Object.entries({ ...refusing, '/busy': 503 })) {
      stage.receiver.answers.set(path, status);
      await stage.say(`ses${path.replace('/', '-')}`, `hello ${path}`, path);
    }
    for (const path of Object.keys(refusing)) await stage.delivery(path, 'dead');
  }, 180_000);
  afterAll(() => stage?.[Symbol.asyncDispose](), 60_000);

  const control = () => stage.console.control;
  const get = async (delivery_id: string) => (await control().call('getDelivery', { params: { delivery_id } })).body;
  const arrived = (path: string) => stage.receiver.taken(path).map(({ text }) => text);
  const confirm = (page: Page, name: string) => page.getByRole('dialog').getByRole('button', { name }).click();

  /** A delivery's page, from the list of dead letters. */
  async function openDead(path: string): Promise<{ page: Page; id: string }> {
    const id = await stage.delivery(path, 'dead');
    const page = await stage.console.open('/deliveries/dead-letters');
    await page.getByRole('link', { name: `delivery ${id}` }).click();
    await page.getByRole('button', { name: 'Replay' }).waitFor();
    return { page, id };
  }

  it('are listed by filters that stand in the address, and by tabs', async () => {
    const page = await stage.console.open('/deliveries?kind=http&state=dead');
    const table = page.getByRole('table', { name: 'Deliveries' });
    await table.getByText('http_404').first().waitFor();
    expect(await table.getByText('http_503').count()).toBe(0);
    await page.getByLabel('Session', { exact: true }).fill('ses-gone');
    await waitFor(async () => (await table.getByRole('row').count()) === 2, { what: 'one row', timeoutMs: 15_000 });
    expect(new URL(page.url()).search).toBe('?kind=http&state=dead&session=ses-gone');
    await page.getByRole('tab', { name: 'Under way' }).click();
    await page.getByRole('table', { name: 'Deliveries under way' }).getByText('http_503').waitFor();
    await page.context().close();
  });

  it('are looked into and replayed by keyboard alone; after that the target has it once', async () => {
    const { page, id } = await openDead('/mended');
    await page.getByRole('region', { name: 'What is to be said' }).getByText('echo hello /mended').waitFor();
    await page.getByRole('table', { name: 'Attempts' }).getByText('http_404 (HTTP 404)').waitFor();
    stage.receiver.answers.delete('/mended');
    await page.getByRole('button', { name: 'Replay' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByLabel('Start over').waitFor();
    await waitFor(() => page.evaluate('document.activeElement.textContent === "Replay"'), { what: 'the focus' });
    await page.keyboard.press('Enter');
    await page.getByText('Queued again (replay 1).').waitFor();
    await page.getByText('delivered', { exact: true }).first().waitFor(patient);
    expect(arrived('/mended')).toEqual(['echo hello /mended']);
    expect(stage.receiver.taken('/mended')[0]?.key).toContain(id);
    await page.getByRole('link', { name: 'ses-mended' }).click();
    await page.getByRole('log', { name: 'Conversation' }).getByText('echo hello /mended').waitFor();
    await page.context().close();
  });

  it('are corrected: another text arrives in their place, and they are resolved with it', async () => {
    const { page, id } = await openDead('/corrected');
    stage.receiver.answers.delete('/corrected');
    await page.getByRole('button', { name: 'Correct' }).click();
    const text = page.getByRole('dialog').getByLabel('Text', { exact: true });
    expect(await text.inputValue()).toBe('echo hello /corrected');
    await text.fill('What we meant');
    await confirm(page, 'Send');
    await page.getByRole('region', { name: 'What is to be said' }).getByText('What we meant').waitFor(patient);
    await waitFor(() => arrived('/corrected').length > 0, { what: 'the correction', timeoutMs: 60_000 });
    expect(arrived('/corrected')).toEqual(['What we meant']);
    const { state, resolution } = await get(id);
    expect([state, resolution?.reason]).toEqual(['dead', 'Corrected by start-up token.']);
    expect(page.url()).toBe(`${stage.console.url}/console/deliveries/${resolution?.correction?.delivery_id}`);
    await page.context().close();
  });

  it('are resolved with a reason, and leave the dead letters', async () => {
    const { page, id } = await openDead('/resolved');
    await page.getByRole('button', { name: 'Resolve' }).click();
    expect(await page.getByRole('dialog').getByRole('button', { name: 'Resolve' }).isDisabled()).toBe(true);
    await page.getByLabel('What did you do?').fill('told them by phone');
    await confirm(page, 'Resolve');
    await page.getByRole('region', { name: 'About' }).getByText('told them by phone').waitFor();
    expect((await get(id)).resolution?.reason).toBe('told them by phone');
    await page.goto(`${stage.console.url}/console/deliveries/dead-letters?session=ses-resolved`);
    await page.getByText('No dead letters').waitFor();
    await page.getByLabel('With resolved ones').click();
    await page.getByRole('table').getByText('resolved', { exact: true }).waitFor();
    await page.context().close();
  });

  it('are cancelled while they wait; whoever has them in a list sees it happen', async () => {
    const id = await stage.delivery('/busy', 'pending');
    const list = await stage.console.open('/deliveries?session=ses-busy');
    await list.getByRole('table').getByText('pending', { exact: true }).waitFor();
    const page = await stage.console.open(`/deliveries/${id}`);
    await page.getByRole('button', { name: 'Cancel delivery' }).click();
    await confirm(page, 'Cancel delivery');
    await page.getByText('It has ended as cancelled.').waitFor();
    expect((await get(id)).state).toBe('cancelled');
    await list.getByRole('table').getByText('cancelled', { exact: true }).first().waitFor();
    for (const each of [page, list]) await each.context().close();
  });

  it('are replayed in bulk, as many as was said before', async () => {
    for (const path of ['/bulk-1', '/bulk-2']) stage.receiver.answers.delete(path);
    // The other one that is dead goes to a target that is disabled.
    const page = await stage.console.open('/deliveries/dead-letters?name=hook&session=ses-bulk-1');
    await page.getByRole('button', { name: 'Replay all that fit' }).click();
    await page.getByText('1 would be replayed.').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.getByLabel('Session', { exact: true }).fill('');
    await waitFor(() => !page.url().includes('session'), { what: 'the filter to be gone' });
    await page.getByRole('button', { name: 'Replay all that fit' }).click();
    await page.getByText('3 would be replayed.').waitFor();
    await confirm(page, 'Replay 3');
    await page.getByText('3 queued again').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
    for (const path of ['/bulk-1', '/bulk-2']) {
      await stage.delivery(path, 'delivered');
      expect(arrived(path)).toEqual([`echo hello ${path}`]);
    }
    await page.context().close();
  });

  it('reach a target again that was disabled, once it is mended and reset', async () => {
    const { page } = await openDead('/gone');
    stage.receiver.answers.delete('/gone');
    await page.getByRole('alert').getByText('This target is disabled').waitFor();
    await page.getByRole('button', { name: 'Reset target' }).click();
    await confirm(page, 'Reset target');
    await page.getByText('The target is reset.').waitFor();
    await page.getByRole('button', { name: 'Replay' }).click();
    await confirm(page, 'Replay');
    await page.getByText('delivered', { exact: true }).first().waitFor(patient);
    expect(arrived('/gone')).toEqual(['echo hello /gone']);
    await page.context().close();
  });

  it('have events beside them: one that was rejected is replayed, and becomes a turn', async () => {
    await stage.sayRejected('ses-closed', 'Is anybody there?');
    const page = await stage.console.open('/deliveries/events?outcome=rejected');
    await page.getByRole('link', { name: 'ses-closed Is anybody there?' }).click();
    await page.getByText('session_missing').waitFor();
    await control().call('createSession', { body: { session_id: 'ses-closed' } });
    await page.getByRole('button', { name: 'Replay event' }).click();
    await confirm(page, 'Replay event');
    await page.getByText(/~r1 is a turn now/).waitFor(patient);
    const { items } = (await control().call('listTurns', { params: { session_id: 'ses-closed' } })).body;
    expect(items).toHaveLength(1);
    await page.getByRole('link', { name: /~r1$/ }).click();
    await page.getByText('accepted', { exact: true }).first().waitFor();
    await page.context().close();
  });

  it('show a viewer all and offer nothing', async () => {
    const { body } = await control().call('createToken', { body: { name: 'eyes', role: 'viewer' } });
    const id = await stage.delivery('/resolved', 'dead');
    const page = await stage.console.open(`/deliveries/${id}`, { token: body.token });
    await page.getByRole('table', { name: 'Attempts' }).waitFor();
    for (const name of ['Replay', 'Correct', 'Resolve', 'Cancel delivery', 'Reset target'])
      expect(await page.getByRole('button', { name }).count()).toBe(0);
    await page.goto(`${stage.console.url}/console/deliveries/dead-letters`);
    await page.getByRole('button', { name: 'Refresh' }).waitFor();
    expect(await page.getByRole('button', { name: 'Replay all that fit' }).count()).toBe(0);
    await page.context().close();
  });

  const places: { what: string; path: () => string | Promise<string>; isThere?: (page: Page) => Locator }[] = [
    { what: 'the list', path: () => '/deliveries' },
    { what: 'the events', path: () => '/deliveries/events' },
    { what: 'a delivery', path: async () => `/deliveries/${await stage.delivery('/resolved', 'dead')}` },
    {
      what: 'an event',
      path: () => '/deliveries/events/http/closed/ses-closed%20Is%20anybody%20there%3F',
      isThere: (page: Page) => page.getByRole('region', { name: 'The event' }),
    },
  ];
  it.each(places)(
    'can be used by everybody: axe finds nothing in $what, at any width',
    async ({ path, isThere = (page) => page.getByRole('table').first() }) => {
      expect(await findingsOf(stage.console, await path(), (page) => isThere(page).waitFor())).toEqual([]);
    },
    60_000,
  );
});
