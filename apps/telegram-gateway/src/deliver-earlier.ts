import { findPlatformIds } from '@trunkline/deliveries';
import type { Bus } from '@trunkline/bus';
import type { Delivery } from '@trunkline/events';
import { findPresented } from '@trunkline/gateway-kit';
import { readMessageId, type MessagePlace } from './render-message-id.ts';
import type { Earlier } from './render.ts';

/** Ends what is shown live of a delivery; the platform id of what this process showed. */
export type StopShowing = (delivery: Delivery) => Promise<string | undefined>;

/**
 * The messages that a delivery replaces or takes back: what an earlier output became at its target, or what was shown live of this
 * one. A draft is none: it goes by itself when the message comes.
 */
export async function findEarlier(
  delivery: Delivery,
  { bus, stopShowing }: { bus: Pick<Bus, 'bucket'>; stopShowing: StopShowing },
): Promise<Earlier> {
  const { output, session_id: sessionId, delivery_id, target } = delivery;
  const live = (await stopShowing(delivery)) ?? (await findPresented(delivery_id, bus));
  // Starting over is saying it anew.
  const shown = live === undefined || delivery.replay?.fresh ? [] : placesOf([live]);
  const outputId = output.edit_of ?? output.delete_of;
  if (outputId === undefined) return shown;
  const found = await findPlatformIds({ sessionId, outputId, target }, bus);
  if (found.state === 'unknown_output' && shown.length === 0) return 'forgotten';
  return [...placesOf(found.ids), ...shown];
}

const placesOf = (ids: readonly string[]): MessagePlace[] =>
  ids.map(readMessageId).filter((place) => place !== undefined);
