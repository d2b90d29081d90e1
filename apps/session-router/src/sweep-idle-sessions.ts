import { incarnationOf, storedValue, type Bus, type LeasedRecord } from '@trunkline/bus';
import {
  endSession,
  finishEnd,
  isIdle,
  type EndSessionDeps,
  type SessionLife,
  type SessionRecord,
} from '@trunkline/sessions';

/** How far the sweep has come in the stream of the sessions. */
export interface SweepPosition {
  /** Nothing up to this sequence lives: what did was ended, or has been written again since and stands further back. */
  after: number;
  /** Incarnation of the stream that `after` counts in. */
  stream: string;
  /** When the first sweep was. */
  since: number;
  /** Lives that are being ended: who goes on from here after a crash finishes that first. */
  ending: SessionLife[];
}

export interface SweepDeps {
  bus: Bus;
  idleMs: number;
  now(): number;
}

/** What one pass came to. `more`: it stopped at its bounds, not at the first session that is not idle. */
export interface Swept {
  read: number;
  ended: number;
  more: boolean;
}

const mostRead = 2_000;
const mostEnded = 256;
const atOnce = 8;

/**
 * Ends sessions in which nothing has happened for long.
 *
 * A session that is used is written again once a day, so the oldest messages of the bucket are those that were not used for the longest:
 * they are read from where the sweep before has come to, up to the first that is not idle. What a pass costs depends on what there is to
 * end, not on how many sessions there are. Each is ended on the condition that it was not written since: an event or an
 * output that arrives meanwhile keeps it. `undefined` when somebody else sweeps.
 */
export async function sweepIdleSessions(
  record: LeasedRecord<SweepPosition>,
  deps: SweepDeps,
): Promise<Swept | undefined> {
  const { bus } = deps;
  const loaded = await record.load();
  if (!loaded) return undefined;
  const position = await positionIn(loaded.value, deps);
  const end = endDeps(deps);
  for (const life of position.ending) await finishEnd(life, end);

  const found = await readIdle(position, deps);
  const ending = found.idle.map(({ session: { session_id, generation } }) => ({ session_id, generation }));
  if (ending.length > 0 && !(await record.save({ ...position, ending }))) return undefined;
  const ended = await endAll(found.idle, end);
  const next: SweepPosition = { ...position, after: found.after, ending: [] };
  const isSaved = ending.length === 0 && loaded.value && JSON.stringify(loaded.value) === JSON.stringify(next);
  if (!isSaved && !(await record.save(next))) return undefined;
  if (ended > 0) bus.log.info({ ended, active_again: ending.length - ended }, 'sessions.idle-ended');
  return { read: found.read, ended, more: found.more };
}

async function positionIn(known: SweepPosition | undefined, { bus, now }: SweepDeps): Promise<SweepPosition> {
  const stream = await incarnationOf('sessions', bus);
  if (!known) return { after: 0, stream, since: now(), ending: [] };
  return known.stream === stream ? known : { ...known, stream, after: 0 };
}

interface IdleSession {
  session: SessionRecord;
  revision: number;
}

/**
 * The idle sessions at the front of the stream; those that have ended are passed by. One request for each: for a consumer, or a filter
 * other than all, the server looks through the whole stream.
 */
async function readIdle({ after: from, since }: SweepPosition, { bus, idleMs, now }: SweepDeps) {
  const idle: IdleSession[] = [];
  let after = from;
  for (let read = 0; ; read++) {
    if (read === mostRead || idle.length === mostEnded) return { idle, after, read, more: true };
    const message = await bus.read('sessions', { firstOf: '>', fromSeq: after + 1 });
    const session = message && storedValue<SessionRecord>(message);
    const living = session && !session.ended_at ? session : undefined;
    if (!message || (living && !isIdle(living, { idleMs, since }, now()))) return { idle, after, read, more: false };
    if (living) idle.push({ session: living, revision: message.seq });
    after = message.seq;
  }
}

/** How many of them ended; the others are in use again. */
async function endAll(idle: readonly IdleSession[], deps: EndSessionDeps): Promise<number> {
  let ended = 0;
  const waiting = idle.values();
  async function endNext(): Promise<void> {
    for (const { session, revision } of waiting) {
      const { status } = await endSession({ sessionId: session.session_id, revision }, deps);
      if (status === 'done') ended += 1;
    }
  }
  await Promise.all(Array.from({ length: atOnce }, endNext));
  return ended;
}

const endDeps = ({ bus, now }: SweepDeps): EndSessionDeps => ({
  sessions: bus.bucket('sessions'),
  bindings: bus.bucket('bindings'),
  boundKeys: bus.bucket('bindings'),
  state: bus.bucket('state'),
  now: now(),
});
