import {
  backupOrder,
  backUpStream,
  deleteStreams,
  finishRestore,
  occupiedStreams,
  restoreStream,
  type Bus,
} from '@trunkline/bus';
import {
  makeBackupFolder,
  readBackup,
  readSnapshot,
  writeManifest,
  writeSnapshot,
  type SavedStream,
} from './backup-folder.ts';
import { CommandFailed } from './exit-codes.ts';
import { createProgress } from './progress.ts';
import type { Terminal } from './terminal.ts';

interface Deps {
  bus: Bus;
  terminal: Terminal;
}

/** Saves every stream, bucket and object of the installation while it runs. */
export async function busBackup(folder: string, deps: Deps & { user: string | undefined; now: number }): Promise<void> {
  const { bus, terminal, user, now } = deps;
  const order = backupOrder(bus.names);
  makeBackupFolder(folder);
  const progress = createProgress(order.length, terminal);
  const streams: SavedStream[] = [];
  for (const stream of order) {
    const { incarnation, config, state, chunks } = await backUpStream(stream, bus, user);
    const { bytes, sha256 } = await writeSnapshot({ folder, stream }, chunks);
    streams.push({ stream, incarnation, bytes, sha256, config: { ...config }, state: { ...state } });
    progress.step(`${stream}: ${state.messages} messages`);
  }
  const created_at = new Date(now).toISOString();
  writeManifest(folder, {
    format: 1,
    prefix: bus.names.prefix,
    created_at,
    server_version: bus.connection.info?.version ?? '',
    streams,
  });
  tell('Saved', { streams, folder }, terminal);
}

/** Replaces everything by what a backup holds. Throws CommandFailed, having changed nothing, unless nothing is there or `force`. */
export async function busRestore(
  folder: string,
  { force = false, replicas }: { force?: boolean; replicas?: number },
  { bus, terminal }: Deps,
): Promise<void> {
  const { prefix, streams } = await readBackup(folder);
  if (prefix !== bus.names.prefix) {
    throw new CommandFailed(`The backup is of the prefix "${prefix}", not "${bus.names.prefix}".`, {
      exit: 'conflict',
      fix: `Restore it with --prefix ${prefix}.`,
    });
  }
  const occupied = await occupiedStreams(bus);
  if (occupied.length > 0 && !force) {
    throw new CommandFailed(`There is something already: ${occupied.map(({ stream }) => stream).join(', ')}.`, {
      exit: 'conflict',
      fix: 'Stop all processes but NATS. With --force, what is there is deleted and replaced.',
    });
  }
  await deleteStreams(bus);
  const progress = createProgress(streams.length, terminal);
  for (const { stream, incarnation, config, state } of streams) {
    const snapshot = { incarnation, config, state, chunks: readSnapshot(folder, stream) };
    await restoreStream({ stream, snapshot, replicas }, bus);
    progress.step(`${stream}: ${state.messages} messages`);
  }
  await finishRestore(bus);
  tell('Restored', { streams, folder }, terminal);
}

function tell(what: string, { streams, folder }: { streams: SavedStream[]; folder: string }, terminal: Terminal): void {
  const messages = streams.reduce((sum, { state }) => sum + state.messages, 0);
  const bytes = streams.reduce((sum, saved) => sum + saved.bytes, 0);
  const facts = { folder, streams: streams.length, messages, bytes };
  if (terminal.json) return terminal.out(JSON.stringify(facts));
  terminal.out(`${what} ${facts.streams} streams, ${messages} messages, ${(bytes / 1e6).toFixed(1)} MB: ${folder}`);
}
