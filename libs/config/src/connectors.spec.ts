import { describe, expect, it } from 'vitest';
import { connectorWith, describeRules } from './testing/connector-rules.ts';

describeRules([
  { kind: 'http', with: { name: 'A-1.b_c' }, because: 'names have letters, digits, dot, dash, underscore' },
  {
    kind: 'http',
    with: { name: '.a' },
    because: 'names begin with a letter or digit',
    refused: 'name must be 1 to 64',
  },
  { kind: 'http', with: { name: 'a'.repeat(64) }, because: 'names have at most 64 characters' },
  { kind: 'http', with: { name: 'a'.repeat(65) }, because: 'and not one more', refused: 'name must be 1 to 64' },
  { kind: 'http', with: { ingress_events_per_second: 1 }, because: 'one event a second is a rate' },
  {
    kind: 'http',
    with: { ingress_events_per_second: 0 },
    because: 'zero is an error',
    refused: 'ingress_events_per_second must be a whole number from 1 to 100000',
  },
  {
    kind: 'http',
    with: { ingress_events_per_second: 100_001 },
    because: 'so is too much',
    refused: 'ingress_events_per_second must be',
  },
  {
    kind: 'http',
    with: { ingress_events_per_second: 1.5 },
    because: 'rates are whole',
    refused: 'ingress_events_per_second must be',
  },
  {
    kind: 'http',
    with: { enabled: 'false' },
    because: 'a word is no boolean',
    refused: 'enabled must be true or false',
  },
  {
    kind: 'http',
    with: { enabled: null },
    because: 'null has a meaning in the API only, not here',
    refused: 'enabled must be true or false',
  },
  { kind: 'http', with: { fixed_session_id: 'team room 1' }, because: 'session ids are printable' },
  {
    kind: 'http',
    with: { fixed_session_id: '..' },
    because: 'session ids are no path steps',
    refused: 'fixed_session_id must not be "." or ".."',
  },
  {
    kind: 'http',
    with: { fixed_session_id: 'a\nb' },
    because: 'a newline is not printable',
    refused: 'fixed_session_id must be',
  },
  {
    kind: 'http',
    with: { default_binding_keys: ['a', ' '] },
    because: 'a blank id is a mistake, not nothing',
    refused: 'default_binding_keys[1] must not be blank',
  },
  {
    kind: 'slack',
    with: { allowed_team_ids: [''] },
    because: 'dropping it would allow every team',
    refused: 'allowed_team_ids[0] must not be blank',
  },
  {
    kind: 'http',
    with: { session_policy: { capability_scope: { skill_alow: [] } } },
    because: 'strict all the way down',
    refused: 'unknown key "skill_alow" in session_policy.capability_scope',
  },
]);

describe('what a connector becomes', () => {
  it('has the documented defaults', () => {
    expect(connectorWith('http')).toMatchObject({
      ingress_events_per_second: 60,
      on_unknown: 'resend',
      actor_id: 'http-webhook',
      wait_ms: 2000,
    });
    expect(connectorWith('slack')).toMatchObject({
      ingress_events_per_second: 60,
      on_unknown: 'surface',
      include_self_output: false,
    });
    expect(connectorWith('telegram')).toMatchObject({
      ingress_events_per_second: 100,
      on_unknown: 'surface',
      polling_timeout_seconds: 30,
    });
    expect(connectorWith('external')).toMatchObject({
      ingress_events_per_second: 100,
      on_unknown: 'resend',
      include_self_output: true,
      mode: 'remote_http',
    });
  });

  it('answers by itself where it has a bot token', () => {
    expect(connectorWith('slack', { bot_token_env: 'B' }).include_self_output).toBe(true);
    expect(connectorWith('telegram', { bot_token_env: 'B' }).include_self_output).toBe(true);
    expect(connectorWith('telegram', { bot_token_env: 'B', include_self_output: false }).include_self_output).toBe(
      false,
    );
  });

  it('signs by the standard scheme when only the secret is given', () => {
    expect(connectorWith('http', { signing_secret_env: 'S' }).signature_scheme).toBe('standard-webhooks');
    expect(connectorWith('http').signature_scheme).toBeUndefined();
  });

  it('trims, sorts and de-duplicates ids, numbers by value', () => {
    expect(connectorWith('slack', { allowed_team_ids: [' T2', 'T1', 'T2 '] }).allowed_team_ids).toEqual(['T1', 'T2']);
    expect(connectorWith('telegram', { allowed_chat_ids: [10, 9, -100, 9] }).allowed_chat_ids).toEqual([-100, 9, 10]);
  });

  it('keeps base URLs without a trailing slash', () => {
    expect(connectorWith('external', { base_url: 'https://sidecar.example/v1//' }).base_url).toBe(
      'https://sidecar.example/v1',
    );
  });

  it('has each reply target once, in its canonical form, with an http connector as the sender of its own', () => {
    const url = 'https://a.example/';
    const targets = [
      { type: 'http', url },
      { plugin: 'http', address: JSON.stringify({ url, headers: {} }) },
      { type: 'telegram', connector: 'bot', chat_id: -5 },
    ];
    expect(connectorWith('http', { default_reply_targets: targets }).default_reply_targets).toEqual([
      { type: 'http', url, connector: 'a' },
      { type: 'telegram', connector: 'bot', chat_id: '-5' },
    ]);
  });

  it('keeps all sources of a secret, for whoever resolves it', () => {
    const sources = { bearer_token: 'x', bearer_token_env: 'T', bearer_token_secret_ref: 'shared.t' };
    expect(connectorWith('http', sources).bearer_token).toEqual({ inline: 'x', env: 'T', secret_ref: 'shared.t' });
  });
});
