import { setTimeout as sleep } from 'node:timers/promises';
import type { LeasedRecord, PlatformLease } from '@trunkline/bus';
import { z } from 'zod';
import type { BotAnswer, BotApi, BotFailure } from './bot-api.ts';
import { storeBatch, type Tried } from './poll-batch.ts';
import { identifiedUpdateSchema, type IdentifiedUpdate } from './update-payload.ts';

/** What a poller asks for, and how long a question may wait (s). */
export interface PollOptions {
  allowedUpdates: readonly string[];
  timeoutSeconds: number;
}

export interface PollDeps {
  api: BotApi;
  /** The lease of the bot: one poller over all replicas. */
  lease: Pick<PlatformLease, 'stillOwner'>;
  /** The next update to ask for. */
  offset: LeasedRecord<number>;
  store: (update: IdentifiedUpdate) => Promise<Tried>;
  /** Aborted when polling is to end: the lease goes, or the connector changed. A question that waits is given up. */
  signal: AbortSignal;
  /** Told what operators should know; undefined when all is well. */
  report: (problem: string | undefined) => void;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
  random: () => number;
  timing?: Partial<PollTiming>;
}

/** In ms; tests make them small. */
export interface PollTiming {
  /** First pause after a failure; doubles up to `longestPauseMs`. */
  pauseMs: number;
  longestPauseMs: number;
  /** What a second of a long poll lasts on the other side. */
  secondMs: number;
}

const usualTiming: PollTiming = { pauseMs: 1_000, longestPauseMs: 30_000, secondMs: 1_000 };

/** How much longer than its wait a question may take. */
const graceMs = 10_000;

const batchSchema = z.array(identifiedUpdateSchema);

/**
 * Asks Telegram for updates and stores them, until the signal or the loss of the lease ends it.
 *
 * The offset, which makes Telegram forget what is before it, is kept on the bus after all those updates were stored and before
 * Telegram hears of it. Update ids are never compared: after an idle week they may begin again lower, and an offset that is ahead of
 * all of them makes Telegram begin with the oldest.
 */
export async function pollUpdates(options: PollOptions, deps: PollDeps): Promise<void> {
  const poller = new Poller(options, deps);
  await poller.run();
}

type Next = 'go_on' | 'stop';

/** The state of one poller under one lease. */
class Poller {
  readonly #options: PollOptions;
  readonly #deps: PollDeps;
  readonly #timing: PollTiming;
  #offset: number | undefined;
  #failures = 0;
  #conflicts = 0;

  constructor(options: PollOptions, deps: PollDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#timing = { ...usualTiming, ...deps.timing };
  }

  async run(): Promise<void> {
    // From here on an earlier owner can keep no offset any more.
    const kept = await this.#deps.offset.load();
    if (kept === undefined) return;
    this.#offset = kept.value;
    while (this.#goOn()) {
      const startedAt = performance.now();
      const answer = await this.#ask();
      if (!this.#goOn()) return;
      if ((await (answer.ok ? this.#take(answer.result, startedAt) : this.#failed(answer))) === 'stop') return;
    }
  }

  #goOn = () => !this.#deps.signal.aborted && this.#deps.lease.stillOwner();

  #ask(): Promise<BotAnswer<IdentifiedUpdate[]>> {
    const { allowedUpdates, timeoutSeconds } = this.#options;
    const payload = {
      ...(this.#offset !== undefined && { offset: this.#offset }),
      limit: 100,
      timeout: timeoutSeconds,
      allowed_updates: allowedUpdates,
    };
    const timeoutMs = timeoutSeconds * this.#timing.secondMs + graceMs;
    return this.#deps.api.call('getUpdates', payload, { result: batchSchema, signal: this.#deps.signal, timeoutMs });
  }

  async #take(updates: IdentifiedUpdate[], startedAt: number): Promise<Next> {
    this.#failures = 0;
    this.#conflicts = 0;
    this.#deps.report(undefined);
    const last = updates.at(-1);
    if (last === undefined) {
      // Whatever answers without waiting must not be asked in a circle.
      if (performance.now() - startedAt < this.#timing.secondMs / 2) await this.#pause(this.#timing.pauseMs / 2);
      return 'go_on';
    }
    const { store, signal, lease } = this.#deps;
    // A batch at hand is finished also when this is to end in good order; a bus that is away is not waited for then.
    if (!(await storeBatch(updates, { store, signal, stillOwner: () => lease.stillOwner() }))) return 'stop';
    const next = last.update_id + 1;
    if (!(await this.#keep(next))) return 'stop';
    this.#offset = next;
    return 'go_on';
  }

  /** Until the bus has it, Telegram must not hear of it. */
  async #keep(next: number): Promise<boolean> {
    for (let failures = 0; this.#deps.lease.stillOwner(); failures++) {
      try {
        return await this.#deps.offset.save(next);
      } catch (error) {
        this.#deps.log.warn({ err: error, failures }, 'poll.offset-not-kept');
        if (this.#deps.signal.aborted) return false;
        await this.#pause(this.#backoff(failures));
      }
    }
    return false;
  }

  async #failed(failure: BotFailure): Promise<Next> {
    if (failure.kind === 'api' && failure.code === 409) return this.#conflict(failure.description);
    const reason = failure.kind === 'api' ? `telegram_${failure.code}` : failure.reason;
    const asked = failure.kind === 'api' ? (failure.parameters.retry_after ?? 0) * this.#timing.secondMs : 0;
    const failures = this.#failures++;
    this.#deps.log.warn({ reason, failures }, 'poll.failed');
    // The first one is nothing yet: connections break.
    if (failures > 0 || failure.kind === 'api') this.#deps.report(problemOf(failure, reason));
    const refused = failure.kind === 'api' && failure.code >= 400 && failure.code < 500 && failure.code !== 429;
    await this.#pause(Math.max(asked, refused ? this.#timing.longestPauseMs : this.#backoff(failures)));
    return 'go_on';
  }

  #conflict(description: string): Promise<Next> {
    return /other getUpdates/i.test(description) ? this.#standDown() : this.#removeWebhook();
  }

  /** Somebody set a webhook, which keeps updates from pollers. What waits is kept: it is ours to store. */
  async #removeWebhook(): Promise<Next> {
    const { api, log, signal } = this.#deps;
    const answer = await api.call('deleteWebhook', {}, { result: z.unknown(), signal });
    log.warn({ deleted: answer.ok }, 'poll.webhook-removed');
    this.#failures++;
    await this.#pause(this.#backoff(this.#failures - 1));
    return 'go_on';
  }

  /**
   * Somebody else asked. Once is normal: an earlier owner's last question, or our own before a restart. If the lease is surely ours
   * and it happens again, a stranger has the token: who insists then only makes a storm, so we stay silent for longer than a
   * question waits.
   */
  async #standDown(): Promise<Next> {
    const { lease, log, offset, random, report } = this.#deps;
    if (!lease.stillOwner() || (await offset.load()) === undefined) return 'stop';
    const conflicts = ++this.#conflicts;
    const { pauseMs, secondMs } = this.#timing;
    const longMs = (this.#options.timeoutSeconds + 1 + 10 * random()) * secondMs;
    log.warn({ conflicts }, 'poll.other-poller');
    if (conflicts > 1) report('Another program asks Telegram for the updates of this bot; only one may.');
    await this.#pause(conflicts > 1 ? longMs : pauseMs * (1 + 2 * random()));
    return 'go_on';
  }

  #backoff(failures: number): number {
    const { pauseMs, longestPauseMs } = this.#timing;
    return Math.min(longestPauseMs, pauseMs * 2 ** Math.min(failures, 10)) * (0.5 + this.#deps.random() / 2);
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#deps.signal, ref: false }).catch(() => {});
  }
}

function problemOf(failure: BotFailure, reason: string): string {
  if (failure.kind === 'api' && (failure.code === 401 || failure.code === 404)) {
    return 'Telegram refuses the bot token; it was revoked or mistyped.';
  }
  return `Telegram cannot be asked for updates (${reason}).`;
}
