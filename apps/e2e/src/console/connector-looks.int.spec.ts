import { axeFindings, hasBrowser } from '@trunkline/testing/browser';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsOf, openConsole, type ConsoleStage } from './open-console.ts';

const connectors = `
[[http_connectors]]
name = "from-file"
allow_unauthenticated_ingress = true
`;

describe.skipIf(!hasBrowser)('how the pages of connectors look', () => {
  let stage: ConsoleStage;
  beforeAll(async () => {
    stage = await openConsole({ connectors });
    const params = { kind: 'http', name: 'runtime' } as const;
    await stage.control.call('putConnector', {
      params,
      body: {
        bearer_token: { value: 'a-bearer-for-the-looks' },
        session_policy: { persona_id: 'p' },
        default_reply_targets: [{ type: 'http', url: 'https://receiver.example/hook' }],
      },
    });
  }, 120_000);
  afterAll(() => stage?.[Symbol.asyncDispose](), 60_000);

  it.each([
    { path: '/connectors', shows: (page: Page) => page.getByRole('link', { name: 'http/runtime' }) },
    { path: '/connectors/http/runtime', shows: (page: Page) => page.getByRole('region', { name: 'Fields' }) },
    { path: '/connectors/http/runtime/edit', shows: (page: Page) => page.getByLabel('persona_id') },
    { path: '/connectors/new?kind=slack', shows: (page: Page) => page.getByLabel('api_base_url') },
    { path: '/connectors/secrets', shows: (page: Page) => page.getByText('connectors.http.runtime.bearer_token') },
  ])('$path has nothing that axe finds, wide and narrow, light and dark', async ({ path, shows }) => {
    expect(await findingsOf(stage, path, (page) => shows(page).waitFor())).toEqual([]);
  });

  it.each(['Rotate bearer_token', 'Delete'])('neither has the dialog of %s', async (name) => {
    const page = await stage.open('/connectors/http/runtime', { width: 390, scheme: 'dark' });
    await page.getByRole('button', { name, exact: true }).click();
    await page.getByRole('dialog').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.context().close();
  });
});
