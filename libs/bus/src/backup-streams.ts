import { jetstreamManager } from '@nats-io/jetstream';
import type { Bus } from './bus.ts';
import { inboxPrefixOf } from './inbox.ts';
import { migrateStreams, streamUsage } from './migrate.ts';
import { continuing, incarnationIn } from './incarnation.ts';
import type { Names } from './names.ts';
import { putSnapshot, takeSnapshot, type StreamSnapshot } from './snapshot.ts';
import { doorbellConsumer, streamDefinitions } from './stream-definitions.ts';

type At = Pick<Bus, 'connection' | 'names'>;

/**
 * Every stream of an installation in the order in which they have to be written down while others write: what points at a stream comes
 * before it. Then what was restored may have to be done again, which changes nothing, but nothing is taken for done that is not there:
 * cursors point at what they have finished, a turn at its event, a delivery at its record.
 */
export function backupOrder(names: Names): string[] {
  const first = [
    `KV_${names.bucket('cursors')}`,
    names.stream('TURNS'),
    names.stream('OUTPUTS'),
    names.stream('DELIVERIES'),
  ];
  const others = streamDefinitions(names).map(({ name }) => name);
  return [...first, ...others.filter((name) => !first.includes(name))];
}

/** A stream as it is saved. */
export interface SavedSnapshot extends StreamSnapshot {
  /** What its sequences count in: cursors and turns name it. */
  incarnation: string;
}

/** A snapshot of one of these streams. */
export async function backUpStream(stream: string, { connection }: At, user?: string): Promise<SavedSnapshot> {
  const jsm = await jetstreamManager(connection, { checkAPI: false });
  const incarnation = incarnationIn(await jsm.streams.info(stream));
  return { incarnation, ...(await takeSnapshot(stream, { connection, inboxPrefix: inboxPrefixOf(user) })) };
}

/** The streams that hold something, by their full names: what a restore would replace. */
export async function occupiedStreams(bus: At): Promise<{ stream: string; messages: number }[]> {
  return [...(await streamUsage(bus))].flatMap(([stream, { messages }]) =>
    messages > 0 ? [{ stream, messages }] : [],
  );
}

/** Deletes every stream of the installation, with all that it holds. */
export async function deleteStreams(bus: At): Promise<void> {
  const jsm = await jetstreamManager(bus.connection, { checkAPI: false });
  for (const stream of (await streamUsage(bus)).keys()) await jsm.streams.delete(stream);
}

/** Makes a stream of its snapshot, with as many copies as said. Its sequences mean what they meant. */
export function restoreStream(
  { stream, snapshot, replicas }: { stream: string; snapshot: SavedSnapshot; replicas: number | undefined },
  { connection }: At,
): Promise<void> {
  const saved = continuing(snapshot.config, snapshot.incarnation);
  const config = replicas === undefined ? saved : { ...saved, num_replicas: replicas };
  return putSnapshot(stream, { ...snapshot, config }, { connection });
}

/**
 * After all streams are there: makes what a newer version has beside them, and rings for every event again. TURNS may be a moment older than
 * EVENTS, and what became of an event that was judged in between is not there any more.
 */
export async function finishRestore({ connection: nc, names }: At): Promise<void> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  await jsm.consumers.delete(names.stream('EVENTS'), doorbellConsumer).catch(() => false);
  await migrateStreams({ nc, names });
}
