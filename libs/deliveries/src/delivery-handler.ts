import { appendLedger, type Bus, type BusLog, type Handled, type StoredMessage } from '@trunkline/bus';
import { readDelivery, targetConnector, type ConnectorRef, type Delivery, type ReplyHandle } from '@trunkline/events';
import { inTrace } from '@trunkline/telemetry';
import { replayed } from './attempt.ts';
import type { Budget } from './budget.ts';
import type { Clock } from './clock.ts';
import { createConnectorParking } from './connector-parking.ts';
import type { Deliverer, Step } from './deliverer.ts';
import { DeliveryJob, type JobDeps, type Lane } from './delivery-job.ts';
import { appendSettlement } from './delivery-ledger.ts';
import { DeliveryVersionUnknownError } from './errors.ts';
import { isSettled, type Attempt, type ProgressRecord } from './progress-record.ts';
import { createProgressStore, type Held, type ProgressStore } from './progress-store.ts';
import type { Allowed, ConnectorState } from './readiness.ts';
import { createTargetGates, type TargetRecord } from './target-gates.ts';
import { createWaitingRoom } from './waiting-room.ts';

/** The connectors of a gateway's kind, as they are now. */
export interface Connectors {
  state(ref: ConnectorRef): ConnectorState;
  /** Tells of each change of a connector, rotated secrets included. The answer stops it. */
  onChange(listener: (ref: ConnectorRef) => void): () => void;
}

export interface DeliveryHandlerDeps<S extends Step> {
  deliverer: Deliverer<S>;
  bus: Pick<Bus, 'append' | 'bucket' | 'names'>;
  connectors: Connectors;
  /** Without one the platform is not spared. */
  budget?: Budget;
  /** The connector's allowlists: they may have changed since the target was stored. */
  allowed(target: ReplyHandle): Allowed;
  clock: Clock;
  log: BusLog;
  /** For metrics; a settled record is passed to both. */
  onAttempt?(record: ProgressRecord, attempt: Attempt): void;
  onSettled?(record: ProgressRecord): void;
}

/** The message of a lane as `runLanes` hands it over. */
export type DeliveryMessage = Pick<StoredMessage, 'subject' | 'seq' | 'headers' | 'json'>;

export interface DeliveryHandler {
  /**
   * Takes one delivery to its end. Call it for one message of a target at a time, in order; any number of targets at once.
   *
   * `done`: settled, whatever came of it. `interrupted`: the lane ended first; the next owner goes on after the last finished
   * step. Throws when the bus does not answer; calling again goes on where it was.
   */
  handle(message: DeliveryMessage, lane: Lane): Promise<Handled>;
  /** By connector, when the oldest delivery that is not settled was queued, as an ISO time. */
  oldestWaiting(): Map<string, string>;
  /** By connector, how many deliveries wait for an operator. */
  parked(): Map<string, number>;
  /** How many targets are given a rest, of those that were called from here. */
  openBreakers(): number;
  close(): void;
}

/** Delivers for one gateway kind: order and retries here, the platform in the `Deliverer`. */
export function createDeliveryHandler<S extends Step>(deps: DeliveryHandlerDeps<S>): DeliveryHandler {
  const { bus, clock, connectors, log } = deps;
  const parking = createConnectorParking(clock);
  const waiting = createWaitingRoom(clock);
  const targets = createTargetGates({
    bucket: bus.bucket<TargetRecord>('targets'),
    clock,
    log,
    onChange: (targetId) => waiting.wake(`target ${targetId}`),
  });
  const store = createProgressStore({ bucket: bus.bucket<ProgressRecord>('progress'), clock, log });
  const stopListening = connectors.onChange((ref) => {
    parking.releaseAll(ref);
    waiting.wake(`connector ${ref.kind}/${ref.name}`);
  });
  const jobDeps: JobDeps<S> = {
    ...{ deliverer: deps.deliverer, budget: deps.budget, allowed: deps.allowed },
    ...{ store, targets, parking, waiting, clock, log },
    connectorState: (ref) => connectors.state(ref),
    onAttempt(record, attempt) {
      log.info({ delivery_id: record.delivery_id, connector: record.connector, ...attempt }, 'delivery.attempted');
      deps.onAttempt?.(record, attempt);
    },
  };

  const unsettled = new Set<Delivery>();
  const jobs = new Set<DeliveryJob<S>>();

  async function handle(message: DeliveryMessage, lane: Lane): Promise<Handled> {
    const delivery = await deliveryOf(message, deps);
    if (!delivery) return 'done';
    unsettled.add(delivery);
    const taken = inTrace(message.headers['traceparent'], () => take(delivery, { message, lane }));
    return taken.finally(() => unsettled.delete(delivery));
  }

  async function take(
    delivery: Delivery,
    { message, lane }: { message: DeliveryMessage; lane: Lane },
  ): Promise<Handled> {
    await targets.ready();
    const held = await open(delivery, { ...deps, store });
    if (!held) return 'done';
    const before = held.record.state;
    const traceparent = message.headers['traceparent'];
    const job = new DeliveryJob({ message: { delivery, seq: message.seq, traceparent }, held, lane }, jobDeps);
    jobs.add(job);
    const ended = await job.run().finally(() => jobs.delete(job));
    if (ended === 'interrupted') return 'interrupted';
    // Also for what was settled before: its last owner may have died between the record and the ledger.
    await appendSettlement(job.record, bus);
    if (!isSettled(before)) announce(job.record, deps);
    return 'done';
  }

  return {
    handle,
    oldestWaiting: () => oldestOf(unsettled),
    parked: () => parkedOf([...jobs].map(({ record }) => record)),
    openBreakers: () => targets.openBreakers(),
    close: stopListening,
  };
}

function parkedOf(records: readonly ProgressRecord[]): Map<string, number> {
  const parked = new Map<string, number>();
  for (const { connector, state } of records) {
    if (state === 'parked') parked.set(connector.name, (parked.get(connector.name) ?? 0) + 1);
  }
  return parked;
}

function oldestOf(deliveries: Iterable<Delivery>): Map<string, string> {
  const oldest = new Map<string, string>();
  for (const { target, created_at: at } of deliveries) {
    const { name } = targetConnector(target);
    const since = new Date(at).toISOString();
    if (since < (oldest.get(name) ?? '~')) oldest.set(name, since);
  }
  return oldest;
}

/** The delivery in a message, or `undefined` where there is none, which is then a dead letter. */
async function deliveryOf(message: DeliveryMessage, { bus, log }: Pick<DeliveryHandlerDeps<Step>, 'bus' | 'log'>) {
  const read = readDelivery(message.json());
  if (read.ok) return read.value;
  if (read.reason === 'unknown_version') throw new DeliveryVersionUnknownError(message.subject, message.seq);
  const { subject, seq } = message;
  const data = {
    v: 1,
    type: 'delivery',
    reason: { code: 'delivery_invalid', detail: read.problems.join('; ') },
    subject,
    seq,
  };
  await appendLedger({ what: 'dead', connector: nobody, id: `${subject}@${seq}`, data }, bus);
  log.error(data, 'delivery.unreadable');
  return undefined;
}

const nobody = { kind: '_', name: '_' };

/** The record of what this message asks for; `undefined` when it asks for nothing (any more). */
async function open(
  delivery: Delivery,
  deps: Pick<DeliveryHandlerDeps<Step>, 'bus' | 'clock' | 'log'> & { store: ProgressStore },
): Promise<Held | undefined> {
  const { bus, clock, log, store } = deps;
  const { delivery_id } = delivery;
  const n = delivery.replay?.n ?? 0;
  const isOver = clock.now() >= Date.parse(delivery.expires_at);
  const held = await (isOver ? store.load(delivery_id) : store.find(delivery_id));
  // Records outlive their deliveries: this one was settled, noted in the ledger and forgotten.
  if (!held && isOver) return undefined;
  if (!held) {
    // Made before anything was sent and kept beyond expiry: without it nobody knows what was sent, so nothing more is.
    const { target, expires_at } = delivery;
    const connector = targetConnector(target);
    const data = {
      v: 1,
      type: 'delivery',
      delivery_id,
      connector,
      expires_at,
      reason: { code: 'progress_missing', detail: '' },
    };
    await appendLedger({ what: 'dead', connector, id: `${delivery_id}~${n}`, data }, bus);
    log.error({ delivery_id, connector }, 'delivery.progress-missing');
    return undefined;
  }
  // An older message of a delivery that was replayed since: the replay's own message follows.
  if (n < held.record.replays) return undefined;
  if (n === held.record.replays) return held;
  const replay = { n, fresh: delivery.replay?.fresh ?? false, expiresAt: delivery.expires_at };
  // Somebody else wrote in between (a resolution, say): judged again.
  return (await store.save(held, replayed(held.record, replay))) ?? open(delivery, deps);
}

function announce(
  record: ProgressRecord,
  { log, onSettled }: Pick<DeliveryHandlerDeps<Step>, 'log' | 'onSettled'>,
): void {
  const { delivery_id, connector, state, reason, attempt_count } = record;
  const isGood = state === 'delivered' || state === 'cancelled';
  log[isGood ? 'info' : 'error']({ delivery_id, connector, state, reason, attempt_count }, 'delivery.settled');
  onSettled?.(record);
}
