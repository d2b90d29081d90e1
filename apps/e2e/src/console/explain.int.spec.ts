import { hasBrowser } from '@trunkline/testing/browser';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsOf, openConsole, type ConsoleStage } from './open-console.ts';

const token = 'token-of-the-hook';
const connectors = `[[http_connectors]]
name = "hook"
bearer_token = "${token}"

[[http_connectors]]
name = "signed"
signing_secret = "a-secret-of-github"
signature_scheme = "github"
`;
const payload = { content: 'Order is late', binding_keys: ['order-1'], idempotency_key: 'late-1' };

describe.skipIf(!hasBrowser)('the explain page', { timeout: 120_000 }, () => {
  let stage: ConsoleStage;
  beforeAll(async () => {
    stage = await openConsole({ connectors, consumers: 1 });
  }, 120_000);
  afterAll(() => stage?.[Symbol.asyncDispose](), 60_000);

  const would = (page: Page) => page.getByRole('list', { name: 'What would happen' });
  const body = (page: Page) => page.getByRole('textbox', { name: 'Body' });
  const explain = (page: Page) => page.getByRole('button', { name: 'Explain', exact: true }).click();

  it('names session, turn and answers of a payload, and then it happens', async () => {
    const page = await stage.open('/explain?kind=http&name=hook');
    await body(page).fill(JSON.stringify(payload));
    await explain(page);
    await would(page).getByText('It becomes an event').waitFor();
    const request = { kind: 'http', name: 'hook', body: payload } as const;
    const [told] = (await stage.control.call('explainRequest', { body: request })).body.events;
    await would(page)
      .getByText(told?.session?.session_id ?? '?', { exact: true })
      .waitFor();
    await would(page)
      .getByText(told?.turn_subject ?? '?', { exact: true })
      .waitFor();
    await would(page).getByText('Answers stay in the session').waitFor();

    const response = await fetch(`${stage.installation.gatewayUrls[0]}/v1/connectors/http/hook`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(payload),
    });
    expect(await response.json()).toMatchObject({ session_id: told?.session?.session_id });
    await explain(page);
    await would(page).getByText('this would be a duplicate').waitFor();
    await page.context().close();
  });

  it('says why a request would be refused', async () => {
    const page = await stage.open('/explain?kind=http&name=signed');
    await body(page).fill('{"content":"x"}');
    await page.getByRole('textbox', { name: 'Headers' }).fill('X-Hub-Signature-256: sha256=00');
    await explain(page);
    const admission = page.getByRole('list', { name: 'Admission' });
    await admission.getByText('It is refused').waitFor();
    await admission.getByText('signature').first().waitFor();

    await page.getByRole('textbox', { name: 'Headers' }).fill('no header');
    await explain(page);
    await page.getByText('Line 1: write Name: value.').waitFor();
    await page.getByRole('textbox', { name: 'Headers' }).fill('');
    await body(page).fill('{"contents":"x"}');
    await explain(page);
    await would(page).getByText('payload_invalid').waitFor();
    expect(await body(page).inputValue()).toBe('{"contents":"x"}');
    await page.context().close();
  });

  it('tells what came of an event, by its address', async () => {
    const page = await stage.open('/explain?kind=http&name=hook&event=late-1');
    const story = page.getByRole('list', { name: 'What happened' });
    await story.getByText('Routed into its session').waitFor();
    await story.getByText('echo Order is late').waitFor();
    await page.getByRole('textbox', { name: 'Event id' }).fill('nothing');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByRole('alert').getByText('event_not_found').waitFor();
    await page.context().close();
  });

  it('explains a payload to a viewer, who is not asked for headers', async () => {
    const made = await stage.control.call('createToken', { body: { name: 'v', role: 'viewer' } });
    const page = await stage.open('/explain?kind=http&name=hook', { token: made.body.token });
    await body(page).fill(JSON.stringify(payload));
    await explain(page);
    await would(page).getByText('this would be a duplicate').waitFor();
    expect(await page.getByRole('textbox', { name: 'Headers' }).count()).toBe(0);
    await page.context().close();
  });

  it('is there for everybody', async () => {
    const findings = [
      ...(await findingsOf(stage, '/explain?kind=http&name=hook', async (page) => {
        await body(page).fill(JSON.stringify(payload));
        await explain(page);
        await would(page).getByText('this would be a duplicate').waitFor();
      })),
      ...(await findingsOf(stage, '/explain?kind=http&name=hook&event=late-1', (page) =>
        page.getByText('Routed into its session').waitFor(),
      )),
    ];
    expect(findings).toEqual([]);
  });
});
