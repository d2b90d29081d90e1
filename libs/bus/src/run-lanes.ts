import type { Bus } from './bus.ts';
import { takeCursor, type CursorRecord } from './lane-cursor.ts';
import { LaneRunner, type LaneWork } from './lane-runner.ts';
import { Leases } from './leases.ts';
import type { LeaseRecord } from './live-workers.ts';
import type { BucketName, StreamName } from './names.ts';
import { laneCount, token } from './token.ts';

export interface RunLanesOptions extends LaneWork {
  /** Workers of one group share the lanes; groups know nothing of each other, each sees every message. */
  group: string;
  /** Unique per process, also over restarts. */
  worker: string;
  /** Where a group that never ran begins: at the oldest message kept (default), or behind the newest. */
  start?: 'oldest' | 'newest';
}

export interface LaneWorker {
  /** Lanes held now. */
  owned(): number[];
  /** Ends what runs, hands all lanes over and leaves the group. */
  drain(): Promise<void>;
}

/**
 * Handles a stream's messages, key by key in order, in this worker's share of the group's lanes.
 *
 * A message is finished when its handler says so and never before; at a takeover what was unfinished is handled again, in order. So
 * handlers run at least once and must be repeatable; the record of progress itself can only be written by the lane's owner.
 */
export async function runLanes(options: RunLanesOptions, bus: Bus): Promise<LaneWorker> {
  const runners = new Map<number, LaneRunner>();
  const cursors = bus.bucket<CursorRecord>('cursors');

  const leases = new Leases(
    {
      group: options.group,
      worker: options.worker,
      noun: 'lane',
      names: Array.from({ length: laneCount }, (_, lane) => String(lane)),
      onGain: (lane, epoch) => void gain(Number(lane), epoch),
      onLose: (lane) => lose(Number(lane)),
      isBusy: (lane) => runners.get(Number(lane))?.busy ?? false,
      async onRelease(lane) {
        await runners.get(Number(lane))?.drain();
        runners.delete(Number(lane));
      },
    },
    {
      bucket: bus.bucket<LeaseRecord>('worker_leases'),
      connected: () => bus.state() === 'connected',
      closed: () => bus.state() === 'closed',
      monotonic: () => performance.now(),
      random: Math.random,
      log: bus.log,
    },
  );

  function lose(lane: number): void {
    runners.get(lane)?.abort();
    runners.delete(lane);
  }

  async function gain(lane: number, epoch: number): Promise<void> {
    try {
      const cursor = await takeCursor(
        {
          key: `${token(options.group)}.${lane}`,
          worker: options.worker,
          epoch,
          stream: await incarnationOf(options.stream, bus),
          start: async () => (options.start === 'newest' ? (await bus.streamState(options.stream)).last : 0),
        },
        cursors,
      );
      if (!cursor || !leases.stillOwner(String(lane))) return leases.forget(String(lane));
      const stillOwner = () => leases.stillOwner(String(lane)) && runners.get(lane) === runner;
      const runner: LaneRunner = new LaneRunner(lane, options, {
        bus,
        cursor,
        stillOwner,
        onDeposed: () => leases.forget(String(lane)),
      });
      runners.set(lane, runner);
      await runner.run();
    } catch (error) {
      bus.log.warn({ err: error, group: options.group, lane }, 'lane.not-started');
      leases.forget(String(lane));
    }
  }

  await leases.join();
  return { owned: () => leases.owned().map(Number), drain: () => leases.leave() };
}

/** A stream that is deleted and made anew counts from 1 again: its time of creation tells the two apart. */
export async function incarnationOf(stream: StreamName | BucketName, bus: Pick<Bus, 'streamState'>): Promise<string> {
  return (await bus.streamState(stream)).created;
}
