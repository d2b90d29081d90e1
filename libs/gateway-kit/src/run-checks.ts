import type { ProbeCheck } from '@trunkline/events';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a check found; `detail` says of a failure what to do about it. */
export type Found = Pick<ProbeCheck, 'outcome' | 'detail'>;

/** One thing to try. It should heed the signal: what comes after it is thrown away. */
export interface Check {
  name: string;
  run(signal: AbortSignal): Promise<Found> | Found;
}

export interface RunChecksOptions {
  /** For all of them together, as they run at once. */
  withinMs: number;
  /** Milliseconds that never jump back. */
  monotonic: () => number;
  /** Takes secrets out of a text, whoever put them there. */
  redact: (text: string) => string;
  log: { error(fields: object, message: string): void };
}

/** Runs checks at once. Each has an answer in time: one that hangs has failed, and one that throws too. */
export async function runChecks(checks: readonly Check[], options: RunChecksOptions): Promise<ProbeCheck[]> {
  const { withinMs, monotonic } = options;
  const over = new AbortController();
  const late = sleep(withinMs, undefined, { signal: over.signal, ref: false }).catch(() => undefined);
  const signal = AbortSignal.any([over.signal, AbortSignal.timeout(withinMs)]);
  const startedAt = monotonic();
  const done = await Promise.all(
    checks.map(async (check) => {
      const found = (await Promise.race([tryOne(check, signal, options), late])) ?? tooLate(withinMs);
      const detail = options.redact(found.detail);
      return { name: check.name, outcome: found.outcome, detail, ms: Math.round(monotonic() - startedAt) };
    }),
  );
  over.abort();
  return done;
}

async function tryOne({ name, run }: Check, signal: AbortSignal, { log }: RunChecksOptions): Promise<Found> {
  try {
    return await run(signal);
  } catch (error) {
    log.error({ err: error, check: name }, 'check.failed');
    return {
      outcome: 'failed',
      detail: 'The check itself failed, which is our fault: the log of the gateway says how.',
    };
  }
}

const tooLate = (ms: number): Found => ({
  outcome: 'failed',
  detail: `No answer within ${ms / 1000} s. Check that the gateway can reach the other side: names, proxies, firewalls.`,
});
