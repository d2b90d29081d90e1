import type { Logger } from '@trunkline/telemetry';
import { askAll, type ReadinessCheck, type ReadinessReport } from './readiness.ts';
import { createStopStack } from './stop-stack.ts';
import { watchParent } from './watch-parent.ts';

/** How a process of ours can end by itself. */
export const exitCodes = { asked: 0, failed: 1, misconfigured: 2 } as const;

/** The life of one process: starting, then ready or not, then stopping, then gone. */
export interface Lifecycle {
  readonly stopping: AbortSignal;
  onStop(close: () => unknown): void;
  background(task: Promise<unknown>): void;
  ready(name: string, check: ReadinessCheck): void;
  /** Nothing is ready before this was said. */
  started(): void;
  readiness(): Promise<
    ReadinessReport & { status: 'starting' | 'ready' | 'not_ready' | 'stopping'; uptime_seconds: number }
  >;
  /** Begins to listen for signals and for errors that nobody caught. */
  listen(): void;
  /** Stops when the process that started this one is gone. */
  watchParent(): void;
  /** Ends the process because of an error. */
  fail(error: unknown, message: string): Promise<void>;
}

const stopMs = 20_000;
const stopAfterFailureMs = 3_000;
const signals = { SIGTERM: 15, SIGINT: 2 } as const;

/** Makes the life of this process. It ends the process itself, through `process.exit`. */
export function createLifecycle(log: Logger): Lifecycle {
  const stack = createStopStack(log);
  const checks = new Map<string, ReadinessCheck>();
  const stopping = new AbortController();
  let started = false;

  async function stop(why: object, { exitCode, withinMs }: { exitCode: number; withinMs: number }): Promise<void> {
    if (stopping.signal.aborted) return;
    stopping.abort();
    log.info(why, 'service.stopping');
    const inTime = await stack.run(withinMs);
    if (!inTime) log.error({ within_ms: withinMs }, 'service.stop-timed-out');
    else log.info({ exit_code: exitCode }, 'service.stopped');
    process.exit(inTime ? exitCode : exitCodes.failed);
  }

  const stopAsAsked = (why: object) => void stop(why, { exitCode: exitCodes.asked, withinMs: stopMs });

  async function fail(error: unknown, message: string): Promise<void> {
    log.fatal({ error }, message);
    // A second failure while stopping changes nothing: the exit is on its way, and its code is decided.
    await stop({ reason: 'failed' }, { exitCode: exitCodes.failed, withinMs: stopAfterFailureMs });
  }

  function onSignal(signal: keyof typeof signals): void {
    // Whoever asks twice wants it now.
    if (stopping.signal.aborted) process.exit(128 + signals[signal]);
    stopAsAsked({ reason: signal });
  }

  return {
    stopping: stopping.signal,
    onStop: stack.add,
    ready: (name, check) => void checks.set(name, check),
    started() {
      started = true;
    },
    background(task) {
      stack.track(task);
      // What was told to stop may well end by throwing.
      task.catch((error: unknown) => (stopping.signal.aborted ? undefined : fail(error, 'service.background-failed')));
    },
    async readiness() {
      const { ready, checks: answers } = await askAll(checks);
      const able = ready && started && !stopping.signal.aborted;
      const status = stopping.signal.aborted ? 'stopping' : !started ? 'starting' : able ? 'ready' : 'not_ready';
      return { status, ready: able, uptime_seconds: Math.round(process.uptime()), checks: answers };
    },
    listen() {
      process.on('SIGTERM', onSignal);
      process.on('SIGINT', onSignal);
      process.on('uncaughtException', (error) => void fail(error, 'service.crashed'));
      process.on('unhandledRejection', (error) => void fail(error, 'service.crashed'));
    },
    watchParent() {
      // The bus of a development installation goes with it: there is nobody to hand work over to, and nothing to wait for.
      const orphaned = { exitCode: exitCodes.asked, withinMs: stopAfterFailureMs };
      stack.add(watchParent(() => void stop({ reason: 'parent gone' }, orphaned)));
    },
    fail,
  };
}
