import type { Delivery, ReplyHandle } from '@trunkline/events';

/** One call of a delivery: a chunk, an attachment. Gateways add what the call needs. */
export interface Step {
  /** Position in the plan, from 0; progress and idempotency keys hang on it. */
  index: number;
}

/** What a call may know of the delivery that it is part of. */
export interface StepContext {
  delivery: Delivery;
  /** Calls made for this delivery before and including this one. */
  attempt: number;
  /** When the step was first tried, milliseconds since the epoch: nothing of it is older on the platform. */
  since?: number;
  /** The same on every repetition of the step, also by another replica: what the platform gets to recognize a repeat. */
  idempotencyKey: string;
  /** Platform ids of finished steps by index: what a later chunk threads under. */
  platformIds: ReadonlyMap<number, string>;
  /** W3C trace context of the output. */
  traceparent?: string;
  /** Aborted when the target's queue is somebody else's: a call that can be cut short should be; its outcome is `unknown`. */
  signal: AbortSignal;
}

/**
 * What came of one call. Nothing of it may hold a secret or the message's text.
 *
 * - `retry`: not taken, may work later. `afterMs` is the platform's own wish and uses up no attempt.
 * - `refused`: never going to work for this delivery.
 * - `blamed`: refused in a way that the platform's error table does not know; tried 10 times.
 * - `park`: the connector's credentials are the matter; its deliveries (of this `credentialScope`) wait until it changes.
 * - `disable_target`: the target is gone and gets nothing more until it is reset.
 * - `unknown`: the platform may have taken it.
 */
export type StepOutcome =
  | { outcome: 'delivered'; platformId?: string; status?: number }
  | { outcome: 'retry'; code: string; reason: string; afterMs?: number; status?: number }
  | { outcome: 'refused'; code: string; reason: string; status?: number }
  | { outcome: 'blamed'; code: string; reason: string; status?: number }
  | { outcome: 'park'; code: string; reason: string; status?: number }
  | { outcome: 'disable_target'; code: string; reason: string; status?: number }
  | { outcome: 'unknown'; code: string; reason: string; status?: number };

/** What the platform says of a call whose outcome is unknown; `later`: it cannot be asked now. */
export type Reconciled =
  { found: 'yes'; platformId?: string } | { found: 'no' } | { found: 'unclear' } | { found: 'later'; afterMs: number };

/** How one platform speaks back. */
export interface Deliverer<S extends Step = Step> {
  /** The calls that make up a delivery, in order: the same for the same delivery, in every process. */
  plan(delivery: Delivery): S[] | Promise<S[]>;
  /** Makes one call, within a time limit of its own and without retries: what to do next is decided by the caller. */
  deliverStep(step: S, context: StepContext): Promise<StepOutcome>;
  /** Finds out whether a call whose outcome is unknown was taken; left out where the platform cannot tell. */
  reconcile?(step: S, context: StepContext): Promise<Reconciled>;
  /**
   * Which of the connector's credentials a target needs, where there are several: `park` stops the targets of the same scope
   * only. Left out: one for all.
   */
  credentialScope?(target: ReplyHandle): string;
}
