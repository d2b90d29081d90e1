import { readReceipt, type Bus, type ReceiptOf } from '@trunkline/bus';
import type { Receipt } from '@trunkline/events';

/** The receipt of an event, or that it waits for its routing; `undefined` when no such event is stored. */
export async function findReceipt(
  of: ReceiptOf,
  bus: Pick<Bus, 'bucket' | 'read' | 'names'>,
): Promise<Receipt | 'not_routed_yet' | undefined> {
  const receipt = await readReceipt(of, bus);
  if (receipt) return receipt;
  const stored = await bus.read('EVENTS', {
    newestOf: inAnyConversation(bus.names.event({ ...of, conversation: '' })),
  });
  return stored && 'not_routed_yet';
}

/** The conversation is the last token but one of an event's subject, and who asks for a receipt does not know it. */
function inAnyConversation(eventSubject: string): string {
  return eventSubject.replace(/[^.]+(\.[^.]+)$/, '*$1');
}
