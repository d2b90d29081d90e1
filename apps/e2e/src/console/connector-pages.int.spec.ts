import { freePort, waitFor } from '@trunkline/testing';
import { hasBrowser } from '@trunkline/testing/browser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openConsole, type ConsoleStage } from './open-console.ts';

/** A sidecar that says its token, and that it is well. */
const sidecar = `
const { createServer } = require('node:http');
console.log('my token is ' + process.env.TRUNKLINE_CONNECTOR_SHARED_TOKEN);
console.error('listening');
const known = { protocol_version: 1, instance_id: 'side-' + process.pid };
const server = createServer((request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(request.url === '/manifest' ? known : { ...known, status: 'ready' }));
});
server.listen(Number(new URL(process.env.TRUNKLINE_CONNECTOR_BASE_URL).port), '127.0.0.1');
setInterval(() => console.log('tick'), 500);
`;
const token = 'shared-token-of-the-side';

const toml = (port: number) => `
[[http_connectors]]
name = "from-file"
allow_unauthenticated_ingress = true

[[external_connectors]]
name = "side"
platform = "test"
mode = "child_process"
base_url = "http://127.0.0.1:${port}"
shared_token_secret_ref = "shared.side"
[external_connectors.child_process]
command = ${JSON.stringify(process.execPath)}
args = ["-e", ${JSON.stringify(sidecar)}]
`;

describe.skipIf(!hasBrowser)('the pages of connectors', () => {
  let stage: ConsoleStage;
  beforeAll(async () => {
    stage = await openConsole({
      connectors: toml(await freePort()),
      externalGateways: 1,
      secrets: { 'shared.side': token },
    });
    const { control } = stage;
    const body = { signing_secret: { value: 'whsec_c2VjcmV0LW9mLXRoZS1wYWdlcw==' } };
    await control.call('putConnector', { params: { kind: 'http', name: 'runtime' }, body });
    const degraded = { bot_token: { secret_ref: 'shared.missing' }, signing_secret: { env: 'NO_SUCH_VARIABLE' } };
    await control.call('putConnector', { params: { kind: 'slack', name: 'team' }, body: degraded });
    const isReady = async () => {
      const { body: view } = await control.call('getConnector', { params: { kind: 'external', name: 'side' } });
      return view.state === 'ready' && view.live.lease_holder !== undefined;
    };
    await waitFor(isReady, { what: 'the sidecar', timeoutMs: 30_000 });
  }, 150_000);
  afterAll(() => stage?.[Symbol.asyncDispose](), 60_000);

  const connector = (name: string) => ({ name: `${name}`, exact: true });

  it('the list is filtered, and the filters are part of the address', async () => {
    const page = await stage.open('/connectors');
    const table = page.getByRole('table', { name: 'Connectors' });
    await table.getByText('bot_token: secret "shared.missing" is not set').waitFor();
    await page.getByLabel('Name').fill('ru');
    await table.getByRole('link', connector('slack/team')).waitFor({ state: 'hidden' });
    await table.getByRole('link', connector('http/runtime')).waitFor();
    await page.waitForURL(/\?q=ru$/);
    await page.goto(`${stage.url}/console/connectors?state=degraded`);
    await table.getByRole('link', connector('slack/team')).waitFor();
    expect(await table.getByRole('row').count()).toBe(2);
    await page.getByRole('combobox', { name: 'State' }).click();
    await page.getByRole('option', { name: 'disabled' }).click();
    await page.getByText('No connector fits these filters.').waitFor();
    await page.context().close();
  });

  it('one of the connectors file is read-only', async () => {
    const page = await stage.open('/connectors/http/from-file');
    await page.getByText('Nothing here changes it').waitFor();
    await page.getByRole('button', { name: 'Test' }).waitFor();
    for (const name of ['Disable', 'Delete'])
      expect(await page.getByRole('button', { name, exact: true }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Edit' }).count()).toBe(0);
    await page.context().close();
  });

  it('a viewer sees all of it and is offered nothing that he may not do', async () => {
    const { body } = await stage.control.call('createToken', { body: { name: 'watcher', role: 'viewer' } });
    const page = await stage.open('/connectors/http/runtime', { token: body.token });
    await page.getByText('connectors.http.runtime.signing_secret, version 1').waitFor();
    const main = page.getByRole('main');
    expect(await main.getByRole('button').count()).toBe(0);
    await page.goto(`${stage.url}/console/connectors/secrets`);
    await main.getByText('connectors.http.runtime.signing_secret').waitFor();
    expect(await main.getByRole('button').count()).toBe(0);
    await page.goto(`${stage.url}/console/connectors/http/runtime/edit`);
    await page.getByText('Only an admin may do this').waitFor();
    await page.goto(`${stage.url}/console/connectors`);
    await main.getByRole('link', connector('http/runtime')).waitFor();
    expect(await main.getByRole('link', { name: 'New connector' }).count()).toBe(0);
    await page.context().close();
  });

  it('the log of a sidecar comes by itself, without its secrets, and stands still while it is paused', async () => {
    const page = await stage.open('/connectors/external/side');
    const log = page.getByRole('region', { name: 'Lines of the sidecar' });
    await log.getByText('my token is [secret]').waitFor();
    await log.getByText('listening').waitFor();
    await log.getByText('The sidecar is ready.').waitFor();
    await page.getByText(/^side-\d+$/).waitFor();
    const ticks = () => log.getByText('tick').count();
    const before = await ticks();
    await waitFor(async () => (await ticks()) > before, { what: 'a further line', timeoutMs: 20_000 });
    await page.getByRole('button', { name: 'Pause' }).click();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    // It goes on asking for the connector: after two of these, it would have asked for the log.
    const views = () => asked.filter((path) => path.endsWith('/external/side')).length;
    await waitFor(() => views() >= 2, { what: 'two looks at the connector', timeoutMs: 20_000 });
    expect(asked.filter((path) => path.endsWith('/log'))).toEqual([]);
    expect((await page.content()).includes(token)).toBe(false);
    await page.context().close();
  });

  it('secrets are stored and deleted on their own page, but not while a connector names them', async () => {
    const page = await stage.open('/connectors/secrets');
    await page.getByRole('button', { name: 'New secret' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reference').fill('shared.of-the-page');
    await dialog.getByLabel('Value', { exact: true }).fill('a-value-of-the-page');
    await dialog.getByRole('button', { name: 'Store' }).click();
    const row = (reference: string) => page.getByRole('row').filter({ hasText: reference });
    await row('shared.of-the-page').waitFor();
    await dialog.waitFor({ state: 'hidden' });
    expect((await page.content()).includes('a-value-of-the-page')).toBe(false);
    await row('shared.side').getByRole('button', { name: 'Delete' }).click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await dialog.getByText('external/side').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await row('shared.of-the-page').getByRole('button', { name: 'Delete' }).click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await row('shared.of-the-page').waitFor({ state: 'hidden' });
    await page.context().close();
  });

  it('lists of tables, tables and records are entered by the form as well', async () => {
    const page = await stage.open('/connectors/new?kind=external');
    await page.getByLabel('Name').fill('made');
    await page.getByLabel('platform').fill('test');
    await page.getByLabel('base_url').fill('http://127.0.0.1:9');
    await page.getByRole('switch', { name: 'allow_unauthenticated_ingress' }).click();
    await page.getByRole('switch', { name: 'enabled' }).click();
    await page.getByRole('combobox', { name: 'mode' }).click();
    await page.getByRole('option', { name: 'child_process' }).click();
    await page.getByRole('button', { name: 'Unfold child_process' }).click();
    await page.getByLabel('command').fill('true');
    await page.getByRole('combobox', { name: 'args' }).fill('-a,b');
    await page.getByRole('combobox', { name: 'args' }).press('Enter');
    await page.getByRole('button', { name: 'Add a line to env' }).click();
    await page.getByLabel('env: name 1').fill('LOUD');
    await page.getByLabel('env: value 1').fill('yes');
    await page.getByRole('button', { name: 'Add to additional_reply_targets' }).click();
    await page.getByRole('menuitem', { name: 'slack' }).click();
    await page.getByLabel('channel_id').fill('C0123');
    await page.getByRole('group', { name: 'additional_reply_targets 1: slack' }).getByLabel('connector').fill('team');
    await page.getByRole('button', { name: 'Review and save' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByText('external/made is saved').waitFor();
    const { body } = await stage.control.call('getConnector', { params: { kind: 'external', name: 'made' } });
    expect(body.config).toMatchObject({
      enabled: false,
      child_process: { command: 'true', args: ['-a,b'], env: { LOUD: 'yes' } },
      additional_reply_targets: [{ type: 'slack', channel_id: 'C0123', connector: 'team' }],
    });
    await page.context().close();
  });
});
