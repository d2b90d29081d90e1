import { readReceipt, type Bus, type ReceiptOf } from '@trunkline/bus';
import type { Receipt } from '@trunkline/events';

/** The receipt of an event, or that it waits for its routing; `undefined` when no such event is stored. */
export async function findReceipt(
  of: ReceiptOf,
  bus: Pick<Bus, 'bucket' | 'read' | 'names'>,
): Promise<Receipt | 'not_routed_yet' | undefined> {
  const receipt = await readReceipt(of, bus);
  if (receipt) return receipt;
  const stored = await bus.read('EVENTS', { newestOf: bus.names.eventAnywhere(of) });
  return stored && 'not_routed_yet';
}
