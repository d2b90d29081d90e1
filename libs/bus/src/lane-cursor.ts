import type { Bucket } from './bucket.ts';

/**
 * How far a lane is finished: every message up to `floor`, and above it, of each key in `done`, everything up to that sequence.
 *
 * Keys are handled in order, so one sequence a key says it all. `stream` is the stream's incarnation: sequences of another one
 * mean nothing.
 */
export interface CursorRecord {
  worker: string | null;
  epoch: number;
  stream: string;
  floor: number;
  done: Record<string, number>;
}

export interface LaneCursor {
  readonly record: CursorRecord;
  /** Keeps new progress. False when another owner has taken the lane: nothing was kept, and nothing will be any more. */
  save(progress: { floor: number; done: Record<string, number> }): Promise<boolean>;
  /** Keeps progress for the last time and says that nobody runs the lane. */
  close(progress: { floor: number; done: Record<string, number> }): Promise<boolean>;
}

/**
 * Takes over the cursor of a lane by a write of its own, so that whoever held it before cannot record anything after us.
 * `undefined` when a newer owner was faster.
 */
export async function takeCursor(
  taker: { key: string; worker: string; epoch: number; stream: string; start: () => Promise<number> },
  bucket: Pick<Bucket<CursorRecord>, 'get' | 'create' | 'update'>,
): Promise<LaneCursor | undefined> {
  const { key, worker, epoch, stream } = taker;
  const found = await bucket.get(key);
  if (found && found.value.epoch > epoch) return undefined;
  // A stream that was made anew counts from 1 again: all that it holds is unfinished.
  const before = found?.value.stream === stream ? found.value : { floor: found ? 0 : await taker.start(), done: {} };
  let record: CursorRecord = { worker, epoch, stream, floor: before.floor, done: before.done };
  let revision = found ? await bucket.update(key, record, found.revision) : await bucket.create(key, record);
  if (revision === undefined) return undefined;

  async function write(next: CursorRecord): Promise<boolean> {
    const written = await bucket.update(key, next, revision ?? 0);
    if (written !== undefined) revision = written;
    else if (!(await adoptOwn())) return false;
    else return write(next);
    record = next;
    return true;
  }

  /** A write whose answer was lost moved the revision: it is still our cursor if it bears our epoch. */
  async function adoptOwn(): Promise<boolean> {
    const now = await bucket.get(key);
    if (!now || now.value.epoch !== epoch || now.value.worker !== worker) return false;
    revision = now.revision;
    return true;
  }

  return {
    get record() {
      return record;
    },
    save: (progress) => write({ ...record, ...progress }),
    close: (progress) => write({ ...record, ...progress, worker: null }),
  };
}
