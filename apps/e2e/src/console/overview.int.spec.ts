import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { waitFor } from '@trunkline/testing';
import { hasBrowser } from '@trunkline/testing/browser';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReplyReceiver, type ReplyReceiver } from '../chaos/reply-receiver.ts';
import { chaosConnectors, chaosToken } from '../chaos/send-events.ts';
import { findingsOf, openConsole, type ConsoleStage } from './open-console.ts';

const patient = { timeoutMs: 60_000 };

/** One that works, one whose secret is missing, and one whose gateway does not run. */
const connectors = `${chaosConnectors}
[[http_connectors]]
name = "shop"
bearer_token_env = "SET_NOWHERE"

[[slack_connectors]]
name = "team"
bot_token = "xoxb-of-nobody"
signing_secret = "signs-nothing"
`;

describe.skipIf(!hasBrowser)('the overview', () => {
  let stage: ConsoleStage;
  let receiver: ReplyReceiver;
  let refusing: Server;
  beforeAll(async () => {
    receiver = await openReplyReceiver(1);
    refusing = createServer((_request, response) => void response.writeHead(400).end()).listen(0, '127.0.0.1');
    await once(refusing, 'listening');
    stage = await openConsole({ connectors, consumers: 1 });
  }, 120_000);
  afterAll(async () => {
    await stage?.[Symbol.asyncDispose]();
    await receiver?.[Symbol.asyncDispose]();
    refusing?.close().closeAllConnections();
  }, 60_000);

  const refusingUrl = () => `http://127.0.0.1:${(refusing.address() as AddressInfo).port}/`;

  async function send(content: string, url: string): Promise<void> {
    const answer = await fetch(`${stage.installation.gatewayUrls[0]}/v1/connectors/http/chaos`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${chaosToken}` },
      body: JSON.stringify({ content, binding_keys: [content], reply_targets: [{ type: 'http', url }] }),
    });
    expect(answer.ok).toBe(true);
  }

  const figure = (page: Page, name: string) => page.getByRole('group', { name });

  it('says what is missing and what to do first, and then what happens', async () => {
    const page = await stage.open('/');
    await page.getByRole('alert').getByText('No slack gateway runs').waitFor();
    await page.getByRole('heading', { name: 'Nothing has come in yet' }).waitFor();
    await page.getByRole('main').getByRole('link', { name: 'Playground' }).waitFor();

    for (const n of [1, 2, 3, 4]) await send(`said ${n}`, receiver.targetOf(n));
    await send('refused', refusingUrl());
    await waitFor(
      async () => {
        const { recent, deliveries } = (await stage.control.call('getOverview', {})).body;
        return recent.accepted === 5 && recent.delivered === 4 && deliveries.dead === 1;
      },
      { what: 'four deliveries and a dead letter', ...patient },
    );

    const within = { timeout: patient.timeoutMs };
    await figure(page, 'Events per minute').getByText('5 events in 5 min').waitFor(within);
    await figure(page, 'Deliveries per minute').getByText('4 deliveries in 5 min, 1 failed call').waitFor(within);
    await figure(page, 'Storing, p99')
      .getByText(/^[\d.]+ m?s$/)
      .waitFor(within);
    await figure(page, 'Delivering, p99')
      .getByText(/^[\d.]+ m?s$/)
      .waitFor(within);
    const dead = figure(page, 'Dead letters').getByRole('link', { name: '1' });
    expect(await dead.getAttribute('href')).toBe('/console/deliveries/dead-letters');
    expect(await page.getByRole('heading', { name: 'Nothing has come in yet' }).count()).toBe(0);

    // A half minute is drawn when it is over.
    const events = page.getByRole('figure', { name: 'Events' });
    await events.getByText('In the last hour 5 accepted').waitFor(within);
    for (const title of ['Events', 'Deliveries', 'Durations', 'Backlog'])
      expect(await page.getByRole('figure', { name: title }).locator('svg path').count(), title).toBeGreaterThan(0);
    await page.context().close();
  }, 180_000);

  it('shows which connectors do not work, why, and what runs', async () => {
    const page = await stage.open('/');
    const shop = page.getByRole('link', { name: 'http/shop' });
    expect(await shop.getAttribute('href')).toBe('/console/connectors/http/shop');
    await page.getByText('environment variable SET_NOWHERE is not set').waitFor();
    await page.getByRole('link', { name: 'slack/team' }).waitFor();
    await page.getByRole('link', { name: '1 degraded' }).waitFor();
    await page.getByRole('row', { name: 'http-gateway 1 replica' }).waitFor();
    await page.getByRole('row', { name: 'session-router 1 replica' }).waitFor();
    await page.context().close();
  }, 60_000);

  it('is accessible, light and dark, wide and narrow', async () => {
    const isThere = (page: Page) => page.getByRole('link', { name: 'http/shop' }).waitFor();
    expect(await findingsOf(stage, '/', isThere)).toEqual([]);
  }, 120_000);
});
