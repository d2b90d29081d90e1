import { setTimeout as sleep } from 'node:timers/promises';
import { leasedRecord, runLeased, type LeasedWork, type PlatformLease } from '@trunkline/bus';
import type { Metrics } from '@trunkline/telemetry';
import { sweepIdleSessions, type SweepDeps, type SweepPosition } from './sweep-idle-sessions.ts';

const kind = 'session-router';
const name = 'idle-sessions';
const pauseMs = 600_000;
/** Between passes while there is more to end: other work of the bus goes first. */
const breathMs = 100;

/** Ends idle sessions on one router at a time; none with `idleMs` 0. */
export async function startIdleSweep(
  parts: SweepDeps & { metrics: Metrics; worker: string; pauseMs?: number },
): Promise<LeasedWork> {
  const { bus, metrics, worker } = parts;

  async function run(_name: string, lease: PlatformLease): Promise<void> {
    const over = AbortSignal.any([lease.lost, lease.draining]);
    const record = leasedRecord<SweepPosition>({ kind, name }, lease, bus);
    while (!over.aborted) {
      const swept = await sweepIdleSessions(record, parts);
      if (swept?.ended) metrics.count('sessions_idle_ended_total', {}, swept.ended);
      const pause = swept?.more ? breathMs : (parts.pauseMs ?? pauseMs);
      await sleep(pause, undefined, { signal: over }).catch(() => {});
    }
  }

  const leased = await runLeased({ group: kind, worker, run }, bus);
  leased.want(parts.idleMs > 0 ? [name] : []);
  return leased;
}
