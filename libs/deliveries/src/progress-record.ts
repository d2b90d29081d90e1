import { targetConnector, type ConnectorRef, type Delivery, type ReplyHandle } from '@trunkline/events';
import { targetIdOf } from './target-place.ts';

export const deliveryStates = [
  'pending',
  'delivering',
  'delivered',
  'parked',
  'dead',
  'expired',
  'cancelled',
  'unknown',
] as const;

/** `unknown`: the platform may have taken it, and nobody can tell. */
export type DeliveryState = (typeof deliveryStates)[number];

export type SettledState = Exclude<DeliveryState, 'pending' | 'delivering' | 'parked'>;

/** One call to the platform. Without an `outcome` it is under way, or its maker died. */
export interface Attempt {
  n: number;
  step: number;
  started_at: string;
  duration_ms?: number;
  outcome?: string;
  code?: string;
  reason?: string;
  /** HTTP status. */
  status?: number;
  platform_message_id?: string;
}

export interface StepProgress {
  done: true;
  platform_message_id?: string;
}

/** Why a delivery is in its state. Never holds a secret or the message's text. */
export interface StateReason {
  code: string;
  detail: string;
}

/** What a person made of a delivery; `correction`: said in its place. */
export interface Resolution {
  at: string;
  reason: string;
  correction?: { output_id: string; delivery_id: string };
}

/** Everything known of a delivery's way so far: bucket `progress`, key `delivery.<delivery_id>`, kept 48 h once settled. */
export interface ProgressRecord {
  v: 1;
  delivery_id: string;
  output_id: string;
  session_id: string;
  turn_id?: string;
  connector: ConnectorRef;
  target: ReplyHandle;
  /** `targetIdOf(target)`. */
  target_id: string;
  state: DeliveryState;
  reason?: StateReason;
  /** The newest 20; `attempt_count` counts all. */
  attempts: Attempt[];
  attempt_count: number;
  /** Failures in a row that used up an attempt of the present step, and those of them that may be ours to blame. */
  failures: number;
  blamed: number;
  steps: Record<string, StepProgress>;
  /** The step that was called without its outcome being known. Written before the call, removed by an outcome. */
  in_doubt?: number;
  next_attempt_at?: string;
  created_at: string;
  expires_at: string;
  settled_at?: string;
  /** How often it was replayed; which of the replays was the last to start over. */
  replays: number;
  fresh?: number;
  /** What an operator made of a delivery that did not arrive. */
  resolution?: Resolution;
  /** Where its messages stand in DELIVERIES, and the newest that was handled. */
  subject: string;
  seq?: number;
}

/** Nothing more happens by itself; the target's next delivery may go. */
export function isSettled(state: DeliveryState): state is SettledState {
  return state !== 'pending' && state !== 'delivering' && state !== 'parked';
}

/** Delivery ids are NATS-safe by construction (`deliveryIdOf`). */
export const progressKey = (deliveryId: string): string => `delivery.${deliveryId}`;

/** The record of a delivery that nobody has handled yet. */
export function newProgressRecord(delivery: Delivery, subject: string): ProgressRecord {
  const { delivery_id, output_id, session_id, turn_id, target, created_at, expires_at } = delivery;
  return {
    v: 1,
    delivery_id,
    output_id,
    session_id,
    ...(turn_id !== undefined && { turn_id }),
    connector: targetConnector(target),
    target,
    target_id: targetIdOf(target),
    state: 'pending',
    attempts: [],
    attempt_count: 0,
    failures: 0,
    blamed: 0,
    steps: {},
    created_at,
    expires_at,
    replays: delivery.replay?.n ?? 0,
    subject,
  };
}

/** Ids that a platform gets are derived, so that a repeat is the same id; only a replay that starts over makes new ones. */
export function idempotencyKey(record: Pick<ProgressRecord, 'delivery_id' | 'fresh'>, step: number): string {
  const base = record.fresh === undefined ? record.delivery_id : `${record.delivery_id}.r${record.fresh}`;
  return step === 0 ? base : `${base}.${step}`;
}

/** Platform ids of the finished steps. */
export function platformIdsOf(record: Pick<ProgressRecord, 'steps'>): ReadonlyMap<number, string> {
  const ids = new Map<number, string>();
  for (const [index, step] of Object.entries(record.steps)) {
    if (step.platform_message_id !== undefined) ids.set(Number(index), step.platform_message_id);
  }
  return ids;
}
