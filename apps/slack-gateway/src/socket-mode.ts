import { setTimeout as sleep } from 'node:timers/promises';
import { createReconnectPause } from './reconnect-pause.ts';
import {
  openSocket,
  type SocketConnection,
  type SocketEnd,
  type SocketEnvelope,
  type SocketTiming,
} from './socket-connection.ts';
import type { SocketUrl } from './socket-url.ts';

/** What an operator may see of an app's connections. */
export interface SocketState {
  /** Connections that greeted us and were not told to go. */
  connected: number;
  /** Why there are not as many as there should be; a stable code. */
  problem: string | undefined;
}

/** Times of Socket Mode; tests shorten them. */
export interface SocketModeTiming extends SocketTiming {
  /** Between the first connection and the second, so that they are not due for replacement together. */
  staggerMs: number;
  /** Before another attempt after an error that does not pass by itself. */
  fatalMs: number;
  /** What a replaced connection gets to finish what it is taking. */
  graceMs: number;
}

export const socketModeTiming: SocketModeTiming = {
  helloMs: 10_000,
  pingMs: 5_000,
  silentMs: 20_000,
  staggerMs: 2_000,
  fatalMs: 60_000,
  graceMs: 5_000,
};

export interface SocketModeDeps {
  openUrl(): Promise<SocketUrl>;
  /** Takes an envelope in; `true` once it may be acknowledged. Must not throw. */
  take(envelope: SocketEnvelope): Promise<boolean>;
  /** Told of each change of the state. */
  onState(state: SocketState): void;
  random: () => number;
  timing: SocketModeTiming;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}

/** The set of connections of one app. */
export interface SocketMode {
  state(): SocketState;
  /** Ends when `stop` is aborted and the connections are closed: in good order, or with `lost` at once. */
  run(signals: { stop: AbortSignal; lost: AbortSignal }): Promise<void>;
}

/** Slack gives each event to one of an app's connections: the second is there for when the first is gone. */
const connections = 2;

/** Ends after which the same would follow at once; the next attempt waits as after a fatal error. */
const lastingEnds: ReadonlySet<SocketEnd> = new Set(['link_disabled', 'too_many_websockets']);

/** Holds an app's connections: each is replaced before it ends where Slack gives notice, and soon after where it does not. */
export function createSocketMode(deps: SocketModeDeps): SocketMode {
  const slots = Array.from({ length: connections }, (): SocketState => ({ connected: 0, problem: undefined }));
  const state = () => ({
    connected: slots.reduce((sum, slot) => sum + slot.connected, 0),
    problem: slots.find((slot) => slot.problem !== undefined)?.problem,
  });
  const note = (slot: SocketState, now: Partial<SocketState>) => {
    Object.assign(slot, now);
    deps.onState(state());
  };
  return {
    state,
    async run({ stop, lost }) {
      const over = AbortSignal.any([stop, lost]);
      await Promise.all(
        slots.map((slot, index) => keepConnected({ ...deps, over, lost, index, note: (now) => note(slot, now) })),
      );
    },
  };
}

interface SlotDeps extends SocketModeDeps {
  over: AbortSignal;
  lost: AbortSignal;
  index: number;
  note(now: Partial<SocketState>): void;
}

async function keepConnected(deps: SlotDeps): Promise<void> {
  const { over, timing, note } = deps;
  const pause = createReconnectPause(deps.random);
  const leaving = new Set<Promise<void>>();
  let old: SocketConnection | undefined;

  /** What was told to go goes when its replacement is there, or when we stop. */
  function retire(): void {
    if (!old) return;
    const gone = old.close(timing.graceMs).finally(() => leaving.delete(gone));
    leaving.add(gone);
    old = undefined;
  }

  await wait(deps.index * timing.staggerMs, over);
  while (!over.aborted) {
    const opened = await connect(deps);
    if (opened.ok) {
      const openedAt = performance.now();
      retire();
      note({ connected: 1, problem: undefined });
      const end = await ended(opened.connection, over);
      old = opened.connection;
      if (end === undefined) break;
      deps.log.info({ slot: deps.index, reason: end }, 'socket.ending');
      const lasting = lastingEnds.has(end);
      note({ connected: 0, problem: lasting ? end : undefined });
      const wellForMs = performance.now() - openedAt;
      await wait(lasting ? timing.fatalMs : pause.next({ wellForMs }), over);
    } else {
      note({ problem: opened.error });
      deps.log.warn({ slot: deps.index, error: opened.error, fatal: opened.fatal }, 'socket.not-opened');
      const pauseMs = pause.next({ wellForMs: 0 });
      await wait(opened.fatal ? timing.fatalMs : Math.max(pauseMs, opened.retryAfterMs ?? 0), over);
    }
  }
  note({ connected: 0 });
  retire();
  await Promise.all(leaving);
}

type Connected =
  | { ok: true; connection: SocketConnection }
  | { ok: false; error: string; fatal: boolean; retryAfterMs?: number | undefined };

async function connect({ openUrl, take, timing, lost, over }: SlotDeps): Promise<Connected> {
  const where = await openUrl();
  if (!where.ok) return where;
  if (over.aborted) return { ok: false, error: 'stopping', fatal: false };
  const connection = openSocket({ url: where.url, timing }, take);
  const drop = () => void connection.close(0);
  over.addEventListener('abort', drop);
  const greeted = await connection.greeted;
  over.removeEventListener('abort', drop);
  if (!greeted) {
    const reason = await connection.ending;
    await connection.close(0);
    return { ok: false, error: reason, fatal: lastingEnds.has(reason) };
  }
  // Whoever lost the lease may not even wait for what is being taken.
  lost.addEventListener('abort', drop);
  void connection.closed.then(() => lost.removeEventListener('abort', drop));
  return { ok: true, connection };
}

/** How a connection ends, or nothing when we are the ones to end it. */
async function ended(connection: SocketConnection, over: AbortSignal): Promise<SocketEnd | undefined> {
  const stopped = Promise.withResolvers<undefined>();
  const onAbort = () => stopped.resolve(undefined);
  over.addEventListener('abort', onAbort, { once: true });
  if (over.aborted) onAbort();
  const end = await Promise.race([connection.ending, stopped.promise]);
  over.removeEventListener('abort', onAbort);
  return end;
}

const wait = (ms: number, over: AbortSignal) => sleep(ms, undefined, { signal: over }).catch(() => undefined);
