import { setTimeout as sleep } from 'node:timers/promises';
import type { Installation } from '../installation.ts';
import type { Fault } from './fault-plan.ts';

/** What was really done, which is all of the plan unless the run ended early. */
export interface FaultCounts {
  kills: number;
  pauses: number;
  server_restarts: number;
}

export interface FaultInjection {
  counts: FaultCounts;
  /** Resolves when no fault is under way: the plan is done, or `over` was aborted. */
  done: Promise<void>;
}

const lookEveryMs = 10;

/** Carries a plan out as the run progresses. Faults overlap where the plan has them close together. */
export function injectFaults(
  plan: readonly Fault[],
  deps: { installation: Installation; progress: () => number; say: (line: string) => void; over: AbortSignal },
): FaultInjection {
  const { progress, say, over } = deps;
  const counts: FaultCounts = { kills: 0, pauses: 0, server_restarts: 0 };
  const ends = endings(deps.installation);

  async function run(): Promise<void> {
    const underWay: Promise<void>[] = [];
    for (const fault of plan) {
      while (progress() < fault.at && !over.aborted) await sleep(lookEveryMs);
      if (over.aborted) break;
      say(`at ${fault.at}: ${sentence(fault)}`);
      underWay.push(ends[fault.what](fault, counts));
    }
    await Promise.all(underWay);
  }
  return { counts, done: run() };
}

function endings({ nats, process }: Installation) {
  let server = Promise.resolve();
  const freezing = new Map<string, Promise<void>>();
  return {
    async kill(fault: Fault, counts: FaultCounts) {
      if (fault.what !== 'kill') return;
      counts.kills++;
      await process(fault.victim).kill();
    },
    /** One freeze at a time for each process: the end of one would cut the next one short. */
    pause(fault: Fault, counts: FaultCounts) {
      if (fault.what !== 'pause') return Promise.resolve();
      const { victim, forMs } = fault;
      const frozen = (freezing.get(victim) ?? Promise.resolve()).then(async () => {
        counts.pauses++;
        process(victim).pause();
        await sleep(forMs);
        process(victim).resume();
      });
      freezing.set(victim, frozen);
      return frozen;
    },
    restart_server(fault: Fault, counts: FaultCounts) {
      if (fault.what !== 'restart_server') return Promise.resolve();
      server = server.then(async () => {
        counts.server_restarts++;
        await nats.kill();
        await sleep(fault.downMs);
        await nats.restart();
      });
      return server;
    },
  };
}

function sentence(fault: Fault): string {
  if (fault.what === 'restart_server') return `kill nats-server, start it again after ${fault.downMs} ms`;
  if (fault.what === 'pause') return `freeze ${fault.victim} for ${fault.forMs} ms`;
  return `kill ${fault.victim}`;
}
