import { setTimeout as delay } from 'node:timers/promises';

/** One part's answer. Details are shown to operators whatever the answer is: no secrets in them. */
export interface Readiness {
  ready: boolean;
  [detail: string]: unknown;
}

/** Asks one part; asked often, so it should look rather than try. */
export type ReadinessCheck = () => Readiness | Promise<Readiness>;

/** The answer of a whole service, as /readyz gives it. */
export interface ReadinessReport {
  ready: boolean;
  checks: Record<string, Readiness>;
}

const checkTimeoutMs = 2_000;

/** Asks all parts at once. A part that throws or does not answer in 2 s is not ready, and says why. */
export async function askAll(checks: ReadonlyMap<string, ReadinessCheck>): Promise<ReadinessReport> {
  const answers = await Promise.all([...checks].map(async ([name, check]) => [name, await askOne(check)] as const));
  return { ready: answers.every(([, { ready }]) => ready), checks: Object.fromEntries(answers) };
}

async function askOne(check: ReadinessCheck): Promise<Readiness> {
  const giveUp = new AbortController();
  const tooLate = delay(
    checkTimeoutMs,
    { ready: false, reason: 'no answer in time' },
    { signal: giveUp.signal, ref: false },
  );
  try {
    return await Promise.race([check(), tooLate]);
  } catch (error) {
    return { ready: false, reason: error instanceof Error ? error.message : 'failed' };
  } finally {
    tooLate.catch(() => undefined);
    giveUp.abort();
  }
}
