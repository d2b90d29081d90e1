import { AckPolicy, DeliverPolicy, jetstreamManager, JetStreamApiError, type ConsumerInfo } from '@nats-io/jetstream';
import type { Bus } from './bus.ts';
import type { BucketName } from './names.ts';
import { token } from './token.ts';

/** A group of consumers that was made beforehand. */
export interface GroupFacts {
  name: string;
  created_at: string;
  /** Turns that its durable consumer has not handed out, and those that were not acknowledged; workers of the SDK use neither. */
  waiting: number;
  unacknowledged: number;
}

export interface NewGroup {
  name: string;
  /** Whether its durable consumer begins at the oldest turn kept, or behind the newest. */
  start: 'oldest' | 'newest';
  /** How many turns its durable consumer hands out at a time. Above 1, one that has to come again is overtaken. */
  inFlight: number;
}

type GroupsBus = Pick<Bus, 'connection' | 'names' | 'bucket'>;

const mark = 'trunkline_group';
const ackWaitNanos = 60_000_000_000;
const consumerNotFound = 10014;

/**
 * Makes what a group's user may not make: a durable consumer of its name on TURNS, for plain NATS clients. Workers of the SDK need none, and
 * the group is known by it all the same.
 */
export async function createGroup({ name, start, inFlight }: NewGroup, bus: GroupsBus): Promise<'created' | 'exists'> {
  const consumers = await consumersOf(bus);
  const stream = bus.names.stream('TURNS');
  if (await infoOf(name, bus)) return 'exists';
  await consumers.add(stream, {
    durable_name: name,
    filter_subject: bus.names.allTurns,
    ack_policy: AckPolicy.Explicit,
    ack_wait: ackWaitNanos,
    max_deliver: -1,
    max_ack_pending: inFlight,
    deliver_policy: start === 'newest' ? DeliverPolicy.New : DeliverPolicy.All,
    metadata: { [mark]: name },
  });
  return 'created';
}

/** All groups that were made, by name. */
export async function listGroups(bus: GroupsBus): Promise<GroupFacts[]> {
  const consumers = await consumersOf(bus);
  const found: GroupFacts[] = [];
  for await (const info of consumers.list(bus.names.stream('TURNS'))) if (isGroup(info)) found.push(factsOf(info));
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Removes a group with its progress, its leases and the state of its sessions. Stop its workers first. False: there is none. */
export async function deleteGroup(name: string, bus: GroupsBus): Promise<boolean> {
  const info = await infoOf(name, bus);
  if (!info || !isGroup(info)) return false;
  const consumers = await consumersOf(bus);
  await consumers.delete(bus.names.stream('TURNS'), name);
  const lanes = token(`turns.${name}`);
  await deleteKeys('worker_leases', `${lanes}.>`, bus);
  await deleteKeys('cursors', `${lanes}.*`, bus);
  await deleteKeys('state', `${token(name)}.>`, bus);
  return true;
}

const isGroup = ({ name, config }: ConsumerInfo) => config.metadata?.[mark] === name;

const factsOf = ({ name, created, num_pending, num_ack_pending }: ConsumerInfo): GroupFacts => ({
  name,
  created_at: created,
  waiting: num_pending,
  unacknowledged: num_ack_pending,
});

async function consumersOf({ connection }: Pick<Bus, 'connection'>) {
  return (await jetstreamManager(connection, { checkAPI: false })).consumers;
}

async function infoOf(name: string, bus: GroupsBus): Promise<ConsumerInfo | undefined> {
  const consumers = await consumersOf(bus);
  return consumers.info(bus.names.stream('TURNS'), name).catch((error: unknown) => {
    if (error instanceof JetStreamApiError && error.code === consumerNotFound) return undefined;
    throw error;
  });
}

async function deleteKeys(name: BucketName, filter: string, bus: Pick<Bus, 'bucket'>): Promise<void> {
  const bucket = bus.bucket(name);
  for await (const { key } of bucket.entries(filter)) await bucket.delete(key);
}
