import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from './api-error.ts';
import type { Bot } from './bot.ts';
import type { Timing } from './timing.ts';
import type { TelegramUpdate } from './update.ts';

export interface PollRequest {
  offset: number;
  limit: number;
  timeoutSeconds: number;
  /** Aborts when the caller hangs up. */
  signal: AbortSignal;
}

interface Waiting {
  /** Ends the wait: look again, or nothing came. */
  wake(outcome: 'added' | 'over' | ApiError): void;
}

const webhookActive =
  "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
const otherPoll = 'terminated by other getUpdates request; make sure that only one bot instance is running';

/** getUpdates of one bot, by the rules of Telegram's own server: who is told 409, who waits, what is forgotten when. */
export class Poller {
  readonly #bot: Bot;
  readonly #timing: Timing;
  #waiting: Waiting | undefined;
  #previous: { offset: number; at: number } | undefined;
  #nextConflictAt = 0;
  #conflicts = 0;

  constructor(bot: Bot, timing: Timing) {
    this.#bot = bot;
    this.#timing = timing;
    bot.queue.onAdded(() => this.#waiting?.wake('added'));
  }

  /** How many callers were told 409. */
  get conflicts(): number {
    return this.#conflicts;
  }

  /** Whether somebody's long poll waits. */
  get isWaiting(): boolean {
    return this.#waiting !== undefined;
  }

  async poll(request: PollRequest): Promise<TelegramUpdate[]> {
    if (this.#bot.webhook.url) throw await this.#conflict(webhookActive);
    const { offset, limit, timeoutSeconds } = this.#slowDown(request);
    const from = this.#forget(offset);
    if (timeoutSeconds === 0 || this.#batch(from, limit).length > 0) return this.#batch(from, limit);

    // Only an empty queue makes pollers rivals, and it is the older one who has to go.
    this.#waiting?.wake(new ApiError(409, `Conflict: ${otherPoll}`));
    const outcome = await this.#wait(timeoutSeconds, request.signal);
    if (outcome instanceof ApiError)
      throw await this.#conflict(outcome.message.slice('Conflict: '.length), request.signal);
    return outcome === 'added' ? this.#batch(from, limit) : [];
  }

  /** Ends the poll that waits, as setWebhook does. */
  endBySetWebhook(): void {
    this.#waiting?.wake(new ApiError(409, 'Conflict: terminated by setWebhook request'));
  }

  /** Ends the poll that waits with an empty answer. */
  close(): void {
    this.#waiting?.wake('over');
  }

  /** The same question again at once is answered later, and in small pieces: nobody shall spin. */
  #slowDown(request: PollRequest): PollRequest {
    const at = performance.now();
    const sinceMs = this.#previous?.offset === request.offset ? at - this.#previous.at : Infinity;
    this.#previous = { offset: request.offset, at };
    const { secondMs } = this.#timing;
    const timeoutSeconds = sinceMs < 3 * secondMs ? Math.max(3, request.timeoutSeconds) : request.timeoutSeconds;
    return { ...request, timeoutSeconds, limit: sinceMs < secondMs / 2 ? 1 : request.limit };
  }

  /** Forgets what the offset confirms and answers where to read from. An offset that is still to come means: from the oldest. */
  #forget(offset: number): number {
    const { queue } = this.#bot;
    const wanted = offset < 0 ? queue.tail + offset : offset;
    if (wanted > queue.tail) return queue.head;
    queue.forgetBelow(wanted);
    return Math.max(wanted, queue.head);
  }

  #batch(from: number, limit: number): TelegramUpdate[] {
    const { queue } = this.#bot;
    // Ids may have begun anew below it while the caller waited.
    const start = from > queue.tail ? queue.head : from;
    const waiting = queue.pending().map((entry) => entry.update);
    return waiting.filter((update) => update.update_id >= start).slice(0, limit);
  }

  async #wait(timeoutSeconds: number, signal: AbortSignal): Promise<'added' | 'over' | ApiError> {
    const ended = Promise.withResolvers<'added' | 'over' | ApiError>();
    const waiting = { wake: ended.resolve };
    const hangUp = () => ended.resolve('over');
    const timer = setTimeout(hangUp, timeoutSeconds * this.#timing.secondMs);
    signal.addEventListener('abort', hangUp, { once: true });
    this.#waiting = waiting;
    const outcome = await ended.promise;
    clearTimeout(timer);
    signal.removeEventListener('abort', hangUp);
    if (this.#waiting === waiting) this.#waiting = undefined;
    return outcome;
  }

  /** One 409 goes out at once per three seconds; further ones come three seconds late. */
  async #conflict(why: string, signal?: AbortSignal): Promise<ApiError> {
    const now = performance.now();
    const windowMs = 3 * this.#timing.secondMs;
    if (now >= this.#nextConflictAt) this.#nextConflictAt = now + windowMs;
    else await sleep(windowMs, undefined, { ...(signal && { signal }), ref: false }).catch(() => {});
    this.#conflicts++;
    return new ApiError(409, `Conflict: ${why}`);
  }
}
