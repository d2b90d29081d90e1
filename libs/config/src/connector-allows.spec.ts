import { canonicalTarget, type ConnectorKind } from '@trunkline/events';
import { expect, it } from 'vitest';
import { connectorAllows } from './connector-allows.ts';
import { parseConnector } from './parse-connector.ts';

const slack = { type: 'slack', connector: 'c', channel_id: 'C1', team_id: 'T1', enterprise_id: 'E1' };
const telegram = { type: 'telegram', connector: 'c', chat_id: -100 };

const basics: Record<ConnectorKind, object> = {
  slack: { signing_secret_env: 'S', bot_token_env: 'B' },
  telegram: { secret_token_env: 'S', bot_token_env: 'B' },
  http: { allow_unauthenticated_ingress: true },
  external: { platform: 'p', mode: 'remote_http', base_url: 'https://sidecar.example', shared_token_env: 'A' },
};

function configOf(kind: ConnectorKind, lists: object) {
  const parsed = parseConnector(kind, { name: 'c', ...basics[kind], ...lists });
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join());
  return parsed.connector;
}

it.each<{ kind: ConnectorKind; lists?: object; target: object; reason?: string; because: string }>([
  { kind: 'slack', target: slack, because: 'an empty list allows all' },
  {
    kind: 'slack',
    lists: { allowed_channel_ids: ['C0', 'C1'], allowed_team_ids: ['T1'], allowed_enterprise_ids: ['E1'] },
    target: slack,
    because: 'every list has the value',
  },
  {
    kind: 'slack',
    lists: { allowed_channel_ids: ['C0'] },
    target: slack,
    reason: 'allowed_channel_ids of connector c lacks C1.',
    because: 'another channel',
  },
  {
    kind: 'slack',
    lists: { allowed_team_ids: ['T1'] },
    target: { ...slack, team_id: undefined },
    reason: 'allowed_team_ids of connector c needs a value that the target lacks.',
    because: 'a target that does not say its workspace may be in any',
  },
  {
    kind: 'slack',
    lists: { allowed_channel_ids: ['C1'], allowed_enterprise_ids: ['E2'] },
    target: slack,
    reason: 'allowed_enterprise_ids of connector c lacks E1.',
    because: 'one list that allows is not enough',
  },
  { kind: 'telegram', lists: { allowed_chat_ids: [-100] }, target: telegram, because: 'numbers and texts compare' },
  {
    kind: 'telegram',
    lists: { allowed_chat_ids: [-100] },
    target: { ...telegram, chat_id: 100 },
    reason: 'allowed_chat_ids of connector c lacks 100.',
    because: 'the minus counts',
  },
  { kind: 'http', target: { type: 'http', connector: 'c', url: 'https://a.example' }, because: 'it has no list' },
  { kind: 'external', target: { type: 'external', connector: 'c', route: 'r' }, because: 'it has no list' },
  {
    kind: 'telegram',
    target: slack,
    reason: 'The target is of another kind than connector c.',
    because: 'its lists say nothing of such a target',
  },
])('$kind, $lists: $because', ({ kind, lists = {}, target, reason }) => {
  const answer = reason === undefined ? { allowed: true } : { allowed: false, reason };
  expect(connectorAllows(configOf(kind, lists), canonicalTarget(target))).toEqual(answer);
});
