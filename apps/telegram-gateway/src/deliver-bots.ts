import type { TelegramConnector } from '@trunkline/config';
import type { Inventory } from '@trunkline/inventory';
import { validSecrets } from '@trunkline/secrets';
import { createBotApi, type BotApi } from './bot-api.ts';

const timeoutMs = 15_000;

/** A connector that can be used now, and its bot under the token that counts now. */
export interface ReadyBot {
  config: TelegramConnector;
  api: BotApi;
}

export interface TelegramBots {
  /** `undefined` while the connector is away, switched off, or has no token. */
  get(connector: string): ReadyBot | undefined;
}

/** The bots of all telegram connectors; a token that was rotated counts from the next call on. */
export function createTelegramBots(deps: { inventory: Pick<Inventory, 'get'>; now: () => number }): TelegramBots {
  const clients = new Map<string, { token: string; apiBaseUrl: string; api: BotApi }>();
  return {
    get(connector) {
      const entry = deps.inventory.get('telegram', connector);
      if (entry?.state !== 'ready') return undefined;
      const token = validSecrets(entry.secrets['bot_token'] ?? [], deps.now())[0]?.expose();
      if (token === undefined) return undefined;
      const apiBaseUrl = entry.config.api_base_url;
      const known = clients.get(connector);
      if (known?.token === token && known.apiBaseUrl === apiBaseUrl) return { config: entry.config, api: known.api };
      const api = createBotApi({ token, apiBaseUrl, timeoutMs });
      clients.set(connector, { token, apiBaseUrl, api });
      return { config: entry.config, api };
    },
  };
}
