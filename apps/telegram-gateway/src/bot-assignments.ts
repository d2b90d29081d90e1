import type { InventoryEntry, ReadyEntry } from '@trunkline/inventory';
import type { TelegramConnector } from '@trunkline/config';
import { preparedConnector } from './prepared-connector.ts';

/** Which connector each bot works for, by bot id, and what is wrong with the others, by name. */
export interface BotAssignments {
  bots: ReadonlyMap<string, ReadyEntry<TelegramConnector>>;
  problems: ReadonlyMap<string, string>;
}

/**
 * Gives each bot that has to poll or to register a webhook to one connector: Telegram has one queue and one webhook for a bot. Of
 * several connectors with the same bot the first by name gets it; the others say that they are not served.
 */
export function assignBots(entries: readonly InventoryEntry<TelegramConnector>[]): BotAssignments {
  const bots = new Map<string, ReadyEntry<TelegramConnector>>();
  const problems = new Map<string, string>();
  const ready = entries.filter((entry) => entry.state === 'ready').toSorted((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of ready.filter(needsLooking)) {
    const { bot } = preparedConnector(entry);
    if (bot === undefined) {
      problems.set(entry.name, 'The bot token is none of Telegram: digits, a colon, and more.');
      continue;
    }
    const holder = bots.get(bot.id);
    if (holder === undefined) bots.set(bot.id, entry);
    else problems.set(entry.name, `The connector "${holder.name}" has the same bot; Telegram serves one of them only.`);
  }
  return { bots, problems };
}

/** Whether somebody has to act for the connector: Telegram calls the others by itself. */
const needsLooking = ({ config }: ReadyEntry<TelegramConnector>) =>
  config.ingress_mode === 'polling' || config.public_url !== undefined;
