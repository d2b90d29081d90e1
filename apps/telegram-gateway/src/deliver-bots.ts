import type { TelegramConnector } from '@trunkline/config';
import type { Inventory } from '@trunkline/inventory';
import type { BotApi } from './bot-api.ts';
import { preparedConnector } from './prepared-connector.ts';

/** A connector that can be used now, and its bot under the token that counts now. */
export interface ReadyBot {
  config: TelegramConnector;
  api: BotApi;
}

/** Bots by the name of their connector. */
export interface TelegramBots {
  /** `undefined` while the connector is away, switched off, or has no token. */
  get(connector: string): ReadyBot | undefined;
}

/** The bots of all telegram connectors; a token that was rotated counts from the next call on. */
export function createTelegramBots(inventory: Pick<Inventory, 'get'>): TelegramBots {
  return {
    get(connector) {
      const entry = inventory.get('telegram', connector);
      if (entry?.state !== 'ready') return undefined;
      const { bot, config } = preparedConnector(entry);
      return bot && { config, api: bot.api };
    },
  };
}
