import type { SlackConnector } from '@trunkline/config';
import type { ReadyEntry } from '@trunkline/inventory';
import { validSecrets, type Secret } from '@trunkline/secrets';

/** Through which installation something came or goes; either may be unknown. */
export interface Installation {
  team: string | undefined;
  enterprise: string | undefined;
}

/** The secret field that holds the bot token of an installation, named as `secretsOf` names it: that of its workspace or organization, else the connector's. */
export function tokenField(
  { config }: Pick<ReadyEntry<SlackConnector>, 'config'>,
  { team, enterprise }: Installation,
): string {
  const own = [team, enterprise].find((id) => config.team_bot_tokens.some((one) => one.team_id === id));
  return own === undefined ? 'bot_token' : `team_bot_tokens.${own}`;
}

/** The bot token for an installation. */
export function botToken(
  entry: ReadyEntry<SlackConnector>,
  installation: Installation,
  nowMs: number,
): Secret | undefined {
  return validSecrets(entry.secrets[tokenField(entry, installation)] ?? [], nowMs)[0];
}
