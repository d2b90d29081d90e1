import { inspectStreams, migrateStreams, streamUsage, type Bus } from '@trunkline/bus';
import { printRows, type Terminal } from './terminal.ts';

/** A cluster that starts has no leader for some seconds. */
const patienceMs = 60_000;

/** Creates and evolves streams and buckets; says what it changed. */
export async function busMigrate(
  choices: { replicas?: number },
  deps: { bus: Bus; terminal: Terminal },
): Promise<void> {
  const { bus, terminal } = deps;
  const changed = await migrateStreams({ nc: bus.connection, names: bus.names, choices, patienceMs });
  if (changed.length === 0 && !terminal.json) return terminal.out('Everything is as it should be.');
  const rows = changed.map(({ stream, state, differences }) => ({
    stream,
    change: state === 'missing' ? 'created' : 'updated',
    fields: differences.join(', '),
  }));
  printRows(rows, ['stream', 'change', 'fields'], terminal);
}

/** What each stream holds and whether it is what this version needs. */
export async function busStatus(deps: { bus: Bus; terminal: Terminal }): Promise<void> {
  const { bus, terminal } = deps;
  const findings = await inspectStreams({ nc: bus.connection, names: bus.names });
  const usage = await streamUsage(bus);
  const rows = findings.map(({ stream, state }) => ({ stream, state, ...usage.get(stream) }));
  printRows(rows, ['stream', 'state', 'messages', 'bytes', 'consumers'], terminal);
}
