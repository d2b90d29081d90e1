import type { BusLog, Bucket } from '@trunkline/bus';
import type { ConnectorRef, ReplyHandle } from '@trunkline/events';
import type { Clock } from './clock.ts';
import type { StepOutcome } from './deliverer.ts';
import type { TargetState } from './readiness.ts';
import { wishedDelayMs } from './retry-delay.ts';

const opensAfter = 5;
const openForMs = 60_000;
const breakerKeptMs = 24 * 3_600_000;

/** A target that is not as usual: bucket `targets`, key = target id. Deleting the key resets the target, wherever it is served. */
export interface TargetRecord {
  v: 1;
  connector: ConnectorRef;
  target: ReplyHandle;
  disabled?: { at: string; reason: string };
  breaker?: { failures: number; open_until: string };
}

/** What a call is about; a progress record fits. */
export interface TargetOf {
  target_id: string;
  connector: ConnectorRef;
  target: ReplyHandle;
}

export interface TargetGates {
  /** Resolves once what the bus holds is known here. */
  ready(): Promise<void>;
  state(targetId: string): TargetState;
  /** Moves the breaker: open after 5 failures in a row, one probe after each 60 s, closed by any answer that is no failure. */
  note(of: TargetOf, outcome: StepOutcome): Promise<void>;
  /** How many breakers are open, of those that were moved here. */
  openBreakers(): number;
}

interface Gate {
  failures: number;
  openUntilMs?: number | undefined;
  pausedUntilMs?: number | undefined;
  disabled?: string | undefined;
  /** Ours; older changes of the watch are echoes. */
  revision: number;
  /** Moved by this process, which serves the target. */
  isOurs?: boolean;
}

/** The breakers and disabled targets of one gateway. The lane's owner writes, everybody hears; writing is best effort. */
export function createTargetGates(deps: {
  bucket: Pick<Bucket<TargetRecord>, 'put' | 'delete' | 'watch'>;
  clock: Clock;
  log: BusLog;
  onChange(targetId: string): void;
}): TargetGates {
  const gates = new Map<string, Gate>();
  let watching: Promise<unknown> | undefined;

  function heard(change: { key: string; value: TargetRecord | undefined; revision: number }): void {
    const known = gates.get(change.key);
    if (known && change.revision <= known.revision) return;
    if (change.value) gates.set(change.key, gateOf(change.value, change.revision));
    else gates.delete(change.key);
    deps.onChange(change.key);
  }

  async function keep(of: TargetOf, gate: Gate): Promise<void> {
    const record = recordOf(of, gate, deps.clock.now());
    try {
      if (record)
        gate.revision = await deps.bucket.put(of.target_id, record, record.disabled ? {} : { ttlMs: breakerKeptMs });
      else await deps.bucket.delete(of.target_id);
    } catch (error) {
      deps.log.warn({ err: error, target_id: of.target_id }, 'target.not-kept');
    }
  }

  return {
    async ready() {
      watching ??= deps.bucket.watch('*', heard).catch((error: unknown) => {
        watching = undefined;
        throw error;
      });
      await watching;
    },
    state(targetId) {
      const gate = gates.get(targetId);
      if (!gate) return {};
      const blockedUntilMs = Math.max(gate.openUntilMs ?? 0, gate.pausedUntilMs ?? 0);
      return { disabled: gate.disabled, blockedUntilMs };
    },
    openBreakers: () => [...gates.values()].filter((gate) => gate.isOurs && gate.openUntilMs !== undefined).length,
    async note(of, outcome) {
      const gate = gates.get(of.target_id) ?? { failures: 0, revision: 0 };
      const wasKept = gate.openUntilMs !== undefined;
      gate.isOurs = true;
      move(gate, outcome, deps.clock.now());
      const isPlain = gate.failures === 0 && gate.disabled === undefined && gate.pausedUntilMs === undefined;
      if (isPlain) gates.delete(of.target_id);
      else gates.set(of.target_id, gate);
      if (wasKept || gate.openUntilMs !== undefined || gate.disabled !== undefined) await keep(of, gate);
    },
  };
}

function move(gate: Gate, outcome: StepOutcome, now: number): void {
  gate.pausedUntilMs = undefined;
  if (outcome.outcome === 'retry' && outcome.afterMs !== undefined) {
    gate.pausedUntilMs = now + wishedDelayMs(outcome.afterMs);
    return;
  }
  if (outcome.outcome === 'park') return;
  if (outcome.outcome === 'retry' || outcome.outcome === 'unknown') {
    gate.failures += 1;
    if (gate.failures >= opensAfter) gate.openUntilMs = now + openForMs;
    return;
  }
  gate.failures = 0;
  gate.openUntilMs = undefined;
  if (outcome.outcome === 'disable_target') gate.disabled = outcome.reason;
}

function gateOf({ breaker, disabled }: TargetRecord, revision: number): Gate {
  const openUntilMs = breaker && Date.parse(breaker.open_until);
  return { failures: breaker?.failures ?? 0, openUntilMs, disabled: disabled?.reason, revision };
}

function recordOf({ connector, target }: TargetOf, gate: Gate, now: number): TargetRecord | undefined {
  const { openUntilMs, disabled, failures } = gate;
  if (openUntilMs === undefined && disabled === undefined) return undefined;
  return {
    v: 1,
    connector,
    target,
    ...(disabled !== undefined && { disabled: { at: new Date(now).toISOString(), reason: disabled } }),
    ...(openUntilMs !== undefined && { breaker: { failures, open_until: new Date(openUntilMs).toISOString() } }),
  };
}
