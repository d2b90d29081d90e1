import { parseConnector, type ConnectorConfig } from '@trunkline/config';
import type { ConnectorKind } from '@trunkline/events';
import { describe, expect, it } from 'vitest';
import { viewOf } from './connector-view.ts';
import { secretResolver } from './resolve-connector.ts';

function connector(kind: ConnectorKind, wire: object): ConnectorConfig {
  const parsed = parseConnector(kind, wire);
  if (!parsed.ok) throw new Error(parsed.problems.map((problem) => problem.message).join());
  return parsed.connector;
}

const slack = connector('slack', {
  name: 'support',
  bot_token: 's3cr3t',
  bot_token_env: 'BOT',
  signing_secret_secret_ref: 'shared.signing',
  team_bot_tokens: [{ team_id: 'T1', bot_token: 's3cr3t' }],
  require_mention: true,
});

const sidecar = connector('external', {
  name: 'discord',
  platform: 'discord',
  mode: 'child_process',
  base_url: 'http://127.0.0.1:8787',
  shared_token: 's3cr3t',
  child_process: { command: 'run', credential_slots: { TOKEN: 'connectors.external.discord.token' } },
});

describe('secretResolver', () => {
  it('finds every secret by its field', async () => {
    const webhook = connector('http', { name: 'a', bearer_token_env: 'T', signing_secret: 'one two' });
    const resolution = await secretResolver({ env: { T: 'token' } })(webhook);
    if (resolution.state !== 'ready') throw new Error(resolution.reason);
    const values = Object.entries(resolution.secrets).map(([field, secrets]) => [
      field,
      secrets.map((secret) => secret.expose()),
    ]);
    expect(Object.fromEntries(values)).toEqual({ bearer_token: ['token'], signing_secret: ['one two'] });
  });

  it('degrades with everything that is missing, and never falls through to a weaker source', async () => {
    const resolution = await secretResolver({ env: {} })(slack);
    expect(resolution).toMatchObject({
      state: 'degraded',
      reason: expect.stringMatching(/bot_token: .*BOT.*; signing_secret: .*shared\.signing/),
    });
    expect(JSON.stringify(resolution)).not.toContain('s3cr3t');
  });

  it('needs every credential slot', async () => {
    expect(await secretResolver({ env: {} })(sidecar)).toMatchObject({
      state: 'degraded',
      reason: expect.stringContaining('credential_slots.TOKEN: '),
    });
  });
});

describe('viewOf', () => {
  it('shows where secrets come from and everything else but them', () => {
    const view = viewOf({
      kind: 'slack',
      name: 'support',
      source: 'file',
      state: 'degraded',
      reason: 'why',
      config: slack,
    });
    expect(view).toMatchObject({
      state: 'degraded',
      reason: 'why',
      config: { name: 'support', require_mention: true, team_bot_tokens: [{ team_id: 'T1' }] },
      secrets: {
        bot_token: { configured: true, source: 'env', env: 'BOT' },
        signing_secret: { configured: true, source: 'secret_ref', secret_ref: 'shared.signing' },
        app_token: { configured: false },
        'team_bot_tokens.T1': { configured: true, source: 'inline' },
      },
    });
    expect(Object.keys(view.config).filter((key) => /token|secret/.test(key))).toEqual(['team_bot_tokens']);
    expect(JSON.stringify(view)).not.toContain('s3cr3t');
  });

  it('shows credential slots by their references, and nothing of a connector that could not be read', () => {
    const ready = { kind: 'external', name: 'discord', source: 'runtime' } as const;
    const view = viewOf({ ...ready, state: 'ready', config: sidecar, secrets: {} });
    expect(view.config).toMatchObject({
      child_process: { credential_slots: { TOKEN: 'connectors.external.discord.token' } },
    });
    expect(JSON.stringify(view)).not.toContain('s3cr3t');
    expect(viewOf({ ...ready, state: 'degraded', reason: 'broken' })).toEqual({
      ...ready,
      state: 'degraded',
      reason: 'broken',
      config: {},
      secrets: {},
    });
  });
});
