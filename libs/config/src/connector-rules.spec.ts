import type { ConnectorKind } from '@trunkline/events';
import { describe, expect, it } from 'vitest';
import { parseConnector } from './parse-connector.ts';

/** The least that each kind needs. */
const least: Record<ConnectorKind, Record<string, unknown>> = {
  http: { name: 'a', bearer_token_env: 'T' },
  slack: { name: 'a', signing_secret_env: 'S' },
  telegram: { name: 'a', secret_token_env: 'S' },
  external: { name: 'a', platform: 'p', base_url: 'https://sidecar.example', shared_token_env: 'T' },
};

interface Row {
  kind: ConnectorKind;
  /** Laid over the least; `undefined` takes a key away. */
  with: Record<string, unknown>;
  because: string;
  /** What is said about it; accepted when absent. */
  refused?: string;
}

function problemsOf({ kind, with: more }: Row): string[] {
  const wire = Object.fromEntries(Object.entries({ ...least[kind], ...more }).filter(([, value]) => value !== undefined));
  const parsed = parseConnector(kind, wire);
  return parsed.ok ? [] : parsed.problems.map((problem) => problem.message);
}

const child = { mode: 'child_process', base_url: 'http://127.0.0.1:8787', child_process: { command: 'run' } };
const childWith = (more: object) => ({ ...child, child_process: { command: 'run', ...more } });

const common: Row[] = [
  { kind: 'http', with: { name: 'A-1.b_c' }, because: 'names have letters, digits, dot, dash, underscore' },
  { kind: 'http', with: { name: '.a' }, because: 'names begin with a letter or digit', refused: 'name must be 1 to 64' },
  { kind: 'http', with: { name: 'a'.repeat(64) }, because: 'names have at most 64 characters' },
  { kind: 'http', with: { name: 'a'.repeat(65) }, because: 'and not one more', refused: 'name must be 1 to 64' },
  { kind: 'http', with: { ingress_events_per_second: 1 }, because: 'one event a second is a rate' },
  { kind: 'http', with: { ingress_events_per_second: 0 }, because: 'zero is an error', refused: 'ingress_events_per_second must be a whole number from 1 to 100000' },
  { kind: 'http', with: { ingress_events_per_second: 100_001 }, because: 'so is too much', refused: 'ingress_events_per_second must be' },
  { kind: 'http', with: { ingress_events_per_second: 1.5 }, because: 'rates are whole', refused: 'ingress_events_per_second must be' },
  { kind: 'http', with: { enabled: 'false' }, because: 'a word is no boolean', refused: 'enabled must be true or false' },
  { kind: 'http', with: { enabled: null }, because: 'null has a meaning in the API only, not here', refused: 'enabled must be true or false' },
  { kind: 'http', with: { fixed_session_id: 'team room 1' }, because: 'session ids are printable' },
  { kind: 'http', with: { fixed_session_id: '..' }, because: 'session ids are no path steps', refused: 'fixed_session_id must not be "." or ".."' },
  { kind: 'http', with: { fixed_session_id: 'a\nb' }, because: 'a newline is not printable', refused: 'fixed_session_id must be' },
  { kind: 'http', with: { default_binding_keys: ['a', ' '] }, because: 'a blank id is a mistake, not nothing', refused: 'default_binding_keys[1] must not be blank' },
  { kind: 'slack', with: { allowed_team_ids: [''] }, because: 'dropping it would allow every team', refused: 'allowed_team_ids[0] must not be blank' },
  { kind: 'http', with: { session_policy: { capability_scope: { skill_alow: [] } } }, because: 'strict all the way down', refused: 'unknown key "skill_alow" in session_policy.capability_scope' },
];

const http: Row[] = [
  { kind: 'http', with: { bearer_token_env: undefined, signing_secret_env: 'S' }, because: 'a signature is authentication' },
  { kind: 'http', with: { bearer_token_env: undefined }, because: 'open ingress must be wanted', refused: 'needs bearer_token or signing_secret, or allow_unauthenticated_ingress = true' },
  { kind: 'http', with: { bearer_token_env: undefined, allow_unauthenticated_ingress: true }, because: 'and may be' },
  { kind: 'http', with: { bearer_token_env: undefined, egress_signing_secret_env: 'S' }, because: 'signing what we send authenticates nobody', refused: 'needs bearer_token' },
  { kind: 'http', with: { signature_scheme: 'github' }, because: 'a scheme without a secret verifies nothing', refused: 'signature_scheme needs signing_secret' },
  { kind: 'http', with: { signing_secret: 'old new' }, because: 'several signing secrets while one is changed' },
  { kind: 'http', with: { egress_signing_secret: 'old new' }, because: 'one secret to sign with', refused: 'egress_signing_secret must be written without whitespace' },
  { kind: 'http', with: { bearer_token: '' }, because: 'a blank secret degrades when it is resolved, it is no shape error' },
  { kind: 'http', with: { bearer_token_env: 'A-B' }, because: 'variables have plain names', refused: 'bearer_token_env must be the name of an environment variable' },
  { kind: 'http', with: { bearer_token_secret_ref: 'connectors.http.b.bearer_token' }, because: 'references of the own kind' },
  { kind: 'http', with: { bearer_token_secret_ref: 'shared.token' }, because: 'shared references' },
  { kind: 'http', with: { bearer_token_secret_ref: 'connectors.slack.a.bot_token' }, because: 'no others', refused: 'bearer_token_secret_ref must start with "connectors.http." or "shared."' },
  { kind: 'http', with: { bearer_token_secret_ref: 'connectors.http.' }, because: 'a prefix names nothing', refused: 'bearer_token_secret_ref must start' },
  { kind: 'http', with: { payload_format: 'raw', mapping: { content: '{{ body.text }}', binding_keys: ['b', 'a'] } }, because: 'raw payloads are mapped' },
  { kind: 'http', with: { mapping: { content: 'x' } }, because: 'native payloads are not', refused: 'mapping needs payload_format = "raw"' },
  { kind: 'http', with: { payload_format: 'raw', mapping: { contents: 'x' } }, because: 'mappings are strict', refused: 'unknown key "contents" in mapping' },
  { kind: 'http', with: { payload_format: 'raw', mapping: { binding_keys: 'a' } }, because: 'binding keys are a list', refused: 'mapping.binding_keys must be a list' },
  { kind: 'http', with: { wait_ms: 0 }, because: 'not waiting is possible' },
  { kind: 'http', with: { wait_ms: 30_001 }, because: 'waiting has an end', refused: 'wait_ms must be a whole number from 0 to 30000' },
  { kind: 'http', with: { signature_max_age_seconds: 0 }, because: 'no age would refuse everything', refused: 'signature_max_age_seconds must be' },
  { kind: 'http', with: { default_reply_targets: [{ plugin: 'slack', address: '{"connector":"a","channel_id":"C"}' }] }, because: 'raw targets' },
  { kind: 'http', with: { default_reply_targets: [{ plugin: 'slack', address: 'C' }] }, because: 'a raw address is a document', refused: 'default_reply_targets[0] is refused' },
  { kind: 'http', with: { default_reply_targets: [{ type: 'http', url: 'https://a.example', headers: { 'X-Api-Key': 'k' } }] }, because: 'headers carry no secrets', refused: 'default_reply_targets[0].headers' },
  { kind: 'http', with: { default_reply_targets: [{ type: 'slak' }] }, because: 'types are known', refused: 'default_reply_targets[0].type must be' },
  { kind: 'http', with: { default_reply_targets: [{ type: 'telegram', connector: 'a', chat_id: true }] }, because: 'chat ids are text or numbers', refused: 'default_reply_targets[0].chat_id must be a string in quotes or a number' },
];

const slack: Row[] = [
  { kind: 'slack', with: { signing_secret_env: undefined }, because: 'Slack calls us', refused: 'needs signing_secret, or allow_unauthenticated_ingress = true' },
  { kind: 'slack', with: { signing_secret_env: undefined, ingress_mode: 'socket_mode', app_token_env: 'A' }, because: 'we call Slack' },
  { kind: 'slack', with: { ingress_mode: 'socket_mode' }, because: 'with an app token', refused: 'socket_mode needs app_token' },
  { kind: 'slack', with: { ingress_mode: 'socket_mode', app_token: 'xoxb-1' }, because: 'which a bot token is not', refused: 'app_token must be written as it was issued, beginning with "xapp-"' },
  { kind: 'slack', with: { ingress_mode: 'socket', app_token_env: 'A' }, because: 'one mistake is reported once', refused: 'ingress_mode must be "events_api" or "socket_mode"' },
  { kind: 'slack', with: { include_self_output: true }, because: 'answering takes a bot token', refused: 'include_self_output needs bot_token' },
  { kind: 'slack', with: { include_self_output: true, team_bot_tokens: [{ team_id: 'T1', bot_token_env: 'B' }] }, because: 'one of a workspace will do' },
  { kind: 'slack', with: { team_bot_tokens: [{ team_id: 'T1' }] }, because: 'a workspace without a token', refused: 'team_bot_tokens[0] needs one of bot_token_secret_ref, bot_token_env, bot_token' },
  { kind: 'slack', with: { team_bot_tokens: [{ team_id: 'T1', bot_token_env: 'B' }, { team_id: 'T1', bot_token_env: 'C' }] }, because: 'a workspace has one', refused: 'team_bot_tokens[1].team_id is listed twice' },
  { kind: 'slack', with: { team_bot_tokens: [{ team_id: 'T1', bot_token_secret_ref: 'connectors.http.x' }] }, because: 'of its own kind', refused: 'team_bot_tokens[0].bot_token_secret_ref must start with' },
  { kind: 'slack', with: { api_base_url: 'http://127.0.0.1:9/api' }, because: 'a simulated Slack' },
  { kind: 'slack', with: { api_base_url: 'slack.com/api' }, because: 'URLs are absolute', refused: 'api_base_url must be an absolute http or https URL' },
  { kind: 'slack', with: { api_base_url: 'https://u@slack.com/api' }, because: 'without a user', refused: 'api_base_url must not hold a user name or password' },
  { kind: 'slack', with: { api_base_url: 'https://slack.com/api#x' }, because: 'without a fragment', refused: 'api_base_url must not have a query or fragment' },
  { kind: 'slack', with: { api_base_url: 'https:\\\\slack.com' }, because: 'without what a URL parser would repair', refused: 'api_base_url must be an absolute' },
];

const telegram: Row[] = [
  { kind: 'telegram', with: { secret_token_env: undefined }, because: 'Telegram calls us', refused: 'webhook needs secret_token, or allow_unauthenticated_ingress = true' },
  { kind: 'telegram', with: { secret_token_env: undefined, allow_unauthenticated_ingress: true }, because: 'openly, if wanted' },
  { kind: 'telegram', with: { secret_token_env: undefined, ingress_mode: 'polling', bot_token_env: 'B' }, because: 'we call Telegram' },
  { kind: 'telegram', with: { ingress_mode: 'polling' }, because: 'with a bot token', refused: 'polling needs bot_token' },
  { kind: 'telegram', with: { include_self_output: true }, because: 'answering takes a bot token', refused: 'include_self_output needs bot_token' },
  { kind: 'telegram', with: { include_self_output: false }, because: 'not answering takes none' },
  { kind: 'telegram', with: { public_url: 'https://a.example', bot_token_env: 'B' }, because: 'we register the webhook' },
  { kind: 'telegram', with: { public_url: 'https://a.example' }, because: 'which takes a bot token', refused: 'public_url needs bot_token' },
  { kind: 'telegram', with: { public_url: 'http://a.example', bot_token_env: 'B' }, because: 'Telegram calls https only', refused: 'public_url must be an https URL' },
  { kind: 'telegram', with: { polling_timeout_seconds: 50 }, because: 'the longest question' },
  { kind: 'telegram', with: { polling_timeout_seconds: 51 }, because: 'and longer', refused: 'polling_timeout_seconds must be a whole number from 1 to 50' },
  { kind: 'telegram', with: { allowed_chat_ids: ['-100'] }, because: 'chat ids are numbers', refused: 'allowed_chat_ids[0] must be a whole number' },
];

const external: Row[] = [
  { kind: 'external', with: { platform: undefined }, because: 'the platform is part of session ids', refused: 'platform is required' },
  { kind: 'external', with: { shared_token_env: undefined }, because: 'sidecars call us', refused: 'needs shared_token, or allow_unauthenticated_ingress = true' },
  { kind: 'external', with: { base_url: 'https://sidecar.example/v1/' }, because: 'a remote sidecar may live under a path' },
  { kind: 'external', with: { base_url: 'ftp://sidecar.example' }, because: 'http or https', refused: 'base_url must be an absolute http or https URL' },
  { kind: 'external', with: child, because: 'a child on loopback with a port' },
  { kind: 'external', with: { ...child, base_url: 'http://[::1]:1' }, because: 'IPv6 loopback' },
  { kind: 'external', with: { ...child, base_url: 'http://localhost:80' }, because: 'the default port, if named' },
  { kind: 'external', with: { ...child, base_url: 'http://127.0.0.1' }, because: 'the port is explicit', refused: 'base_url must name its port' },
  { kind: 'external', with: { ...child, base_url: 'http://127.0.0.1:0' }, because: 'and a port', refused: 'base_url must name its port' },
  { kind: 'external', with: { ...child, base_url: 'http://10.0.0.1:1' }, because: 'children stay on this machine', refused: 'base_url must be a loopback address' },
  { kind: 'external', with: { ...child, base_url: 'http://127.0.0.1.example:1' }, because: 'a name that looks like loopback', refused: 'base_url must be a loopback address' },
  { kind: 'external', with: { ...child, base_url: 'http://127.0.0.1:1/x' }, because: 'no path', refused: 'base_url must not have a path' },
  { kind: 'external', with: { ...child, child_process: undefined }, because: 'something must be run', refused: 'mode child_process needs child_process' },
  { kind: 'external', with: { child_process: { command: 'run' } }, because: 'a remote sidecar is not run', refused: 'child_process needs mode = "child_process"' },
  { kind: 'external', with: childWith({ command: ' ' }), because: 'a blank command', refused: 'child_process.command must not be blank' },
  { kind: 'external', with: childWith({ args: ['a\0b'] }), because: 'what no process can be given', refused: 'child_process.args[0] must not hold a NUL character' },
  { kind: 'external', with: childWith({ env: { TRUNKLINE_CONNECTOR_NAME: 'x' } }), because: 'reserved', refused: 'child_process.env.TRUNKLINE_CONNECTOR_NAME must not begin with' },
  { kind: 'external', with: childWith({ env: { TRUNKLINE_OTHER: 'x' } }), because: 'not reserved' },
  { kind: 'external', with: childWith({ credential_slots: { KHEISH_EXTERNAL_CONNECTOR_NAME: 'shared.x' } }), because: 'reserved in slots too', refused: 'child_process.credential_slots.KHEISH_EXTERNAL_CONNECTOR_NAME must not begin with' },
  { kind: 'external', with: childWith({ credential_slots: { TOKEN: 'connectors.external.a.token' } }), because: 'a slot is a reference' },
  { kind: 'external', with: childWith({ credential_slots: { TOKEN: 'connectors.slack.a.bot_token' } }), because: 'of its own kind', refused: 'child_process.credential_slots.TOKEN must start with' },
  { kind: 'external', with: childWith({ env: { A: '1' }, credential_slots: { A: 'shared.a' } }), because: 'one name, one meaning', refused: 'child_process.credential_slots.A is also set in env' },
  { kind: 'external', with: childWith({ env: { A: 1 } }), because: 'variables are text', refused: 'child_process.env.A must be a string in quotes' },
  { kind: 'external', with: childWith({ env: { 'A=B': '1' } }), because: 'no variable has this name', refused: 'child_process.env."A=B" must be the name of an environment variable' },
];

describe('rules of a connector', () => {
  it.each([...common, ...http, ...slack, ...telegram, ...external])('$kind, $because: $with', (row) => {
    const problems = problemsOf(row);
    if (row.refused === undefined) expect(problems).toEqual([]);
    else expect(problems).toEqual([expect.stringContaining(row.refused)]);
  });
});

describe('what a connector becomes', () => {
  const connectorOf = <K extends ConnectorKind>(kind: K, more: object = {}) => {
    const parsed = parseConnector(kind, { ...least[kind], ...more });
    if (!parsed.ok) throw new Error(parsed.problems.map((problem) => problem.message).join());
    return parsed.connector;
  };

  it('has the documented defaults', () => {
    expect(connectorOf('http')).toMatchObject({ ingress_events_per_second: 60, on_unknown: 'resend', actor_id: 'http-webhook', wait_ms: 2000 });
    expect(connectorOf('slack')).toMatchObject({ ingress_events_per_second: 60, on_unknown: 'surface', include_self_output: false });
    expect(connectorOf('telegram')).toMatchObject({ ingress_events_per_second: 100, on_unknown: 'surface', polling_timeout_seconds: 30 });
    expect(connectorOf('external')).toMatchObject({ ingress_events_per_second: 100, on_unknown: 'resend', include_self_output: true, mode: 'remote_http' });
  });

  it('answers by itself where it has a bot token', () => {
    expect(connectorOf('slack', { bot_token_env: 'B' }).include_self_output).toBe(true);
    expect(connectorOf('telegram', { bot_token_env: 'B' }).include_self_output).toBe(true);
    expect(connectorOf('telegram', { bot_token_env: 'B', include_self_output: false }).include_self_output).toBe(false);
  });

  it('signs by the standard scheme when only the secret is given', () => {
    expect(connectorOf('http', { signing_secret_env: 'S' }).signature_scheme).toBe('standard-webhooks');
    expect(connectorOf('http').signature_scheme).toBeUndefined();
  });

  it('trims, sorts and de-duplicates ids, numbers by value', () => {
    expect(connectorOf('slack', { allowed_team_ids: [' T2', 'T1', 'T2 '] }).allowed_team_ids).toEqual(['T1', 'T2']);
    expect(connectorOf('telegram', { allowed_chat_ids: [10, 9, -100, 9] }).allowed_chat_ids).toEqual([-100, 9, 10]);
  });

  it('keeps base URLs without a trailing slash', () => {
    expect(connectorOf('external', { base_url: 'https://sidecar.example/v1//' }).base_url).toBe('https://sidecar.example/v1');
  });

  it('has each reply target once, in its canonical form, with an http connector as the sender of its own', () => {
    const url = 'https://a.example/';
    const targets = [
      { type: 'http', url },
      { plugin: 'http', address: JSON.stringify({ url, headers: {} }) },
      { type: 'telegram', connector: 'bot', chat_id: -5 },
    ];
    expect(connectorOf('http', { default_reply_targets: targets }).default_reply_targets).toEqual([
      { type: 'http', url, connector: 'a' },
      { type: 'telegram', connector: 'bot', chat_id: '-5' },
    ]);
  });

  it('keeps all sources of a secret, for whoever resolves it', () => {
    const sources = { bearer_token: 'x', bearer_token_env: 'T', bearer_token_secret_ref: 'shared.t' };
    expect(connectorOf('http', sources).bearer_token).toEqual({ inline: 'x', env: 'T', secret_ref: 'shared.t' });
  });
});
