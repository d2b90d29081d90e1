import {
  BusUnavailableError,
  busHeaders,
  readReceipt,
  storeEvent,
  storeEvents,
  type Bus,
  type EventStored,
  type EventToStore,
  type ReceiptListener,
  type ReceiptOf,
} from '@trunkline/bus';
import type { Receipt, TrunklineEvent } from '@trunkline/events';
import type { RateLimit } from './rate-limit.ts';

/** An event on its way to the bus. */
export interface EmitRequest {
  event: TrunklineEvent;
  /** What the event says (`eventFingerprint`): tells a repeat from another event under the same id. */
  fingerprint: string;
  /** Whether a repeat would bear the same id. False for an id that we made up for this request alone. */
  idempotent: boolean;
  /** How long to wait for the routing receipt; 0 does not wait. */
  waitMs: number;
  /** The token bucket that the event counts against; `key` holds kind and name of the connector, and more where the limit is finer. */
  limit?: { key: string; rate: number };
}

/** What became of an event; `answerOf` says it over HTTP. Only `stored`, `routed` and `rejected` stored something new. */
export type EmitOutcome =
  | { outcome: 'routed'; receipt: Receipt }
  | { outcome: 'stored' }
  | { outcome: 'rejected'; receipt: Receipt; repeated: boolean }
  | { outcome: 'duplicate'; receipt?: Receipt }
  | { outcome: 'conflict'; receipt?: Receipt }
  | { outcome: 'rate_limited'; retryAfterMs: number }
  | { outcome: 'bus_unavailable'; retryAfterMs: number };

/** Stores events. An outcome that says stored was acknowledged by the bus: only then may a platform hear of success. */
export interface Emitter {
  emit(request: EmitRequest): Promise<EmitOutcome>;
  /** Stores events of as many conversations at once, each for itself and cheaper than one by one: outcomes in their order. */
  emitAll(requests: readonly EmitRequest[]): Promise<EmitOutcome[]>;
}

/**
 * `observe` is told each outcome with how long it took to store, for metrics; waiting for a receipt is not in it. Without `rateLimit`
 * nothing is limited.
 */
export interface EmitterDeps {
  bus: Pick<Bus, 'append' | 'appendAll' | 'read' | 'bucket' | 'names'>;
  receipts: ReceiptListener;
  rateLimit?: RateLimit;
  now: () => number;
  observe?: (seen: { request: EmitRequest; outcome: EmitOutcome; ms: number }) => void;
}

/** After this time a sender should try again when the bus did not answer. */
const busRetryMs = 2_000;

/** An emitter of one gateway process. */
export function createEmitter(deps: EmitterDeps): Emitter {
  return {
    async emit(request) {
      const startedAt = deps.now();
      const stored: StoredMark = { at: undefined };
      const outcome = await emit(request, deps, stored).catch(busUnavailable);
      deps.observe?.({ request, outcome, ms: (stored.at ?? deps.now()) - startedAt });
      return outcome;
    },
    async emitAll(requests) {
      const startedAt = deps.now();
      const stored: StoredMark = { at: undefined };
      const outcomes = await emitAll(requests, deps, stored);
      const ms = (stored.at ?? deps.now()) - startedAt;
      requests.forEach((request, index) => {
        const outcome = outcomes[index];
        if (outcome) deps.observe?.({ request, outcome, ms });
      });
      return outcomes;
    },
  };
}

/** When the bus had answered, before a receipt was waited for. */
interface StoredMark {
  at: number | undefined;
}

const notStored: EmitOutcome = { outcome: 'bus_unavailable', retryAfterMs: busRetryMs };

function busUnavailable(error: unknown): EmitOutcome {
  if (error instanceof BusUnavailableError) return notStored;
  throw error;
}

async function emit(request: EmitRequest, deps: EmitterDeps, mark: StoredMark): Promise<EmitOutcome> {
  const turnedAway = await admit(request, deps);
  if (turnedAway) return turnedAway;
  const outcome = await store(request, deps, mark);
  refundUnused(request, outcome, deps);
  return outcome;
}

async function emitAll(requests: readonly EmitRequest[], deps: EmitterDeps, mark: StoredMark): Promise<EmitOutcome[]> {
  const turnedAway = await Promise.all(requests.map((request) => admit(request, deps).catch(busUnavailable)));
  const admitted = requests.filter((_request, index) => turnedAway[index] === undefined);
  const outcomes = (await storeAll(admitted, deps, mark)).values();
  return requests.map((request, index) => {
    const outcome = turnedAway[index] ?? outcomes.next().value ?? notStored;
    if (turnedAway[index] === undefined) refundUnused(request, outcome, deps);
    return outcome;
  });
}

/** Why an event is not stored; `undefined` when it may be, and its token is taken. */
async function admit(request: EmitRequest, deps: EmitterDeps): Promise<EmitOutcome | undefined> {
  const { limit } = request;
  if (!limit || !deps.rateLimit) return undefined;
  const taken = await deps.rateLimit.take(limit.key, limit.rate);
  return taken.ok ? undefined : ((await knownAlready(request, deps)) ?? notAdmitted(taken));
}

function refundUnused({ limit }: EmitRequest, outcome: EmitOutcome, { rateLimit }: EmitterDeps): void {
  if (limit && storedNothing(outcome)) rateLimit?.refund(limit.key);
}

type Refused = { reason: 'empty' | 'bus_slow'; retryAfterMs: number };

const notAdmitted = ({ reason, retryAfterMs }: Refused): EmitOutcome => ({
  outcome: reason === 'empty' ? 'rate_limited' : 'bus_unavailable',
  retryAfterMs,
});

const storedNothing = (outcome: EmitOutcome) =>
  outcome.outcome === 'duplicate' ||
  outcome.outcome === 'conflict' ||
  (outcome.outcome === 'rejected' && outcome.repeated);

async function store(request: EmitRequest, deps: EmitterDeps, mark: StoredMark): Promise<EmitOutcome> {
  const expected = expectReceipt(request, deps);
  try {
    const stored = await storeEvent(toStore(request, deps), deps.bus);
    mark.at = deps.now();
    return await outcomeOf(stored, { request, expected }, deps);
  } finally {
    expected?.cancel();
  }
}

async function storeAll(requests: readonly EmitRequest[], deps: EmitterDeps, mark: StoredMark): Promise<EmitOutcome[]> {
  const expected = requests.map((request) => expectReceipt(request, deps));
  try {
    const stored = await storeEvents(
      requests.map((request) => toStore(request, deps)),
      deps.bus,
    );
    mark.at = deps.now();
    return await Promise.all(
      requests.map(async (request, index): Promise<EmitOutcome> => {
        const one = stored[index];
        if (one === undefined || one instanceof BusUnavailableError) return notStored;
        if (one.status === 'stored' && expected[index] === undefined) return { outcome: 'stored' };
        return outcomeOf(one, { request, expected: expected[index] }, deps).catch(busUnavailable);
      }),
    );
  } finally {
    for (const each of expected) each?.cancel();
  }
}

type ExpectedReceipt = ReturnType<ReceiptListener['expect']> | undefined;

const expectReceipt = ({ event, waitMs }: EmitRequest, { receipts }: EmitterDeps): ExpectedReceipt =>
  waitMs > 0 ? receipts.expect(receiptOf(event)) : undefined;

const toStore = ({ event, fingerprint, waitMs }: EmitRequest, { receipts }: EmitterDeps): EventToStore => ({
  ...placeOf(event),
  payload: JSON.stringify(event),
  fingerprint,
  ...(waitMs > 0 && { replyInstance: receipts.instance }),
  ...(event.traceparent && { traceparent: event.traceparent }),
});

async function outcomeOf(
  stored: EventStored,
  { request, expected }: { request: EmitRequest; expected: ExpectedReceipt },
  { bus }: EmitterDeps,
): Promise<EmitOutcome> {
  if (stored.status !== 'stored') return repeated(stored.status, await readReceipt(receiptOf(request.event), bus));
  const receipt = await expected?.within(request.waitMs);
  if (!receipt) return { outcome: 'stored' };
  return receipt.status === 'rejected'
    ? { outcome: 'rejected', receipt, repeated: false }
    : { outcome: 'routed', receipt };
}

function repeated(status: 'duplicate' | 'conflict', receipt: Receipt | undefined): EmitOutcome {
  if (status === 'duplicate' && receipt?.status === 'rejected') return { outcome: 'rejected', receipt, repeated: true };
  return { outcome: status, ...(receipt && { receipt }) };
}

/** Duplicates pass an empty token bucket: they are asked for before an event is turned away. */
async function knownAlready(request: EmitRequest, deps: EmitterDeps): Promise<EmitOutcome | undefined> {
  if (!request.idempotent) return undefined;
  const stored = await deps.bus.read('EVENTS', { newestOf: deps.bus.names.event(placeOf(request.event)) });
  if (!stored) return undefined;
  const same = stored.headers[busHeaders.fingerprint] === request.fingerprint;
  return repeated(same ? 'duplicate' : 'conflict', await readReceipt(receiptOf(request.event), deps.bus));
}

const receiptOf = (event: TrunklineEvent): ReceiptOf => ({ connector: event.data.connector, eventId: event.id });

const placeOf = (event: TrunklineEvent) => ({ ...receiptOf(event), conversation: event.subject });
