import type { ReplyHandle } from '@trunkline/events';

/** What a presenter may know of the message that it shows. */
export interface LiveContext {
  /** The delivery that the closing output will be: what ties the two together on the platform. */
  deliveryId: string;
  /** Aborted when the call has been waited for long enough: the durable output goes on without it. */
  signal: AbortSignal;
}

/**
 * How one platform shows what is still growing. Nothing depends on it: what cannot be shown is not, what throws is logged, and the
 * durable output says everything in the end.
 */
export interface LivePresenter {
  /** Shows the first text; the platform id of what is shown, which the durable output will replace. */
  open(target: ReplyHandle, text: string, context: LiveContext): Promise<{ id: string } | 'cannot'>;
  /** Shows the text so far (whole, healed). `afterMs`: not before; `gone`: stop showing. */
  update(target: ReplyHandle, id: string, text: string, context: LiveContext): Promise<LiveUpdated>;
  /** "typing", "thinking" or a text; repeated by us until the first output or 2 min. */
  status?(target: ReplyHandle, status: string, context: Pick<LiveContext, 'signal'>): Promise<void>;
  /** How often a status must be repeated, in ms. */
  readonly statusEveryMs: number;
  /** The shortest time between two calls for one target, in ms. */
  readonly updateEveryMs: number;
  /** How much of a text one live message can show, in UTF-16 units; the rest waits for the durable output. */
  readonly limit: number;
}

export type LiveUpdated = 'ok' | 'gone' | { afterMs: number };
