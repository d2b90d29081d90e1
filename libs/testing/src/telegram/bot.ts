import type { TelegramUser } from './message.ts';
import { UpdateQueue } from './update-queue.ts';

/** A bot to have; all but the token is optional. Its id is what the token begins with. */
export interface BotOptions {
  token: string;
  username?: string;
  first_name?: string;
  /** `false` is privacy mode: in groups it sees commands, mentions and replies only. */
  can_read_all_group_messages?: boolean;
}

export interface BotProfile extends TelegramUser {
  username: string;
  can_join_groups: true;
  can_read_all_group_messages: boolean;
  supports_inline_queries: false;
  can_connect_to_business: false;
  has_main_web_app: false;
  has_topics_enabled: false;
  allows_users_to_create_topics: false;
}

/** A webhook as its bot set it; `url` is empty while there is none. */
export interface WebhookSettings {
  url: string;
  secretToken: string;
  maxConnections: number;
  /** Empty: the defaults. Kept from call to call, of setWebhook and getUpdates alike. */
  allowedUpdates: string[];
  lastError?: { atSeconds: number; message: string };
}

export interface Bot {
  readonly token: string;
  readonly profile: BotProfile;
  readonly queue: UpdateQueue;
  webhook: WebhookSettings;
  /** Its token was revoked: everything is 401. */
  revoked: boolean;
}

export const noWebhook = { url: '', secretToken: '', maxConnections: 40, allowedUpdates: [] };

export function createBot(options: BotOptions, deps: { now: () => number; firstUpdateId: number }): Bot {
  const id = Number(options.token.split(':')[0]);
  if (!Number.isSafeInteger(id) || id <= 0) throw new TypeError('a bot token begins with digits and a colon');
  const username = options.username ?? `fake${id}_bot`;
  return {
    token: options.token,
    profile: {
      id,
      is_bot: true,
      first_name: options.first_name ?? 'Fake bot',
      username,
      can_join_groups: true,
      can_read_all_group_messages: options.can_read_all_group_messages ?? true,
      supports_inline_queries: false,
      can_connect_to_business: false,
      has_main_web_app: false,
      has_topics_enabled: false,
      allows_users_to_create_topics: false,
    },
    queue: new UpdateQueue({ now: deps.now, firstId: deps.firstUpdateId }),
    webhook: { ...noWebhook },
    revoked: false,
  };
}

/** A bot as it stands in messages: without what only getMe says. */
export function asUser({ profile }: Bot): TelegramUser {
  return { id: profile.id, is_bot: true, first_name: profile.first_name, username: profile.username };
}
