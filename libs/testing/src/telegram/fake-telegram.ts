import type { CallOutcome } from './api-server.ts';
import type { BotOptions } from './bot.ts';
import type { Faults } from './faults.ts';
import type { FloodLimits } from './flood.ts';
import type { TelegramMessage } from './message.ts';
import type { PeopleChats } from './people-chats.ts';
import type { PeopleFiles } from './people-files.ts';
import type { ChatRef, People } from './people.ts';
import type { Timing } from './timing.ts';
import type { TelegramUpdate } from './update.ts';
import type { ChatOptions, Draft, Limits, World } from './world.ts';

export interface FakeTelegramOptions {
  /** One bot, `trunkline_bot`, unless said. */
  bots?: BotOptions[];
  chats?: ChatOptions[];
  /** A fixed port of 127.0.0.1; a free one unless said. */
  port?: number;
  /** Epoch ms: dates of messages, retention, query ages, flood windows. */
  now?: () => number;
  timing?: Partial<Timing>;
  /** Off unless given; `{}` is Telegram's usual 1/s per chat, 20/min per group, 30/s per bot. */
  flood?: Partial<FloodLimits>;
  /** setWebhook takes https on Telegram's ports only, as the cloud does; else http as well, as a `--local` server does. */
  httpsWebhooksOnly?: boolean;
  limits?: Partial<Limits>;
  /** Id of the first update. */
  firstUpdateId?: number;
}

/** A call that a bot made, with what became of it. */
export interface TelegramCall {
  /** The bot's username. */
  bot: string;
  method: string;
  args: Record<string, unknown>;
  /** Names and sizes of what was uploaded, by field. */
  files: Record<string, { name: string; size: number }>;
  atMs: number;
  outcome: CallOutcome;
}

/** An update that was posted to a webhook, and how that was answered (0: not at all). */
export interface WebhookPost {
  bot: string;
  update: TelegramUpdate;
  status: number;
  atMs: number;
}

/** A Telegram of one's own: the Bot API at `url`, and the people who talk to the bots. */
export interface FakeTelegram extends AsyncDisposable, People, PeopleFiles, PeopleChats {
  /** What `api_base_url`, grammY's `apiRoot` and telegraf's `apiRoot` want. */
  readonly url: string;
  readonly port: number;
  /** Token of the first bot. */
  readonly token: string;
  readonly faults: Faults;
  /** How many getUpdates calls were told 409. */
  readonly pollConflicts: number;
  /** Drafts and chat actions that bots sent, oldest first. */
  readonly drafts: readonly Draft[];
  readonly chatActions: World['chatActions'];
  readonly webhookPosts: readonly WebhookPost[];
  addChat(options: ChatOptions): void;
  /** What stands in a chat now, people's and bots', by id; deleted ones are gone. */
  messages(chat: ChatRef): TelegramMessage[];
  /** Of these what bots sent. */
  sent(chat: ChatRef): TelegramMessage[];
  /** Calls of a method in any case, or of all, in the order in which they were answered. */
  calls(method?: string): TelegramCall[];
  /** Called after each call of a bot. */
  onCall(listener: (call: TelegramCall) => void): void;
  /** The first message of a bot that fits; waits up to 5 s for it. */
  waitForMessage(wanted?: { chat?: number; text?: string | RegExp }, timeoutMs?: number): Promise<TelegramMessage>;
  /** Whether a long poll of a bot (the first unless named) waits right now. */
  isPolled(bot?: string): boolean;
  /** What waits for a bot (the first unless named): not confirmed by an offset, not taken by its webhook. */
  unconfirmed(bot?: string): TelegramUpdate[];
  /** Goes on numbering at this id, as after a week without updates; what still waited is gone. */
  resetUpdateIds(nextId: number, bot?: string): void;
  /** Its token counts for nothing any more: 401. */
  revoke(bot?: string): void;
}
