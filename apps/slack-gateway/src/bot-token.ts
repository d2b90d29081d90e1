import type { SlackConnector } from '@trunkline/config';
import type { ReadyEntry } from '@trunkline/inventory';
import { validSecrets, type Secret } from '@trunkline/secrets';

/** Through which installation something came; either may be unknown. */
export interface Installation {
  team: string | undefined;
  enterprise: string | undefined;
}

/** The bot token for an installation: the one listed for its workspace or organization, else the connector's. */
export function botToken(
  { config, secrets }: ReadyEntry<SlackConnector>,
  { team, enterprise }: Installation,
  nowMs: number,
): Secret | undefined {
  const listed = (id: string | undefined) =>
    id !== undefined && config.team_bot_tokens.some((one) => one.team_id === id);
  const own = [team, enterprise].find(listed);
  const field = own === undefined ? 'bot_token' : `team_bot_tokens.${own}`;
  return validSecrets(secrets[field] ?? [], nowMs)[0];
}
