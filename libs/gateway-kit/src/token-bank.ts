import { setTimeout as sleep } from 'node:timers/promises';
import { token, type Bucket } from '@trunkline/bus';

/** What the bus keeps of one account; `at` is the newest clock of those that drew from it. */
export interface AccountState {
  tokens: number;
  at: number;
}

/** One key's tokens, shared by all replicas. */
export interface TokenAccount {
  /**
   * Draws up to `want` whole tokens, after `debt` was paid: tokens admitted on trust while the bus was slow; below zero, tokens
   * that come back. Fewer come when there are fewer. Throws when the bus does not answer.
   */
  draw(asked: { want: number; rate: number; debt: number }): Promise<number>;
}

/** Opens the account of a key; the key may be any text. */
export type TokenBank = (key: string) => TokenAccount;

/** An account that nobody drew from for so long is full, so the bus need not keep it. */
const forgetMs = 10 * 60_000;

/** How far the clock of whoever drew last may be ahead of ours before it is not believed any more. */
const maxClockSkewMs = 5_000;

const attempts = 20;

/** Token accounts in a bucket of the bus, under `rate.<key>`, changed by compare-and-set only. */
export function createTokenBank(
  bucket: Pick<Bucket<AccountState>, 'get' | 'create' | 'update'>,
  deps: { now: () => number; random: () => number },
): TokenBank {
  return (key) => {
    const name = `rate.${token(key)}`;
    /** What was written or read last. Right as long as nobody else draws, which saves the read. */
    let known: { state: AccountState; revision: number } | undefined;

    async function store(state: AccountState): Promise<boolean> {
      const ttl = { ttlMs: forgetMs };
      const revision = known
        ? await bucket.update(name, state, known.revision, ttl)
        : await bucket.create(name, state, ttl);
      known = revision === undefined ? undefined : { state, revision };
      return revision !== undefined;
    }

    async function read(): Promise<void> {
      const entry = await bucket.get(name);
      known = entry && { state: entry.value, revision: entry.revision };
    }

    return {
      async draw(asked) {
        for (let attempt = 0; attempt < attempts; attempt++) {
          if (!known) await read();
          const now = deps.now();
          const { granted, state } = settle(known?.state, { ...asked, now });
          // Nothing to write but the clock. What is cached may be stale, but others can only have taken more.
          if (granted === 0 && asked.debt === 0 && !isAhead(known?.state, now)) return 0;
          if (await store(state)) return granted;
          if (attempt > 0) await sleep(deps.random() * 4 * attempt);
        }
        return 0;
      },
    };
  };
}

const isAhead = (state: AccountState | undefined, now: number) =>
  state !== undefined && state.at > now + maxClockSkewMs;

/** The token bucket itself: fills at `rate` a second up to `rate`, pays the debt, grants whole tokens. */
function settle(
  before: AccountState | undefined,
  { want, rate, debt, now }: { want: number; rate: number; debt: number; now: number },
): { granted: number; state: AccountState } {
  const last = before ?? { tokens: rate, at: now };
  // The newest clock counts, so that replicas whose clocks differ do not fill the bucket twice. But one that was far ahead
  // must not starve the others once it is gone.
  const from = isAhead(before, now) ? now : last.at;
  const at = Math.max(now, from);
  const filled = Math.min(rate, last.tokens + ((at - from) * rate) / 1000);
  const tokens = Math.min(rate, filled - debt);
  const granted = Math.max(0, Math.min(want, Math.floor(tokens)));
  return { granted, state: { tokens: tokens - granted, at } };
}
