import type { SlackConnector } from '@trunkline/config';
import type { StepOutcome } from '@trunkline/deliveries';
import type { InventoryEntry } from '@trunkline/inventory';
import { botToken, type Installation } from './bot-token.ts';
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
  const token = botToken(entry, installationOf(target), deps.now());
  if (!token) return { ok: false, outcome: noToken };
  return { ok: true, account: { baseUrl: entry.config.api_base_url, token }, config: entry.config };
}

/** The installation that a target names. Targets of one installation share its token, and its failures. */
export const installationOf = ({ team_id: team, enterprise_id: enterprise }: SlackTarget): Installation => ({
  team,
  enterprise,
});

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
