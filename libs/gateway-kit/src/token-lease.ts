import type { TokenAccount } from './token-bank.ts';

/** Admitted, or when to come back. `empty`: the rate is used up (429). `bus_slow`: nobody can say (503). */
export type Take = { ok: true } | { ok: false; reason: 'empty' | 'bus_slow'; retryAfterMs: number };

/** This process's share of one account's tokens. */
export interface TokenLease {
  take(rate: number): Promise<Take>;
  refund(): void;
  /** Whether somebody waits on it right now. */
  busy(): boolean;
}

/**
 * Drawn tokens are void after this time. What is spent in 10 s was drawn in 10.5 s, from a bucket that held at most one
 * second's worth at the start: 11.5 seconds' worth, whatever the number of replicas. The promise is 12 (spec 2.9); the rest
 * is for clocks that differ.
 */
const tokensLastMs = 500;

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

const granted = Promise.resolve({ ok: true } as const);

/** Leases tokens from an account in batches that follow the demand. Nearly every `take` is answered from memory. */
export function createTokenLease(account: TokenAccount, { now }: { now: () => number }): TokenLease {
  const grants: { left: number; until: number }[] = [];
  let drawing: Promise<void> | undefined;
  let waiting = 0;
  let spent = 0;
  let lastDraw = { at: now(), want: 0 };
  let pauseUntil = 0;
  let slow = false;
  let debt = 0;
  let trust = { tokens: 0, at: 0 };

  function spend(at: number): boolean {
    let grant = grants[0];
    while (grant && (grant.left === 0 || grant.until <= at)) {
      grants.shift();
      grant = grants[0];
    }
    if (!grant) return false;
    grant.left--;
    spent++;
    return true;
  }

  /** Follows the demand since the last draw, at most twice as much as last time, at most a fifth of a second's worth. */
  function nextBatch(at: number, rate: number): number {
    const most = Math.max(1, Math.ceil(rate / 5));
    const least = Math.max(1, Math.ceil(rate / 50));
    const demanded = (spent / Math.max(1, at - lastDraw.at)) * horizonMs;
    const grown = Math.min(demanded, 2 * lastDraw.want);
    return Math.min(most, Math.ceil(Math.max(grown, waiting, least)));
  }

  async function draw(rate: number): Promise<void> {
    const at = now();
    const want = nextBatch(at, rate);
    const owed = debt;
    debt = 0;
    spent = 0;
    lastDraw = { at, want };
    try {
      const count = await account.draw({ want, rate, debt: owed });
      grants.push({ left: count, until: at + tokensLastMs });
      slow = false;
      if (count < want) pauseUntil = now() + Math.max(emptyPauseMs, 1000 / rate);
    } catch {
      // Whoever stores the event meets the same bus and reports it. It may have been paid all the same; too much is safe.
      debt += owed;
      slow = true;
      pauseUntil = now() + brokenPauseMs;
    }
  }

  /** Resolves when the account has answered, or when waiting longer would hold up the events. */
  function startDraw(rate: number): Promise<void> {
    const answered = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      slow = true;
      answered.resolve();
    }, patienceMs);
    void draw(rate).finally(() => {
      clearTimeout(timer);
      drawing = undefined;
      answered.resolve();
    });
    return answered.promise;
  }

  function takeOnTrust(at: number, rate: number): Take {
    const most = Math.max(1, rate * trustedShare);
    const filled = ((at - trust.at) * rate * trustedShare) / 1000;
    trust = { tokens: Math.min(most, trust.tokens + filled), at };
    if (trust.tokens < 1) return { ok: false, reason: 'bus_slow', retryAfterMs: brokenPauseMs };
    trust.tokens--;
    debt++;
    return { ok: true };
  }

  async function takeAfterDraw(rate: number): Promise<Take> {
    waiting++;
    try {
      for (;;) {
        drawing ??= startDraw(rate);
        await drawing;
        const at = now();
        if (spend(at)) return { ok: true };
        if (slow) return takeOnTrust(at, rate);
        if (at < pauseUntil) return { ok: false, reason: 'empty', retryAfterMs: pauseUntil - at };
      }
    } finally {
      waiting--;
    }
  }

  /** At a high rate the next batch comes while this one lasts, so that nobody waits for it. */
  function drawAhead(at: number, rate: number): void {
    const worthwhile = lastDraw.want >= 8 && grants.length === 1 && (grants[0]?.left ?? 0) < lastDraw.want / 2;
    if (worthwhile && !drawing && at >= pauseUntil) drawing = startDraw(rate);
  }

  return {
    take(rate) {
      const at = now();
      if (spend(at)) {
        drawAhead(at, rate);
        return granted;
      }
      if (slow && (drawing || at < pauseUntil)) return Promise.resolve(takeOnTrust(at, rate));
      if (at < pauseUntil) return Promise.resolve({ ok: false, reason: 'empty', retryAfterMs: pauseUntil - at });
      return takeAfterDraw(rate);
    },
    refund() {
      // Back into the account with the next draw: kept here, it would soon be void.
      debt--;
      pauseUntil = 0;
    },
    busy: () => waiting > 0 || drawing !== undefined,
  };
}
