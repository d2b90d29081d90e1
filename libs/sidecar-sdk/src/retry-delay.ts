const longestMs = 60_000;
const longestRetryAfterMs = 3_600_000;

/** Half to the whole of first, twice, four times ... 60 s: many senders that fail together do not come back together. */
export function backoffMs(attempt: number, { firstMs, random }: { firstMs: number; random: number }): number {
  return Math.min(longestMs, firstMs * 2 ** (attempt - 1)) * (0.5 + random / 2);
}

/** Milliseconds that a Retry-After header asks for (seconds or a date), at most an hour; undefined without a usable one. */
export function retryAfterMs(header: string | null | undefined, nowMs: number): number | undefined {
  if (header === null || header === undefined || header.trim() === '') return undefined;
  const asked = /^\s*\d+\s*$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - nowMs;
  if (Number.isNaN(asked)) return undefined;
  return Math.min(longestRetryAfterMs, Math.max(0, asked));
}
