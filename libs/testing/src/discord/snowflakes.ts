const discordEpochMs = 1_420_070_400_000n;

/** Ids that grow, and that hold the time at which they were made. */
export function createSnowflakes(now: () => number): () => string {
  let last = 0n;
  return () => {
    const first = (BigInt(now()) - discordEpochMs) << 22n;
    last = first > last ? first : last + 1n;
    return String(last);
  };
}

/** Below 0 when `a` was made before `b`. */
export function compareSnowflakes(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : Number(a > b));
}
