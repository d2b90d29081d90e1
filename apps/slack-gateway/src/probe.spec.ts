import { createGuardedFetch } from '@trunkline/gateway-kit';
import { startFakeSlack, type FakeSlack } from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { slackProbe } from './probe.ts';
import { docsSecret, readyEntry } from './testing/ready-entry.ts';
import { receivingApp } from './testing/receiving-app.ts';

const fetch = createGuardedFetch();
let slack: FakeSlack;
beforeAll(async () => {
  slack = await startFakeSlack({ echo: false });
});
afterAll(async () => {
  await fetch.close();
  await slack[Symbol.asyncDispose]();
});

type Fields = Parameters<typeof readyEntry>[0];

/** What each check of a connector finds. */
async function probe(fields: Fields = {}, known: Fields = fields) {
  const inSlack = { bot_token: slack.install.bot_token, api_base_url: slack.apiUrl };
  await using app = await receivingApp([readyEntry({ ...inSlack, ...known })]);
  const deps = { ingressUrl: `http://127.0.0.1:${app.port}`, fetch, now: Date.now };
  const checks = await slackProbe(deps)(readyEntry({ ...inSlack, ...fields }));
  if (!Array.isArray(checks)) throw new Error('no checks');
  const signal = AbortSignal.timeout(10_000);
  const found = await Promise.all(checks.map(async ({ name, run }) => [name, await run(signal)] as const));
  expect([app.emitted, app.ledger]).toEqual([[], []]);
  return Object.fromEntries(found);
}

describe('the probe of a slack connector', () => {
  it('shows the token to Slack, and a signed request to the ingress', async () => {
    expect(await probe()).toEqual({
      bot_token: { outcome: 'ok', detail: expect.stringContaining('Slack knows it as') },
      ingress: { outcome: 'ok', detail: expect.stringContaining('current secrets') },
    });
  });

  it('tries the token of every workspace, and that it is of that workspace', async () => {
    const { team_id, bot_token } = slack.install;
    const team_bot_tokens = [
      { team_id, bot_token },
      { team_id: 'TOTHER', bot_token },
      { team_id: 'TWRONG', bot_token: 'xoxb-wrong' },
    ];
    expect(await probe({ team_bot_tokens })).toMatchObject({
      [`team_bot_tokens.${team_id}`]: { outcome: 'ok' },
      'team_bot_tokens.TOTHER': { outcome: 'failed', detail: expect.stringContaining('not of TOTHER') },
      'team_bot_tokens.TWRONG': { outcome: 'failed', detail: expect.stringContaining('invalid_auth') },
    });
  });

  it.each([
    {
      because: 'a token that Slack does not know',
      fields: { bot_token: 'xoxb-wrong' },
      detail: 'Install the app again',
    },
    {
      because: 'a Slack that is away',
      fields: { api_base_url: 'http://127.0.0.1:1/api' },
      detail: 'could not be reached',
    },
  ])('fails with the remedy for $because', async ({ fields, detail }) => {
    expect((await probe(fields))['bot_token']).toMatchObject({
      outcome: 'failed',
      detail: expect.stringContaining(detail),
    });
  });

  it('fails where the ingress knows another signing secret', async () => {
    const found = await probe({ signing_secret: 'another-secret' }, { signing_secret: docsSecret });
    expect(found['ingress']).toMatchObject({ outcome: 'failed', detail: expect.stringContaining('401') });
  });

  it('tries the app token instead where Socket Mode is used', async () => {
    const fields = { ingress_mode: 'socket_mode', app_token: slack.app.app_token, signing_secret: undefined };
    expect((await probe(fields))['app_token']).toMatchObject({ outcome: 'ok' });
    const wrong = await probe({ ...fields, app_token: 'xapp-wrong' });
    expect(wrong).toMatchObject({ app_token: { outcome: 'failed', detail: expect.stringContaining('invalid') } });
    expect(wrong['ingress']).toBeUndefined();
  });
});
