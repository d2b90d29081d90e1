import type { TokenAccount } from './token-bank.ts';

/** Admitted, or when to come back. `empty`: the rate is used up (429). `bus_slow`: nobody can say (503). */
export type Take = { ok: true } | { ok: false; reason: 'empty' | 'bus_slow'; retryAfterMs: number };

/**
 * Drawn tokens are void after this time. What is spent in 10 s was drawn in 10.5 s, from a bucket that held at most one
 * second's worth at the start: 11.5 seconds' worth, whatever the number of replicas. The promise is 12 (spec 2.9); the rest
 * is for clocks that differ.
 */
const tokensLastMs = 500;

/**
 * The smallest draws last longer, so that a key with little to do costs no round trip for each event. Each replica may then have a
 * fiftieth of a second's worth in hand (or two tokens): fifteen of them stay within the promise together.
 */
const fewTokensLastMs = 10_000;

/** A draw should last so long at the present demand: about five round trips a second, and little is left to become void. */
const horizonMs = 200;

/** After the account was found empty. At less than ten events a second: until it holds a token again. */
const emptyPauseMs = 100;

/** How long a draw may take before events are admitted on trust. */
const patienceMs = 250;

/** After the bus failed to answer. */
const brokenPauseMs = 500;

/**
 * Share of the rate that each process admits on trust while the bus does not answer. Up to ten replicas stay below the
 * rate together, because nobody draws meanwhile; what was admitted is paid back as debt.
 */
const trustedShare = 0.1;

/** This process's share of one account's tokens, leased in batches that follow the demand. Nearly every `take` is answered from memory. */
export class TokenLease {
  readonly #account: TokenAccount;
  readonly #now: () => number;
  readonly #grants: { left: number; until: number }[] = [];
  readonly #trust: TrustedTokens;
  /** Settles when the draw under way has an answer, or has taken too long to be waited for. */
  #drawing: Promise<void> | undefined;
  #lastDraw: { at: number; want: number };
  #spent = 0;
  #waiting = 0;
  #debt = 0;
  #pauseUntil = 0;
  #slow = false;

  constructor(account: TokenAccount, { now }: { now: () => number }) {
    this.#account = account;
    this.#now = now;
    this.#trust = { tokens: 0, at: now() };
    this.#lastDraw = { at: now(), want: 0 };
  }

  /** Whether somebody waits on it right now. */
  get busy(): boolean {
    return this.#waiting > 0 || this.#drawing !== undefined;
  }

  take(rate: number): Promise<Take> {
    const at = this.#now();
    if (this.#spend(at)) {
      this.#drawAhead(at, rate);
      return granted;
    }
    if (this.#slow && (this.#drawing || at < this.#pauseUntil)) return Promise.resolve(this.#takeOnTrust(at, rate));
    if (at < this.#pauseUntil) return Promise.resolve(this.#empty(at));
    return this.#takeAfterDraw(rate);
  }

  /** Gives a token back into the account with the next draw: kept here, it would soon be void. */
  refund(): void {
    this.#debt--;
    this.#pauseUntil = 0;
  }

  #spend(at: number): boolean {
    let grant = this.#grants[0];
    while (grant && (grant.left === 0 || grant.until <= at)) {
      this.#grants.shift();
      grant = this.#grants[0];
    }
    if (!grant) return false;
    grant.left--;
    this.#spent++;
    return true;
  }

  async #takeAfterDraw(rate: number): Promise<Take> {
    this.#waiting++;
    try {
      for (;;) {
        this.#drawing ??= this.#startDraw(rate);
        await this.#drawing;
        const at = this.#now();
        if (this.#spend(at)) return { ok: true };
        if (this.#slow) return this.#takeOnTrust(at, rate);
        if (at < this.#pauseUntil) return this.#empty(at);
      }
    } finally {
      this.#waiting--;
    }
  }

  #empty(at: number): Take {
    return { ok: false, reason: 'empty', retryAfterMs: this.#pauseUntil - at };
  }

  #takeOnTrust(at: number, rate: number): Take {
    const trust = this.#trust;
    const most = Math.max(1, rate * trustedShare);
    trust.tokens = Math.min(most, trust.tokens + ((at - trust.at) * rate * trustedShare) / 1000);
    trust.at = at;
    if (trust.tokens < 1) return { ok: false, reason: 'bus_slow', retryAfterMs: brokenPauseMs };
    trust.tokens--;
    this.#debt++;
    return { ok: true };
  }

  /** At a high rate the next batch comes while this one lasts, so that nobody waits for it. */
  #drawAhead(at: number, rate: number): void {
    const { want } = this.#lastDraw;
    const runsOut = this.#grants.length === 1 && (this.#grants[0]?.left ?? 0) < want / 2;
    if (want >= 8 && runsOut && !this.#drawing && at >= this.#pauseUntil) this.#drawing = this.#startDraw(rate);
  }

  #startDraw(rate: number): Promise<void> {
    const answered = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      this.#slow = true;
      answered.resolve();
    }, patienceMs);
    void this.#draw(rate).finally(() => {
      clearTimeout(timer);
      this.#drawing = undefined;
      answered.resolve();
    });
    return answered.promise;
  }

  async #draw(rate: number): Promise<void> {
    const at = this.#now();
    const want = this.#nextBatch(at, rate);
    const debt = this.#debt;
    this.#debt = 0;
    this.#spent = 0;
    this.#lastDraw = { at, want };
    try {
      const count = await this.#account.draw({ want, rate, debt });
      this.#grants.push({ left: count, until: at + (want > leastBatch(rate) ? tokensLastMs : fewTokensLastMs) });
      this.#slow = false;
      if (count < want) this.#pauseUntil = this.#now() + Math.max(emptyPauseMs, 1000 / rate);
    } catch {
      // Whoever stores the event meets the same bus and reports it. The debt may have been paid all the same: too much is safe.
      this.#debt += Math.max(0, debt);
      this.#slow = true;
      this.#pauseUntil = this.#now() + brokenPauseMs;
    }
  }

  /** Follows the demand since the last draw, at most twice as much as last time, at most a fifth of a second's worth. */
  #nextBatch(at: number, rate: number): number {
    const most = Math.max(1, Math.ceil(rate / 5));
    const demanded = (this.#spent / Math.max(1, at - this.#lastDraw.at)) * horizonMs;
    const grown = Math.min(demanded, 2 * this.#lastDraw.want);
    return Math.min(most, Math.ceil(Math.max(grown, this.#waiting, leastBatch(rate))));
  }
}

const leastBatch = (rate: number) => Math.max(1, Math.ceil(rate / 50));

interface TrustedTokens {
  tokens: number;
  at: number;
}

const granted = Promise.resolve({ ok: true } as const);
