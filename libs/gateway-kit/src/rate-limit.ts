import type { TokenBank } from './token-bank.ts';
import { TokenLease, type Take } from './token-lease.ts';

/** Admits events at a configured rate, together with all replicas that draw from the same bank. */
export interface RateLimit {
  /** Takes one token of `key`, at `rate` tokens a second with a capacity of one second. Nearly always answered from memory. */
  take(key: string, rate: number): Promise<Take>;
  /** Gives back a token that was taken for an event which turned out to be a duplicate. */
  refund(key: string): void;
}

/** `maxKeys` bounds memory: a forgotten key loses its local tokens, nothing else. Default 10,000. */
export interface RateLimitDeps {
  bank: TokenBank;
  now: () => number;
  maxKeys?: number;
}

/** A token bucket per key, shared by replicas through leases: token-lease.ts says how much they can admit together. */
export function createRateLimit({ bank, now, maxKeys = 10_000 }: RateLimitDeps): RateLimit {
  const leases = new Map<string, TokenLease>();

  function leaseOf(key: string): TokenLease {
    const known = leases.get(key);
    if (known) return known;
    if (leases.size >= maxKeys) forgetOldestIdle(leases);
    const lease = new TokenLease(bank(key), { now });
    leases.set(key, lease);
    return lease;
  }

  return {
    take: (key, rate) => leaseOf(key).take(rate),
    refund: (key) => leases.get(key)?.refund(),
  };
}

function forgetOldestIdle(leases: Map<string, TokenLease>): void {
  for (const [key, lease] of leases) {
    if (lease.busy) continue;
    leases.delete(key);
    return;
  }
}
