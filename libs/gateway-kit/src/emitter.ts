import {
  BusUnavailableError,
  busHeaders,
  readReceipt,
  storeEvent,
  type Bus,
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
}

/** `observe` is told each outcome with its duration, for metrics. Without `rateLimit` nothing is limited. */
export interface EmitterDeps {
  bus: Pick<Bus, 'append' | 'read' | 'bucket' | 'names'>;
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
      const outcome = await emit(request, deps).catch(busUnavailable);
      deps.observe?.({ request, outcome, ms: deps.now() - startedAt });
      return outcome;
    },
  };
}

function busUnavailable(error: unknown): EmitOutcome {
  if (error instanceof BusUnavailableError) return { outcome: 'bus_unavailable', retryAfterMs: busRetryMs };
  throw error;
}

async function emit(request: EmitRequest, deps: EmitterDeps): Promise<EmitOutcome> {
  const { limit } = request;
  if (!limit || !deps.rateLimit) return store(request, deps);

  const taken = await deps.rateLimit.take(limit.key, limit.rate);
  if (!taken.ok) return (await knownAlready(request, deps)) ?? notAdmitted(taken);
  const outcome = await store(request, deps);
  if (storedNothing(outcome)) deps.rateLimit.refund(limit.key);
  return outcome;
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

async function store(request: EmitRequest, deps: EmitterDeps): Promise<EmitOutcome> {
  const { event, fingerprint, waitMs } = request;
  const of = receiptOf(event);
  const expected = waitMs > 0 ? deps.receipts.expect(of) : undefined;
  try {
    const stored = await storeEvent(
      {
        ...placeOf(event),
        payload: JSON.stringify(event),
        fingerprint,
        ...(expected && { replyInstance: deps.receipts.instance }),
        ...(event.traceparent && { traceparent: event.traceparent }),
      },
      deps.bus,
    );
    if (stored.status !== 'stored') return repeated(stored.status, await readReceipt(of, deps.bus));
    const receipt = await expected?.within(waitMs);
    if (!receipt) return { outcome: 'stored' };
    return receipt.status === 'rejected'
      ? { outcome: 'rejected', receipt, repeated: false }
      : { outcome: 'routed', receipt };
  } finally {
    expected?.cancel();
  }
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
