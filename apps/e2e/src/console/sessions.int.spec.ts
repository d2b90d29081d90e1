import { waitFor } from '@trunkline/testing';
import { hasBrowser } from '@trunkline/testing/browser';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openConversations, type ConversationStage } from './conversation-stage.ts';
import { findingsOf } from './open-console.ts';

const session = 'support-42';
const patient = { timeout: 60_000 };

describe.skipIf(!hasBrowser)('the sessions of the console', () => {
  let stage: ConversationStage;
  beforeAll(async () => {
    stage = await openConversations();
    for (const text of ['Where is it?', 'ask', 'give']) {
      await stage.say(session, text, '/answers');
      await waitFor(() => answered(text), { what: `an answer to ${text}`, timeoutMs: 60_000 });
    }
  }, 180_000);
  afterAll(() => stage?.[Symbol.asyncDispose](), 60_000);

  const params = { session_id: session };
  const control = () => stage.console.control;

  async function answered(text: string): Promise<boolean> {
    const turns = (await control().call('listTurns', { params })).body.items;
    const turn = turns.find(({ event }) => JSON.stringify(event).includes(`"text":${JSON.stringify(text)}`));
    const outputs = (await control().call('listOutputs', { params })).body.items;
    return outputs.some(({ turn_id, deliveries }) => turn_id === turn?.turn_id && deliveries[0]?.state === 'delivered');
  }

  const openSession = async (page: Page) => {
    await page.getByRole('log', { name: 'Conversation' }).getByRole('article').first().waitFor();
  };
  const said = (page: Page) => page.getByRole('log').getByRole('article').allInnerTexts();

  it('are listed by filters that stand in the address, and found by their id', async () => {
    const page = await stage.console.open('/sessions?kind=http&name=hook');
    const table = page.getByRole('table', { name: 'Sessions' });
    await table.getByRole('link', { name: session }).waitFor();
    await page.getByLabel('Persona').fill('nobody');
    await page.getByText('No session fits these filters').waitFor();
    expect(new URL(page.url()).search).toBe('?kind=http&name=hook&persona=nobody');
    await page.reload();
    await page.getByText('No session fits these filters').waitFor();
    await page.getByLabel('Session id').fill(session);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: session }).waitFor();
    expect(page.url()).toBe(`${stage.console.url}/console/sessions/${session}`);
    await page.goto(`${stage.console.url}/console/sessions/nowhere`);
    await page.getByText('session_not_found').waitFor();
    await page.context().close();
  });

  it('show the conversation in the order in which it was held, with deliveries and what they led to', async () => {
    const page = await stage.console.open(`/sessions/${session}`);
    await openSession(page);
    const sayings = await said(page);
    const wanted = [/ana.*Where is it\?/s, /echo Where is it\?/, /ana.*ask/s, /Shall I\?.*Buttons: Yes/s];
    for (const [index, text] of [...wanted, /ana.*give/s, /File: dot\.png, image\/png/].entries())
      expect(sayings[index]).toMatch(text);
    expect(sayings[1]).toContain('delivered');
    await page
      .getByRole('link', { name: /^Delivery to/ })
      .first()
      .click();
    await page.getByRole('region', { name: 'About' }).getByText(`${stage.receiver.url}/answers`).waitFor();
    await page.goBack();
    await openSession(page);
    await page
      .getByRole('link', { name: /^Event of turn/ })
      .first()
      .click();
    await page.getByRole('heading', { name: 'Event', exact: true }).waitFor();
    await page.getByRole('region', { name: 'The event' }).getByText('Where is it?').waitFor();
    await page.context().close();
  });

  it('show the chunks of a long answer with the ids that the platform gave them', async () => {
    stage.telegram.say({ chat: 7, text: 'long 9000' });
    const find = async () => {
      const { items } = (await control().call('listDeliveries', { query: { kind: 'telegram' } })).body;
      return items.find(({ state }) => state === 'delivered');
    };
    const delivered = await waitFor(find, { what: 'all chunks', timeoutMs: 90_000 });
    const sent = stage.telegram.sent(7).map(({ message_id }) => String(message_id));
    expect(sent.length).toBeGreaterThan(2);
    const page = await stage.console.open(`/sessions/${encodeURIComponent(delivered.session_id)}`);
    await openSession(page);
    const chunks = page.getByRole('button', { name: 'Chunks', exact: true });
    await chunks.focus();
    await page.keyboard.press('Enter');
    const list = page.getByRole('list', { name: 'Chunks and files' });
    await list.waitFor();
    expect(await list.getByRole('listitem').count()).toBe(sent.length);
    for (const id of sent) expect(await list.innerText()).toContain(id);
    await page.context().close();
  });

  it('grow while they are open: what an operator says, by keyboard alone, its answer, and a text as it is written', async () => {
    const reply_targets = [{ type: 'http', connector: 'hook', url: `${stage.receiver.url}/operator` } as const];
    await control().call('putReplyTargets', { params, body: { reply_targets } });
    const page = await stage.console.open(`/sessions/${session}`);
    await openSession(page);
    const log = page.getByRole('log');
    await page.getByLabel(/^Say something in the session as/).focus();
    await page.keyboard.type('Please look.');
    await page.keyboard.press('Control+Enter');
    await log.getByText('echo Please look.').waitFor(patient);
    expect((await said(page)).at(-2)).toMatch(/operator input[^]*Please look\./);
    await waitFor(() => stage.receiver.taken('/operator').length === 1, { what: 'the answer', timeoutMs: 60_000 });
    await stage.say(session, 'stream 40', '/answers');
    await log.getByText('Being written …').waitFor(patient);
    await log.getByText('Being written …').waitFor({ state: 'detached', ...patient });
    await waitFor(() => stage.receiver.taken('/answers').length === 4, { what: 'the whole text', timeoutMs: 60_000 });
    const whole = stage.receiver.taken('/answers').at(-1)?.text.trim() ?? '';
    await waitFor(async () => (await log.innerText()).includes(whole), { what: 'the whole text', timeoutMs: 30_000 });
    await page.context().close();
  });

  it('are changed only as they were seen: who changed them meanwhile is told, and nothing is lost', async () => {
    const page = await stage.console.open(`/sessions/${session}`);
    await page.getByRole('button', { name: 'Edit: Persona' }).click();
    await page.getByLabel('Persona id').fill('helper');
    await control().call('putPersona', { params, body: { persona_id: 'someone-else' } });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').getByText('precondition_failed').waitFor();
    expect(await page.getByLabel('Persona id').inputValue()).toBe('helper');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('region', { name: 'Persona' }).getByText('helper').waitFor();

    await page.getByRole('button', { name: 'Edit: Capability scope' }).click();
    await page.getByRole('combobox', { name: 'skill allow' }).fill('search');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('region', { name: 'Capability scope' }).getByText('search').waitFor();
    await page.getByRole('button', { name: 'Edit: Reply targets' }).click();
    await page.getByLabel('List of targets (JSON)').fill('[');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('This is not JSON.').waitFor();
    await page.getByLabel('List of targets (JSON)').fill('[]');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('None: what has no target of its own stays in the session.').waitFor();
    const { body } = await control().call('getSession', { params });
    expect(body).toMatchObject({ persona_id: 'helper', capability_scope: { skill_allow: ['search'] } });
    expect(body.reply_targets).toEqual([]);
    await page.context().close();
  });

  it('show a viewer all and offer nothing', async () => {
    const { body } = await control().call('createToken', { body: { name: 'eyes', role: 'viewer' } });
    const page = await stage.console.open(`/sessions/${session}`, { token: body.token });
    await openSession(page);
    for (const name of [/^End/, /^Edit/, 'Send']) expect(await page.getByRole('button', { name }).count()).toBe(0);
    await page.context().close();
  });

  it('can be used by everybody: axe finds nothing, at any width', async () => {
    const list = (page: Page) => page.getByRole('link', { name: session }).waitFor();
    expect(await findingsOf(stage.console, '/sessions', list)).toEqual([]);
    expect(await findingsOf(stage.console, `/sessions/${session}`, openSession)).toEqual([]);
  }, 90_000);

  it('end when somebody confirms it', async () => {
    const page = await stage.console.open(`/sessions/${session}`);
    await page.getByRole('button', { name: 'End session' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'End session' }).click();
    await page.getByText(`Session ${session} has ended.`).waitFor();
    expect((await control().call('getSession', { params })).body.state).toBe('ended');
    expect(await page.getByRole('region', { name: 'Operator input' }).count()).toBe(0);
    await page.context().close();
  });
});
