import { between, seededRandom } from './random.ts';

/** One thing that goes wrong once so many events were accepted and so many replies arrived (`at`, the sum of both). */
export type Fault =
  | { at: number; what: 'kill'; victim: string }
  | { at: number; what: 'pause'; victim: string; forMs: number }
  | { at: number; what: 'restart_server'; downMs: number };

export interface FaultPlanOptions {
  seed: number;
  events: number;
  victims: readonly string[];
  /** How many faults; by default one for every 600 steps of progress, and never fewer than 8. */
  count?: number;
  /** Freezes that outlast the leases (10 s) make others take over from a process that is still there. */
  longPauses: boolean;
}

const stepsPerFault = 600;
const fewestFaults = 8;

/** The schedule of faults that a seed stands for; at least one of each sort, over the middle nine tenths of the run. */
export function planFaults(options: FaultPlanOptions): Fault[] {
  const random = seededRandom(options.seed);
  const steps = options.events * 2;
  const count = options.count ?? Math.max(fewestFaults, Math.round(steps / stepsPerFault));
  const sorts = Array.from({ length: count }, (_, n) => sortOf(n, random));
  const faults = shuffled(sorts, random).map((what, n): Fault => {
    const at = Math.round(steps * (0.05 + (0.9 * (n + random())) / count));
    if (what === 'restart_server') return { at, what, downMs: between(0, 3_000, random) };
    const victim = options.victims[between(0, options.victims.length - 1, random)] ?? '';
    if (what === 'kill') return { at, what, victim };
    return { at, what, victim, forMs: pauseMs(options.longPauses, random) };
  });
  return faults;
}

function sortOf(n: number, random: () => number): Fault['what'] {
  const each = (['kill', 'pause', 'restart_server'] as const)[n];
  if (each) return each;
  const drawn = random();
  if (drawn < 0.5) return 'kill';
  return drawn < 0.92 ? 'pause' : 'restart_server';
}

function pauseMs(longPauses: boolean, random: () => number): number {
  const isLong = random() < 0.12;
  const short = between(500, 6_500, random);
  return isLong && longPauses ? short + 9_000 : short;
}

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  return list
    .map((value) => ({ value, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value);
}
