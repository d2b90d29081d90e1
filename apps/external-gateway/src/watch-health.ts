import { setTimeout as sleep } from 'node:timers/promises';
import type { Probed } from './sidecar-probe.ts';
import type { SidecarTimes } from './sidecar-times.ts';

export interface HealthWatch {
  probe(signal: AbortSignal): Promise<Probed>;
  times: Pick<SidecarTimes, 'healthEveryMs' | 'startWithinMs' | 'startPollMs' | 'deafAfter'>;
  random: () => number;
  monotonic: () => number;
  stop: AbortSignal;
  onLook(probed: Probed): void;
}

/** The health of a child while it is watched. */
export interface WatchedHealth {
  /** Why the child has to be started again; `undefined` when the watch was stopped. */
  failed: Promise<{ code: string; reason: string } | undefined>;
  /** For how long it has been well without a break. */
  wellMs(): number;
}

/** Watches a new child: it has to be well in time, and to answer ever after (spec 4.5). */
export function watchHealth(watch: HealthWatch): WatchedHealth {
  const well: Well = { since: undefined };
  const wellMs = () => (well.since === undefined ? 0 : watch.monotonic() - well.since);
  const failed = (async () => (await untilReady(watch, well)) ?? (await untilDeaf(watch, well)))();
  return { failed, wellMs };
}

interface Well {
  since: number | undefined;
}

async function untilReady(watch: HealthWatch, well: Well) {
  const { probe, times, monotonic, stop, onLook } = watch;
  const until = monotonic() + times.startWithinMs;
  for (let last = ''; ;) {
    const probed = await probe(stop);
    if (stop.aborted) return undefined;
    if (isWell(probed)) {
      well.since = monotonic();
      onLook(probed);
      return undefined;
    }
    if (monotonic() >= until) return notReady(probed, times.startWithinMs);
    // Nobody listens at first, four times a second: that is no news.
    const news = probed.ok ? probed.health.status : probed.code;
    if (news !== last && news !== 'unreachable') onLook(probed);
    last = news;
    await pause(times.startPollMs, stop);
  }
}

async function untilDeaf(watch: HealthWatch, well: Well) {
  const { probe, times, random, monotonic, stop, onLook } = watch;
  for (let failures = 0; !stop.aborted;) {
    await pause(times.healthEveryMs * (0.8 + random() * 0.4), stop);
    const probed = stop.aborted ? undefined : await probe(stop);
    if (stop.aborted || probed === undefined) return undefined;
    failures = probed.ok ? 0 : failures + 1;
    if (!isWell(probed)) well.since = undefined;
    else well.since ??= monotonic();
    onLook(probed);
    if (!probed.ok && failures >= times.deafAfter) {
      return { code: 'deaf', reason: `It did not answer ${failures} times in a row: ${probed.reason}` };
    }
  }
  return undefined;
}

const isWell = (probed: Probed) =>
  probed.ok && (probed.health.status === 'ready' || probed.health.status === 'degraded');

function notReady(probed: Probed, withinMs: number) {
  const why = probed.ok ? `it says "${probed.health.status}".` : probed.reason;
  const code = probed.ok || probed.code === 'unreachable' ? 'not_ready_in_time' : probed.code;
  return { code, reason: `It was not ready within ${withinMs} ms: ${why}` };
}

/** Returns early, without an error, when the watch is stopped. */
export async function pause(ms: number, stop: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: stop }).catch(() => {});
}
