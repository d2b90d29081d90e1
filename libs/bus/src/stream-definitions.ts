import { DiscardPolicy, RetentionPolicy, StorageType, type StreamConfig } from '@nats-io/jetstream';
import { objectStoreNames, type BucketName, type Names, type StreamName } from './names.ts';

/** The durable consumer by which every router hears of new events. */
export const doorbellConsumer = 'router';

const secondsToNanos = (seconds: number) => seconds * 1_000_000_000;
const hours = (count: number) => count * 3600;
const days = (count: number) => hours(24 * count);

/** What an operator may choose when the streams are made. */
export interface StreamChoices {
  /** 1 on a single server, 3 on a cluster. */
  replicas: number;
  /** How long an event keeps its id taken: the idempotency window. TURNS must outlive it. */
  eventsMaxAgeSeconds: number;
  /** How long the server itself drops a repeated message id. */
  duplicateWindowSeconds: number;
}

export const defaultStreamChoices: StreamChoices = {
  replicas: 1,
  eventsMaxAgeSeconds: hours(26),
  duplicateWindowSeconds: hours(1),
};

type Definition = Pick<StreamConfig, 'name' | 'subjects' | 'max_age'> & Partial<StreamConfig>;

const maxMessageBytes = 1024 * 1024;
// Servers since 2.12 stop at 1,000 consumers a stream unless told otherwise (design/nats-notes.md, pitfall 3).
const maxConsumers = 20_000;

/** Every stream of an installation, buckets included, as the server should hold it. */
export function streamDefinitions(names: Names, choices: StreamChoices = defaultStreamChoices): Definition[] {
  return [...logs(names, choices), ...buckets(names, choices), ...objectStores(names, choices)];
}

function logs(names: Names, choices: StreamChoices): Definition[] {
  const { prefix } = names;
  const log = (name: StreamName, subjects: string[], maxAgeSeconds: number): Definition => ({
    name: names.stream(name),
    subjects: subjects.map((subject) => `${prefix}.${subject}.>`),
    max_age: secondsToNanos(maxAgeSeconds),
    duplicate_window: secondsToNanos(Math.min(choices.duplicateWindowSeconds, maxAgeSeconds)),
    ...everyStream(choices),
    max_msg_size: maxMessageBytes,
  });
  return [
    log('EVENTS', ['events'], choices.eventsMaxAgeSeconds),
    log('TURNS', ['turns', 'skips'], Math.max(days(30), choices.eventsMaxAgeSeconds + hours(1))),
    log('OUTPUTS', ['outputs'], days(7)),
    log('DELIVERIES', ['deliveries'], days(7)),
    log('LEDGER', ['ledger'], days(30)),
  ];
}

const bucketMaxAgeSeconds: Partial<Record<BucketName, number>> = {
  // The progress of a delivery outlives the delivery (7 days) by the 48 h that it is kept after it is settled.
  progress: days(9),
};

function buckets(names: Names, choices: StreamChoices): Definition[] {
  const ages = { ...bucketMaxAgeSeconds, receipts: choices.eventsMaxAgeSeconds };
  const bucketList = ['sessions', 'bindings', 'receipts', 'connectors', 'secrets', 'tokens', 'grants'] as const;
  const workList = ['platform_leases', 'worker_leases', 'cursors', 'progress', 'targets', 'state'] as const;
  return [...bucketList, ...workList].map((name: BucketName) => ({
    name: `KV_${names.bucket(name)}`,
    subjects: [`$KV.${names.bucket(name)}.>`],
    max_age: secondsToNanos(ages[name] ?? 0),
    duplicate_window: secondsToNanos(120),
    ...everyStream(choices),
    max_msgs_per_subject: 1,
    deny_delete: true,
  }));
}

/** Kept as long as turns, which name what is in them. The shape is the one of NATS object stores (ADR-20). */
function objectStores(names: Names, choices: StreamChoices): Definition[] {
  return objectStoreNames.map((name) => ({
    name: `OBJ_${names.bucket(name)}`,
    subjects: [`$O.${names.bucket(name)}.C.>`, `$O.${names.bucket(name)}.M.>`],
    max_age: secondsToNanos(days(30)),
    ...everyStream(choices),
  }));
}

function everyStream(choices: StreamChoices): Partial<StreamConfig> {
  return {
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    // A full stream refuses what is new (503 to the sender); it never forgets what it acknowledged.
    discard: DiscardPolicy.New,
    num_replicas: choices.replicas,
    max_consumers: maxConsumers,
    allow_direct: true,
    allow_msg_ttl: true,
    // A header by which whoever may write one subject empties the whole stream: no permission can forbid it.
    allow_rollup_hdrs: false,
  };
}
