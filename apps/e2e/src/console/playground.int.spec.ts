import { join } from 'node:path';
import { waitFor } from '@trunkline/testing';
import { hasBrowser } from '@trunkline/testing/browser';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReplyReceiver } from '../chaos/reply-receiver.ts';
import { streamedText } from '../streamed-text.ts';
import { findingsOf, openConsole, type ConsoleStage } from './open-console.ts';

describe.skipIf(!hasBrowser)('the playground', { timeout: 120_000 }, () => {
  const stack = new AsyncDisposableStack();
  let stage: ConsoleStage;
  beforeAll(async () => {
    const receiver = stack.use(await openReplyReceiver(1));
    const connectors = `[[http_connectors]]
name = "desk"
bearer_token = "token-of-the-desk"

[[http_connectors]]
name = "calls-back"
allow_unauthenticated_ingress = true
default_binding_keys = ["of-callers"]
allow_private_network = true
default_reply_targets = [{ type = "http", url = "${receiver.targetOf(0)}" }]

[[http_connectors]]
name = "known-only"
bearer_token = "token-of-the-known"
[http_connectors.session_policy]
create_if_missing = false
`;
    const agent = { name: 'agent', main: join(import.meta.dirname, 'streaming-agent.ts'), group: 'agent' };
    stage = stack.use(await openConsole({ connectors, extra: [agent] }));
  }, 120_000);
  afterAll(() => stack.disposeAsync(), 60_000);

  const log = (page: Page) => page.getByRole('log', { name: 'Conversation' });
  const steps = (page: Page) => page.getByRole('list', { name: 'Steps' });
  async function say(page: Page, text: string): Promise<void> {
    await page.getByRole('textbox', { name: 'Message' }).fill(text);
    await page.keyboard.press('Enter');
  }
  const sessionIn = (page: Page) => new URL(page.url()).searchParams.get('session') ?? '';

  it('has a message answered by a real agent, and shows its way', async () => {
    const page = await stage.open('/playground?name=desk');
    await say(page, 'hello');
    await log(page).getByText('echo hello').waitFor();
    await steps(page).getByText('Taken in by http/desk and stored').waitFor();
    await steps(page).getByText('It has no reply target').waitFor();
    const session_id = sessionIn(page);
    await steps(page).getByRole('link', { name: session_id }).waitFor();

    const { body } = await stage.control.call('listTurns', { params: { session_id } });
    expect(body.items).toMatchObject([
      { connector: { name: 'desk' }, event: { data: { content: { text: 'hello' }, metadata: { simulated: true } } } },
    ]);
    const audit = (await stage.control.call('listAudit', { query: { operation: 'simulateMessage' } })).body;
    expect(audit.items).toMatchObject([{ target: { name: 'desk' }, changes: [{ field: 'simulated' }] }]);

    await steps(page).getByRole('link', { name: /^sim_/ }).click();
    await page.getByRole('list', { name: 'What happened' }).getByText('It has no reply target').waitFor();
    await page.context().close();
  });

  it('shows an answer as it grows', async () => {
    const page = await stage.open('/playground?name=desk');
    await say(page, 'hello');
    await log(page).getByText('echo hello').waitFor();
    await say(page, 'stream 30');
    const lengths = new Set<number>();
    const grows = async () => {
      const [text] = await page.locator('[data-growing]').allTextContents();
      if (text !== undefined) lengths.add(text.length);
      return lengths.size >= 3;
    };
    await waitFor(grows, { what: 'a text that grows', timeoutMs: 30_000 });
    await page.locator('[data-growing]').waitFor({ state: 'detached' });
    expect(await log(page).getByText(streamedText(30), { exact: true }).count()).toBe(1);
    await page.context().close();
  });

  it('keeps conversations apart, and over a reload', async () => {
    const page = await stage.open('/playground?name=desk');
    await say(page, 'one');
    await log(page).getByText('echo one').waitFor();
    const first = sessionIn(page);
    await page.reload();
    await log(page).getByText('echo one').waitFor();
    await page.getByRole('button', { name: 'New conversation' }).click();
    await log(page).getByText('Say hello').waitFor();
    await say(page, 'two');
    await log(page).getByText('echo two').waitFor();
    expect(sessionIn(page)).not.toBe(first);
    expect(await log(page).getByText('echo one').count()).toBe(0);
    await page.getByRole('combobox', { name: 'Conversation' }).click();
    await page.getByRole('option', { name: first }).click();
    await log(page).getByText('echo one').waitFor();
    await page.context().close();
  });

  it('delivers answers where the connector says, and leaves the conversations of its callers alone', async () => {
    const page = await stage.open('/playground?name=calls-back');
    await say(page, 'call me');
    await steps(page).getByText('delivered').waitFor();
    const session = await stage.control.call('getSession', { params: { session_id: sessionIn(page) } });
    expect(session.body.binding_keys).toEqual([sessionIn(page)]);
    await page.context().close();
  });

  it('says why a message is rejected, and what to do when nobody answers', async () => {
    const page = await stage.open('/playground?name=known-only');
    await say(page, 'hello');
    await steps(page).getByText('session_missing').waitFor();
    await page.goto(`${stage.url}/console/playground?name=desk`);
    await say(page, 'quiet');
    await steps(page).getByText('Waiting for an answer').waitFor();
    await page.getByText('Nobody has answered yet').waitFor({ timeout: 30_000 });
    await page.context().close();
  });

  it('shows a viewer what was said, and takes nothing', async () => {
    const { token } = (await stage.control.call('createToken', { body: { name: 'v', role: 'viewer' } })).body;
    const page = await stage.open('/playground', { token });
    await page.getByText('Saying something needs the role operator.').waitFor();
    expect(await page.getByRole('textbox', { name: 'Message' }).isDisabled()).toBe(true);
    await page.context().close();
  });

  it('is there for everybody', async () => {
    const page = await stage.open('/playground?name=desk');
    await say(page, 'hello');
    await log(page).getByText('echo hello').waitFor();
    const path = new URL(page.url());
    await page.context().close();
    const findings = await findingsOf(stage, `/playground${path.search}`, async (looked) => {
      await log(looked).getByText('echo hello').waitFor();
      await steps(looked).getByText('It has no reply target').waitFor();
    });
    expect(findings).toEqual([]);
  });
});
