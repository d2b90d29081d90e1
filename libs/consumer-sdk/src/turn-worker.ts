import { setTimeout as sleep } from 'node:timers/promises';
import {
  appendLedger,
  busHeaders,
  createSlots,
  token,
  type Bus,
  type Handled,
  type LaneContext,
  type StoredMessage,
} from '@trunkline/bus';
import { readTurn, type Turn } from '@trunkline/events';
import { Cancellation } from './cancellation.ts';
import { consumedTurn, type ConsumedTurn } from './consumed-turn.ts';
import { passes, type TurnFilter } from './turn-filter.ts';

export type TurnHandler = (turn: ConsumedTurn) => Promise<unknown>;

export interface TurnWorkerOptions {
  group: string;
  filter?: TurnFilter | ((turn: Turn) => boolean);
  /** How many turns run at the same time in this worker, each of another session. */
  concurrency: number;
  /** After this many failures a turn becomes a dead letter and its session goes on. */
  maxAttempts: number;
  random(): number;
}

interface Deps {
  bus: Bus;
  handler: TurnHandler;
}

/** A turn with where it was read. */
interface Job {
  turn: Turn;
  message: StoredMessage;
  context: LaneContext;
}

const workerCrashed = 'worker_crashed';
const dayMs = 86_400_000;
const cancelled = 'trunkline.turn.cancelled';

/** Runs the turns of the lanes that this worker holds. */
export function createTurnWorker(options: TurnWorkerOptions, deps: Deps) {
  const { bus } = deps;
  const run = createRunner(options, deps);

  async function handle(message: StoredMessage, context: LaneContext): Promise<Handled> {
    const read = readTurn(message.json());
    if (!read.ok) {
      if (read.reason === 'unknown_version') throw new Error(`A turn of a newer version: ${read.problems.join('; ')}`);
      bus.log.error({ seq: message.seq, problems: read.problems }, 'turn.unreadable');
      return 'done';
    }
    const turn = read.value;
    if (turn.event.type === cancelled || !passes(turn, options.filter)) return 'done';
    const crashes = context.mayRepeat ? await countBeginning(message) : 0;
    if (crashes >= options.maxAttempts) return bury(turn, { reason: workerCrashed, attempts: crashes });
    return attempts({ turn, message, context });
  }

  async function attempts(job: Job): Promise<Handled> {
    for (let attempt = 1; ; attempt++) {
      const outcome = await run.turn(job, attempt);
      if (outcome === 'done' || outcome === 'interrupted') return outcome;
      if (attempt >= options.maxAttempts) return bury(job.turn, { reason: outcome.error, attempts: attempt });
      const waited = await pause(backoffMs(attempt, options.random()), job.context);
      if (!waited) return 'interrupted';
    }
  }

  /** Counts on the bus before the attempt: a turn that kills its worker must not kill all workers for ever. */
  async function countBeginning(message: StoredMessage): Promise<number> {
    const bucket = bus.bucket<{ count: number }>('progress');
    const key = `turn.${token(options.group)}.${message.seq}`;
    const count = (await bucket.get(key))?.value.count ?? 0;
    await bucket.put(key, { count: count + 1 }, { ttlMs: dayMs });
    return count;
  }

  async function bury(turn: Turn, why: { reason: string; attempts: number }): Promise<Handled> {
    const { turn_id, session, event } = turn;
    const { group } = options;
    const { connector } = event.data;
    const letter = { group, turn_id, session_id: session.session_id, event_id: event.id, attempts: why.attempts };
    const code = why.reason === workerCrashed ? workerCrashed : 'handler_failed';
    const reason = { code, detail: why.reason };
    const data = { v: 1, type: 'turn', connector, ...letter, reason };
    await appendLedger({ what: 'dead', connector, id: `${group}:${turn_id}`, data }, bus);
    bus.log.error({ ...letter, reason }, 'turn.dead');
    return 'done';
  }

  return { handle, peek: run.peek };
}

/** Calls the handler, as many at a time as there are slots, and knows what runs so that it can be cancelled. */
function createRunner(options: TurnWorkerOptions, { bus, handler }: Deps) {
  const slots = createSlots(options.concurrency);
  const running = new Map<string, Cancellation>();

  /** A cancellation takes effect when it is seen, not when its turn comes. */
  function peek(message: StoredMessage): void {
    if (message.headers[busHeaders.eventType] !== cancelled) return;
    running.get(bus.names.turnsBeside(message.subject))?.cancel();
  }

  async function runTurn({ turn, message, context }: Job, attempt: number): Promise<Handled | { error: string }> {
    await slots.take();
    const session = bus.names.turnsBeside(message.subject);
    const cancellation = new Cancellation(context.signal);
    running.set(session, cancellation);
    try {
      if (!context.stillOwner()) return 'interrupted';
      const traceparent = message.headers[busHeaders.traceparent];
      await handler(consumedTurn(turn, { bus, group: options.group, attempt, cancellation, traceparent }));
      return 'done';
    } catch (error) {
      if (cancellation.cancelled) return 'done';
      if (context.signal.aborted) return 'interrupted';
      bus.log.warn({ err: error, turn_id: turn.turn_id, attempt }, 'turn.failed');
      return { error: error instanceof Error ? error.name : 'error' };
    } finally {
      running.delete(session);
      slots.give();
    }
  }

  return { turn: runTurn, peek };
}

/** Half to the whole of 1 s, 2 s, 4 s ... 60 s: many sessions that fail together do not come back together. */
export function backoffMs(attempt: number, random: number): number {
  return Math.min(60_000, 1_000 * 2 ** (attempt - 1)) * (0.5 + random / 2);
}

async function pause(ms: number, context: LaneContext): Promise<boolean> {
  const either = AbortSignal.any([context.signal, context.draining]);
  return sleep(ms, true, { signal: either }).catch(() => false);
}
