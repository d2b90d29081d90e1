/** Time and chance, passed in so that tests own both. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** From 0 up to, not including, 1. */
  random(): number;
  /** Calls back once, after at least so many milliseconds; the answer cancels it. */
  after(ms: number, callback: () => void): () => void;
}

/** The real one, for composition roots. */
export const systemClock: Clock = {
  now: Date.now,
  random: Math.random,
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
