import { setTimeout as sleep } from 'node:timers/promises';
import type { Bot } from './bot.ts';
import type { Faults } from './faults.ts';
import { postUpdate, type PostOutcome } from './post-update.ts';
import type { Timing } from './timing.ts';
import type { QueuedUpdate } from './update-queue.ts';

export interface WebhookDeps {
  timing: Timing;
  faults: Faults;
  now: () => number;
  /** Runs a method that an answer asked for. */
  call(bot: Bot, method: string, args: Record<string, unknown>): Promise<void>;
  /** Of posts that were made, for inspection. */
  posted(bot: Bot, entry: QueuedUpdate, outcome: PostOutcome): void;
}

interface Line {
  busy: boolean;
  failures: number;
  notBefore: number;
  held?: QueuedUpdate;
}

const goneLimitMs = 23 * 3_600_000;

/** Posts what waits for a bot to its webhook: in order within a line, lines beside each other, again until it is taken. */
export class WebhookSender {
  readonly #bot: Bot;
  readonly #deps: WebhookDeps;
  readonly #stop = new AbortController();
  /** What shall go wrong with an update, decided once; empty: nothing. */
  readonly #faultOf = new WeakMap<QueuedUpdate, string>();
  #lines = new Map<string, Line>();
  #open = 0;
  #goneSince: number | undefined;

  constructor(bot: Bot, deps: WebhookDeps) {
    this.#bot = bot;
    this.#deps = deps;
    bot.queue.onAdded(() => this.pump());
  }

  /** A new webhook begins without the old one's waits. */
  restart(): void {
    for (const line of this.#lines.values()) Object.assign(line, { failures: 0, notBefore: 0 });
    this.#goneSince = undefined;
    this.pump();
  }

  close(): void {
    this.#stop.abort();
  }

  /** Starts every post that may start now. */
  pump(): void {
    if (!this.#bot.webhook.url || this.#stop.signal.aborted) return;
    const seen = new Set<string>();
    for (const entry of this.#bot.queue.pending()) {
      if (seen.has(entry.line)) continue;
      const line = this.#line(entry.line);
      if (line.held === entry) continue;
      seen.add(entry.line);
      if (line.busy || performance.now() < line.notBefore) continue;
      if (this.#open >= this.#bot.webhook.maxConnections) return;
      if (this.#holdBack(entry, line)) {
        seen.delete(entry.line);
        continue;
      }
      void this.#deliver(entry, line);
    }
  }

  #line(name: string): Line {
    const line = this.#lines.get(name) ?? { busy: false, failures: 0, notBefore: 0 };
    this.#lines.set(name, line);
    return line;
  }

  /** `reorder`: stays behind until the next of its line was taken. */
  #holdBack(entry: QueuedUpdate, line: Line): boolean {
    if (line.held) return false;
    if (this.#peek(entry) !== 'reorder') return false;
    line.held = entry;
    this.#faultOf.set(entry, '');
    return true;
  }

  #peek(entry: QueuedUpdate): string {
    const known = this.#faultOf.get(entry);
    if (known !== undefined) return known;
    const kind = this.#deps.faults.take('webhook', { ...entry.update })?.kind ?? '';
    this.#faultOf.set(entry, kind);
    return kind;
  }

  async #deliver(entry: QueuedUpdate, line: Line): Promise<void> {
    line.busy = true;
    this.#open++;
    const { url } = this.#bot.webhook;
    const outcome = await this.#post(entry);
    this.#open--;
    if (!this.#stop.signal.aborted && this.#bot.webhook.url === url) await this.#settle(entry, line, outcome);
    line.busy = false;
    this.pump();
  }

  async #settle(entry: QueuedUpdate, line: Line, outcome: PostOutcome): Promise<void> {
    const taken = outcome.outcome === 'answered' && outcome.status >= 200 && outcome.status < 300;
    if (taken) await this.#taken(entry, line, outcome);
    else this.#refused(line, outcome);
  }

  async #post(entry: QueuedUpdate): Promise<PostOutcome> {
    const { url, secretToken } = this.#bot.webhook;
    const { secondMs, webhookTimeoutSeconds } = this.#deps.timing;
    const post = { url, secretToken, body: JSON.stringify(entry.update), timeoutMs: webhookTimeoutSeconds * secondMs };
    const outcome = await postUpdate(post, this.#stop.signal);
    this.#deps.posted(this.#bot, entry, outcome);
    return outcome;
  }

  async #taken(entry: QueuedUpdate, line: Line, answer: PostOutcome): Promise<void> {
    Object.assign(line, { failures: 0, notBefore: 0 });
    this.#goneSince = undefined;
    await this.#runAnswer(answer);
    if (this.#peek(entry) === 'duplicate') {
      this.#faultOf.set(entry, '');
      return;
    }
    this.#bot.queue.remove(entry);
    if (line.held && line.held !== entry) delete line.held;
  }

  #refused(line: Line, outcome: PostOutcome): void {
    const { secondMs } = this.#deps.timing;
    const answered = outcome.outcome === 'answered';
    const why = answered ? `Wrong response from the webhook: ${outcome.status} ${outcome.statusText}` : outcome.reason;
    this.#bot.webhook.lastError = { atSeconds: Math.floor(this.#deps.now() / 1000), message: why };
    if (this.#isGone(outcome)) return;
    line.failures++;
    const asked = answered ? Number(outcome.retryAfter) : NaN;
    // At once, then 2 s, 4 s, 8 s ... up to a random 60 to 120 s.
    const usual = line.failures === 1 ? 0 : Math.min(2 ** (line.failures - 1), 60 + Math.random() * 60);
    const waitMs = (asked > 0 ? Math.min(asked, 3600) : usual) * secondMs;
    line.notBefore = performance.now() + waitMs;
    void sleep(waitMs + 1, undefined, { signal: this.#stop.signal, ref: false }).then(
      () => this.pump(),
      () => {},
    );
  }

  /** 23 hours of 410 take the webhook away. */
  #isGone(outcome: PostOutcome): boolean {
    if (outcome.outcome !== 'answered' || outcome.status !== 410) {
      this.#goneSince = undefined;
      return false;
    }
    this.#goneSince ??= this.#deps.now();
    if (this.#deps.now() - this.#goneSince < goneLimitMs) return false;
    this.#bot.webhook.url = '';
    return true;
  }

  async #runAnswer(answer: PostOutcome): Promise<void> {
    if (answer.outcome !== 'answered') return;
    const args = argsOf(answer);
    const method = args?.['method'];
    if (!args || typeof method !== 'string') return;
    if (/^(get|close$|logout$|setwebhook$|deletewebhook$)/i.test(method)) return;
    await this.#deps.call(this.#bot, method, args);
  }
}

function argsOf(answer: { body: string; type: string }): Record<string, unknown> | undefined {
  if (answer.type.startsWith('application/x-www-form-urlencoded')) {
    return Object.fromEntries(new URLSearchParams(answer.body));
  }
  if (!answer.type.startsWith('application/json')) return undefined;
  try {
    const parsed: unknown = JSON.parse(answer.body);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : undefined;
  } catch {
    return undefined;
  }
}
