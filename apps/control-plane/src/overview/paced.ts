const atLeastMs = 3_000;
/** Reading takes one part in so many of the time. */
const share = 10;

/**
 * Makes a costly reading that many ask for: they share what was read a moment ago, and the longer reading takes, the longer that holds. A
 * failure is nobody's but theirs who waited for it.
 */
export function paced<T>(read: () => Promise<T>, monotonic: () => number = () => performance.now()): () => Promise<T> {
  let known: { reading: Promise<T>; until: number } | undefined;

  function begin(): Promise<T> {
    const startedAt = monotonic();
    const reading = read();
    const mine = { reading, until: Infinity };
    known = mine;
    reading.then(
      () => (mine.until = monotonic() + Math.max(atLeastMs, share * (monotonic() - startedAt))),
      () => (mine.until = -Infinity),
    );
    return reading;
  }

  return () => (known && monotonic() < known.until ? known.reading : begin());
}
