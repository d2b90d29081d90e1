const second = 1_000;
const fastestMs = second;
const slowestBurstMs = 60 * second;
const patientMs = 300 * second;
const longestWishMs = 3_600 * second;

/** How long to wait after the `failure`th failure in a row: 1 s doubling to 60 s, then 5 min, all of it jittered by a quarter. */
export function retryDelayMs(failure: number, random: number): number {
  const doubled = fastestMs * 2 ** (failure - 1);
  const nominal = doubled < slowestBurstMs ? doubled : failure <= 7 ? slowestBurstMs : patientMs;
  return Math.max(fastestMs, Math.round(nominal * (0.75 + random / 2)));
}

/** A platform's own wish (`Retry-After`), honoured from 1 s, so that a zero does not spin, to 1 h. */
export function wishedDelayMs(afterMs: number): number {
  if (!(afterMs > fastestMs)) return fastestMs;
  return Math.min(Math.ceil(afterMs), longestWishMs);
}
