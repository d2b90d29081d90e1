import { describe, expect, it } from 'vitest';
import type { ConnectorConfig } from './connectors.ts';
import { parseConnector } from './parse-connector.ts';
import { secretsOf, toPrintableWire, toWire } from './to-wire.ts';

const wires: { kind: ConnectorConfig['kind']; wire: Record<string, unknown> }[] = [
  {
    kind: 'http',
    wire: {
      name: 'webhook',
      bearer_token: 's3cr3t',
      bearer_token_env: 'T',
      signing_secret: 's3cr3t-1 s3cr3t-2',
      payload_format: 'raw',
      mapping: { content: '{{ body }}' },
      default_reply_targets: [{ type: 'http', url: 'https://a.example/', headers: { 'x-a': 'b' } }],
    },
  },
  {
    kind: 'slack',
    wire: {
      name: 'support',
      signing_secret_secret_ref: 'shared.s',
      team_bot_tokens: [
        { team_id: 'T1', bot_token: 's3cr3t' },
        { team_id: 'T2', bot_token_env: 'B' },
      ],
      session_policy: { persona_id: 'p', credential_scope: { route_allow: ['b', 'a'] } },
    },
  },
  { kind: 'telegram', wire: { name: 'bot', ingress_mode: 'polling', bot_token: 's3cr3t', allowed_chat_ids: [2, 1] } },
  {
    kind: 'external',
    wire: {
      name: 'discord',
      platform: 'discord',
      mode: 'child_process',
      base_url: 'http://127.0.0.1:8787',
      shared_token_env: 'T',
      child_process: { command: 'run', credential_slots: { TOKEN: 'shared.t' }, working_dir: 'x' },
    },
  },
];

function parsed(kind: ConnectorConfig['kind'], wire: unknown): ConnectorConfig {
  const result = parseConnector(kind, wire);
  if (!result.ok) throw new Error(result.problems.map((problem) => problem.message).join());
  return result.connector;
}

describe('the wire form of a connector', () => {
  it.each(wires)('parses to the same connector again: $kind', ({ kind, wire }) => {
    const connector = parsed(kind, wire);
    expect(parsed(kind, toWire(connector))).toEqual(connector);
    expect(toWire(connector)).toMatchObject({ name: wire['name'] });
  });

  it.each(wires)('can be shown to people without its secrets: $kind', ({ kind, wire }) => {
    const printable = toPrintableWire(parsed(kind, wire));
    expect(JSON.stringify(printable)).not.toContain('s3cr3t');
    expect(Object.keys(printable)).toEqual(Object.keys(toWire(parsed(kind, wire))));
  });

  it('is masked where a secret stands, and only there', () => {
    expect(toPrintableWire(parsed('http', wires[0]?.wire))).toMatchObject({
      bearer_token: '[secret]',
      bearer_token_env: 'T',
      signing_secret: '[secret]',
    });
  });
});

describe('secretsOf', () => {
  it('names every secret that a connector needs, those in lists by what tells them apart', () => {
    expect(secretsOf(parsed('slack', wires[1]?.wire))).toEqual({
      signing_secret: { secret_ref: 'shared.s' },
      'team_bot_tokens.T1': { inline: 's3cr3t' },
      'team_bot_tokens.T2': { env: 'B' },
    });
    expect(secretsOf(parsed('external', wires[3]?.wire))).toEqual({
      shared_token: { env: 'T' },
      'credential_slots.TOKEN': { secret_ref: 'shared.t' },
    });
  });
});
