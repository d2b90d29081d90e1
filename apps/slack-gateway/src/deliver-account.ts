import type { SlackConnector } from '@trunkline/config';
import type { StepOutcome } from '@trunkline/deliveries';
import type { InventoryEntry, ReadyEntry } from '@trunkline/inventory';
import { validSecrets } from '@trunkline/secrets';
import type { SlackTarget } from './render-step.ts';
import type { SlackAccount } from './web-client.ts';

/** The connectors of this kind, as they are now. */
export interface SlackConnectors {
  get(name: string): InventoryEntry<SlackConnector> | undefined;
}

export type Account = { ok: true; account: SlackAccount; config: SlackConnector } | { ok: false; outcome: StepOutcome };

/** As whom a target is written to: the bot of its workspace or organization where the connector has one, else the connector's. */
export function accountOf(target: SlackTarget, deps: { connectors: SlackConnectors; now: () => number }): Account {
  const entry = deps.connectors.get(target.connector);
  if (entry?.state !== 'ready') return { ok: false, outcome: connectorAway };
  const [token] = validSecrets(entry.secrets[tokenField(target, entry)] ?? [], deps.now());
  if (!token) return { ok: false, outcome: noToken };
  return { ok: true, account: { baseUrl: entry.config.api_base_url, token }, config: entry.config };
}

/** The secret field that holds the token for a target, named as `secretsOf` names it. Targets that share it share its failures. */
export function tokenField(
  { team_id, enterprise_id }: SlackTarget,
  { config }: Pick<ReadyEntry<SlackConnector>, 'config'>,
): string {
  const ids = [team_id, enterprise_id].filter((id) => id !== undefined);
  const own = ids.find((id) => config.team_bot_tokens.some((team) => team.team_id === id));
  return own === undefined ? 'bot_token' : `team_bot_tokens.${own}`;
}

const connectorAway: StepOutcome = {
  outcome: 'retry',
  code: 'connector_unavailable',
  reason: 'The connector of the target cannot be used now.',
};

const noToken: StepOutcome = {
  outcome: 'park',
  code: 'bot_token_missing',
  reason: 'The connector has no bot token for the workspace of the target.',
};
