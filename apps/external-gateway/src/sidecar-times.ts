/** The times of looking after sidecars, in milliseconds (spec 4.1, 4.5, 4.6). Tests have their own. */
export interface SidecarTimes {
  /** Between two looks at a sidecar's health, give or take a fifth. */
  healthEveryMs: number;
  /** For one answer of manifest or health. */
  probeMs: number;
  /** How long a manifest is believed. */
  manifestMs: number;
  /** For a new child to be well, and how often it is asked meanwhile. */
  startWithinMs: number;
  startPollMs: number;
  /** Looks in a row without an answer that make a live child a deaf one. */
  deafAfter: number;
  /** Pause before a failed child is started again, doubled each time up to the longest. */
  firstPauseMs: number;
  longestPauseMs: number;
  /** A child that was well for so long starts with a clean record. */
  wellAfterMs: number;
  /** Between SIGTERM and SIGKILL. */
  stopGraceMs: number;
  /** How often the watchdog hears of us, and after which silence it kills. */
  beatEveryMs: number;
  silenceMs: number;
  /** How long after an owner that did not say goodbye a successor waits. */
  marginMs: number;
  /** How long a grant lasts, and how often it is renewed. */
  grantMs: number;
  renewGrantMs: number;
}

export const sidecarTimes: SidecarTimes = {
  healthEveryMs: 10_000,
  probeMs: 5_000,
  manifestMs: 300_000,
  startWithinMs: 20_000,
  startPollMs: 250,
  deafAfter: 3,
  firstPauseMs: 1_000,
  longestPauseMs: 60_000,
  wellAfterMs: 60_000,
  stopGraceMs: 10_000,
  beatEveryMs: 500,
  silenceMs: 7_000,
  marginMs: 1_000,
  grantMs: 300_000,
  renewGrantMs: 100_000,
};
