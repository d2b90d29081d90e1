const longestWaitMs = 30_000;

/** How long the caller wants to wait for the routing, by `Prefer: wait=<seconds>` (RFC 7240), at most 30 s. */
export function preferredWaitMs(header: string | undefined): number | undefined {
  const seconds = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,6})"?\s*(?=$|[,;])/i.exec(header ?? '')?.[1];
  return seconds === undefined ? undefined : Math.min(Number(seconds) * 1000, longestWaitMs);
}
