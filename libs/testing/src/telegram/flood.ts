import { tooManyRequests } from './api-error.ts';
import type { Bot } from './bot.ts';
import type { ChatState } from './chat-state.ts';

/** How many sends Telegram takes before it says 429; its real limits are not published, these are the ones it names. */
export interface FloodLimits {
  perChatPerSecond: number;
  perGroupPerMinute: number;
  perBotPerSecond: number;
}

export const usualFloodLimits: FloodLimits = { perChatPerSecond: 1, perGroupPerMinute: 20, perBotPerSecond: 30 };

/** Counts what each bot sends and refuses what is too much, in windows that slide with the clock. */
export class FloodControl {
  readonly #limits: FloodLimits | undefined;
  readonly #now: () => number;
  readonly #sent = new Map<string, number[]>();

  constructor(limits: FloodLimits | undefined, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Counts one send, of an album for each of its messages, or throws the 429 that says when the next may come. */
  admit(bot: Bot, chat: ChatState, messages = 1): void {
    const limits = this.#limits;
    if (!limits) return;
    const { id } = bot.profile;
    const group = chat.info.type === 'group' || chat.info.type === 'supergroup';
    const windows = [
      { key: `${id}/${chat.info.id}`, count: limits.perChatPerSecond, ms: 1_000 },
      { key: `${id}`, count: limits.perBotPerSecond, ms: 1_000 },
      ...(group ? [{ key: `${id}/${chat.info.id}/minute`, count: limits.perGroupPerMinute, ms: 60_000 }] : []),
    ];
    const waitMs = Math.max(...windows.map((window) => this.#waitMs(window)));
    if (waitMs > 0) throw tooManyRequests(Math.ceil(waitMs / 1000));
    for (const { key } of windows) this.#sent.get(key)?.push(...Array(messages).fill(this.#now()));
  }

  #waitMs(window: { key: string; count: number; ms: number }): number {
    const now = this.#now();
    const recent = (this.#sent.get(window.key) ?? []).filter((at) => at > now - window.ms);
    this.#sent.set(window.key, recent);
    const oldest = recent.at(-window.count);
    return oldest === undefined ? 0 : oldest + window.ms - now;
  }
}
