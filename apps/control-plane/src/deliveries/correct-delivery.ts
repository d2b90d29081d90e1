import { encodeJson, hashToken, type Bus } from '@trunkline/bus';
import { DeliveryNotFoundError, findDelivery, getDelivery, resolveDelivery } from '@trunkline/deliveries';
import { deliveryIdOf, sha256Hex, targetKey, type Output } from '@trunkline/events';
import { refuse, type Refusal } from '../operation.ts';

export interface Correction {
  delivery_id: string;
  content: string;
  format: 'markdown' | 'plain';
  /** Who says it: a token's name. */
  by: string;
}

/**
 * Publishes a new output in place of a delivery that did not arrive, and resolves that one with it. Throws DeliveryNotFoundError.
 *
 * The delivery is resolved first, so that of two different corrections at once one is made; the output's id follows from the text, so that
 * asking again completes what a crash in between left open.
 */
export async function correctDelivery(
  { delivery_id, by, ...text }: Correction,
  { bus, now }: { bus: Bus; now: () => number },
): Promise<{ correction: { output_id: string; delivery_id: string }; isNew: boolean } | Refusal> {
  const record = await getDelivery(bus, delivery_id);
  const { session_id, target, replays, resolution } = record;
  const made = await findDelivery(record, bus);
  if (!made) throw new DeliveryNotFoundError(delivery_id);
  const output_id = `correction_${sha256Hex(JSON.stringify([delivery_id, replays, text])).slice(0, 32)}`;
  const correction = { output_id, delivery_id: deliveryIdOf(session_id, output_id, targetKey(target)) };
  const resolved = await resolveDelivery(bus, delivery_id, { now: now(), reason: `Corrected by ${by}.`, correction });
  if (resolved.status === 'refused') {
    const rule = 'Only one that is dead, expired or unknown and that nobody has resolved can be corrected';
    return refuse('delivery_state_conflict', `${rule}; this one is ${resolved.state}.`, { state: resolved.state });
  }
  await publish({ ...corrected(made.delivery.output, text), output_id, reply_targets: [target] }, bus);
  return { correction, isNew: resolution === undefined };
}

/** The new text with what else the old output said; what it did beside saying something is not done again. */
function corrected(output: Output, text: Pick<Correction, 'content' | 'format'>): Output {
  const { v, session_id, turn_id, output_id, edit_of, reply_to_message, metadata, parts = [] } = output;
  const others = parts.filter(({ type }) => type !== 'text');
  return {
    ...{ v, output_id, session_id, turn_id, edit_of, reply_to_message, metadata },
    ...text,
    ...(others.length > 0 && { parts: others }),
  };
}

async function publish(output: Output, bus: Bus): Promise<void> {
  const { session_id, output_id } = output;
  await bus.append(bus.names.output(session_id), encodeJson(output), {
    messageId: hashToken(JSON.stringify([session_id, output_id])),
    headers: { 'content-type': 'application/json' },
  });
}
