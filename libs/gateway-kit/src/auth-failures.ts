import ipaddr from 'ipaddr.js';

/** What one more failed authentication means for its address: answer 401, or 429 `too_many_auth_failures`. */
export type AuthFailure = { limited: false } | { limited: true; retryAfterMs: number };

/** How many failures an address may have; the rest is for the composition root. */
export interface AuthFailureOptions {
  now: () => number;
  /** At once. Default 20. */
  burst?: number;
  /** In the long run. Default 20 a minute. */
  perMinute?: number;
  /** Addresses remembered; the one that failed longest ago is forgotten first. Default 10,000. */
  maxAddresses?: number;
}

/** Counts failed authentications by client address. */
export interface AuthFailures {
  /**
   * Call after each failed authentication, and never for one that succeeds: a request with the right secret always passes.
   * Platforms send everybody's webhooks from the same addresses, so a stranger who points his app at our URL must not
   * be able to shut out its honest sender.
   */
  failed(address: string): AuthFailure;
}

interface Account {
  left: number;
  at: number;
}

/** Failures are counted in this process only: a limit on noise and on guessing, not on admission. */
export function createAuthFailures(options: AuthFailureOptions): AuthFailures {
  const { now, burst = 20, perMinute = 20, maxAddresses = 10_000 } = options;
  const msPerFailure = 60_000 / perMinute;
  const accounts = new Map<string, Account>();

  return {
    failed(address) {
      const key = accountKey(address);
      const at = now();
      const known = accounts.get(key) ?? { left: burst, at };
      const left = Math.min(burst, known.left + Math.max(0, at - known.at) / msPerFailure);
      // Written anew each time, so that the map's order is the order of last failures.
      accounts.delete(key);
      accounts.set(key, { left: left >= 1 ? left - 1 : left, at });
      if (accounts.size > maxAddresses) forgetOldest(accounts);
      return left >= 1 ? { limited: false } : { limited: true, retryAfterMs: Math.ceil((1 - left) * msPerFailure) };
    },
  };
}

function forgetOldest(accounts: Map<string, Account>): void {
  for (const oldest of accounts.keys()) {
    accounts.delete(oldest);
    return;
  }
}

/** One customer holds a whole /64 of IPv6: counting single addresses would count nothing. */
function accountKey(address: string): string {
  if (!ipaddr.IPv6.isValid(address)) return address;
  return ipaddr.IPv6.networkAddressFromCIDR(`${address}/64`).toString();
}
