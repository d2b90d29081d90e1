import { randomUUID } from 'node:crypto';
import { openBus, requireStreams, runLanes, untilAnswered, type BusLog, type BusOptions } from '@trunkline/bus';
import { createTurnWorker, type TurnHandler, type TurnWorkerOptions } from './turn-worker.ts';

export interface ConsumeOptions extends Partial<Omit<TurnWorkerOptions, 'random'>> {
  /** Workers of one group share the sessions; every group sees every turn. */
  group: string;
  /** Where NATS is; default `nats://127.0.0.1:4222`. */
  servers?: BusOptions['servers'];
  user?: string;
  password?: string;
  token?: string;
  prefix?: string;
  /** What answers are addressed to; default `_INBOX_<user>`, as the permissions of a group's user have it. */
  inboxPrefix?: string;
  /** Where a group that never ran begins: at the oldest turn kept (default) or behind the newest. */
  start?: 'oldest' | 'newest';
  log?: BusLog;
}

export interface TurnConsumer {
  /** Lanes of sessions held now, of 64. */
  owned(): number[];
  /** Lets running turns end, hands the sessions over and disconnects. */
  drain(): Promise<void>;
}

const quiet: BusLog = { info: () => {}, warn: () => {}, error: () => {} };

/**
 * Consumes turns: one at a time per session, in order, sessions beside each other, over any number of workers.
 *
 * A handler that throws is tried again with growing pauses, then the turn becomes a dead letter; a handler that a crash
 * interrupted runs again elsewhere. Its replies keep their ids, so a repeat says nothing twice.
 */
export async function consume(options: ConsumeOptions, handler: TurnHandler): Promise<TurnConsumer> {
  const { group, servers = 'nats://127.0.0.1:4222', log = quiet, start, concurrency = 64, maxAttempts = 5 } = options;
  const { user, password, token, prefix, inboxPrefix, filter } = options;
  const connection = { servers, user, password, token, prefix, inboxPrefix };
  const bus = await openBus({ ...connection, name: `consumer ${group}` }, log);
  const closed = () => bus.state() === 'closed';
  const required = { nc: bus.connection, names: bus.names, role: { process: 'consumer', group }, user } as const;
  await untilAnswered(() => requireStreams(required), { log, closed });
  const worker = createTurnWorker({ group, filter, concurrency, maxAttempts, random: Math.random }, { bus, handler });
  const lanes = await runLanes(
    {
      group: `turns.${group}`,
      worker: randomUUID(),
      stream: 'TURNS',
      filter: bus.names.turnsOfLane,
      keyOf: bus.names.turnsBeside,
      start,
      ...worker,
    },
    bus,
  );
  return {
    owned: () => lanes.owned(),
    async drain() {
      await lanes.drain();
      await bus.close();
    },
  };
}
