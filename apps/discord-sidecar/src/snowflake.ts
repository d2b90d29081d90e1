const discordEpochMs = 1_420_070_400_000;

/** When an id was made, in ms since 1970. */
export const snowflakeMs = (id: string): number => Number(BigInt(id) >> 22n) + discordEpochMs;

/** The smallest id of a moment. */
export const snowflakeAt = (ms: number): string => String(BigInt(Math.max(0, Math.floor(ms) - discordEpochMs)) << 22n);

/** Whether `a` was made after `b`. */
export const isNewer = (a: string, b: string): boolean => BigInt(a) > BigInt(b);
