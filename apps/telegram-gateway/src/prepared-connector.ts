import type { TelegramConnector } from '@trunkline/config';
import type { ReadyEntry } from '@trunkline/inventory';
import type { Secret } from '@trunkline/secrets';
import { botIdOf, createBotApi, type BotApi } from './bot-api.ts';
import type { Credentials } from './verify.ts';

/** A bot that a connector has the token of. */
export interface ConnectedBot {
  id: string;
  token: Secret;
  api: BotApi;
}

/** A connector with what each update needs of it made once. `bot` is absent where there is no token, or one that is none of Telegram's. */
export interface PreparedConnector {
  config: TelegramConnector;
  credentials: Credentials;
  bot: ConnectedBot | undefined;
}

/** How long a call of a method may take; long polls have their own time. */
const callTimeoutMs = 15_000;

const prepared = new WeakMap<ReadyEntry<TelegramConnector>, PreparedConnector>();

/** Prepares an inventory entry; every change of configuration or secrets is a new entry, so it is done once for each. */
export function preparedConnector(entry: ReadyEntry<TelegramConnector>): PreparedConnector {
  const known = prepared.get(entry);
  if (known) return known;
  const { config, secrets } = entry;
  const made = {
    config,
    credentials: {
      secrets: config.secret_token && (secrets['secret_token'] ?? []),
      open: config.ingress_mode === 'webhook' && config.allow_unauthenticated_ingress,
    },
    bot: connectedBot(entry),
  };
  prepared.set(entry, made);
  return made;
}

/** The current token, which comes first: those that it replaced serve nobody, as we are who presents it. */
function connectedBot({ config, secrets }: ReadyEntry<TelegramConnector>): ConnectedBot | undefined {
  const token = secrets['bot_token']?.[0];
  const text = token?.expose().trim() ?? '';
  const id = botIdOf(text);
  if (token === undefined || id === undefined) return undefined;
  const server = { apiBaseUrl: config.api_base_url, timeoutMs: callTimeoutMs };
  return { id, token, api: createBotApi({ token: text, ...server, onDone: () => token.markUsed() }) };
}
