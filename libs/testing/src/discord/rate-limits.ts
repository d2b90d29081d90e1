/** Calls of one route and channel within a window. */
export interface Budget {
  limit: number;
  windowMs: number;
}

/** The state of a bucket after a call, and whether the call was one too many. */
export interface Spent {
  headers: Record<string, string>;
  retryAfterSeconds?: number;
}

/** 401, 403 and 429 that one address may earn in ten minutes before it is shut out. */
export const usualInvalidLimit = 10_000;
const invalidWindowMs = 600_000;

/** Counts calls by bucket, and the invalid ones, whose sum shuts the caller out. */
export class RateLimits {
  readonly #budgets: Record<string, Budget>;
  readonly #invalidLimit: number;
  readonly #now: () => number;
  readonly #windows = new Map<string, { used: number; endsAt: number }>();
  #invalid: number[] = [];

  constructor({
    budgets,
    invalidLimit,
    now,
  }: {
    budgets: Record<string, Budget>;
    invalidLimit: number;
    now: () => number;
  }) {
    this.#budgets = budgets;
    this.#invalidLimit = invalidLimit;
    this.#now = now;
  }

  spend(route: string, major: string): Spent {
    const { limit, windowMs } = this.#budgets[route] ?? { limit: 50, windowMs: 1_000 };
    const key = `${route} ${major}`;
    const at = this.#now();
    const known = this.#windows.get(key);
    const window = known && known.endsAt > at ? known : { used: 0, endsAt: at + windowMs };
    this.#windows.set(key, window);
    const over = window.used >= limit;
    if (!over) window.used++;
    const left = (window.endsAt - at) / 1_000;
    const headers = {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(limit - window.used),
      'x-ratelimit-reset': String(window.endsAt / 1_000),
      'x-ratelimit-reset-after': String(left),
      'x-ratelimit-bucket': Buffer.from(route).toString('hex').slice(0, 32),
    };
    return { headers, ...(over && { retryAfterSeconds: left }) };
  }

  /** Notes an answer; 429s of shared scope do not count. */
  note(status: number, scope?: string): void {
    if (status === 401 || status === 403 || (status === 429 && scope !== 'shared')) this.#invalid.push(this.#now());
  }

  get invalid(): number {
    this.#invalid = this.#invalid.filter((at) => at > this.#now() - invalidWindowMs);
    return this.#invalid.length;
  }

  get isShutOut(): boolean {
    return this.invalid >= this.#invalidLimit;
  }
}
