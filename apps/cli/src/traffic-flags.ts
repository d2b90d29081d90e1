import { connectorKinds, type ConnectorKind } from '@trunkline/events';
import { Option, type Command } from 'commander';
import { isoTime, wholeNumber } from './command-shared.ts';

/** What lists of deliveries, events and sessions are narrowed by. */
export interface TrafficFlags {
  kind?: ConnectorKind;
  name?: string;
  session?: string;
  since?: Date;
  before?: Date;
  limit: number;
}

/** Adds the options of TrafficFlags. */
export function withTrafficFlags(command: Command, limit = 50): Command {
  return withConnectorFlags(command)
    .option('--session <id>', 'only of this session')
    .option('--since <time>', 'at this ISO time or later', isoTime)
    .option('--before <time>', 'before this ISO time', isoTime)
    .option('--limit <number>', 'at most so many', wholeNumber, limit);
}

/** Adds `--kind` and `--name`. */
export function withConnectorFlags(command: Command): Command {
  return command
    .addOption(new Option('--kind <kind>', 'only connectors of this kind').choices(connectorKinds))
    .option('--name <name>', 'only connectors of this name');
}

/** The flags as the API has them, without the limit. */
export function trafficQuery({ kind, name, session, since, before }: Omit<TrafficFlags, 'limit'>) {
  return {
    ...(kind !== undefined && { kind }),
    ...(name !== undefined && { name }),
    ...(session !== undefined && { session_id: session }),
    ...(since !== undefined && { since: since.toISOString() }),
    ...(before !== undefined && { before: before.toISOString() }),
  };
}
