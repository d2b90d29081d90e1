import type { Bus } from '@trunkline/bus';
import { readEvent, type TrunklineEvent } from '@trunkline/events';

async function messages(bus: Bus, stream: 'EVENTS' | 'LEDGER', filter: string): Promise<unknown[]> {
  const reader = await bus.follow(stream, filter, { from: { seq: 1 } });
  const found: unknown[] = [];
  let left = reader.pending;
  if (left > 0) {
    for await (const message of reader.messages) {
      found.push(message.json());
      if (--left === 0) break;
    }
  }
  await reader.stop();
  return found;
}

/** Every event on the bus, oldest first; each must be one that readers take. */
export async function storedEvents(bus: Bus): Promise<TrunklineEvent[]> {
  return (await messages(bus, 'EVENTS', bus.names.allEvents)).map((document) => {
    const read = readEvent(document);
    if (!read.ok) throw new Error(read.problems.join('; '));
    return read.value;
  });
}

/** The codes of what was ignored, oldest first. */
export async function ignoredCodes(bus: Bus): Promise<string[]> {
  const entries = await messages(bus, 'LEDGER', bus.names.allLedger);
  return entries.map((entry) => (entry as { reason: { code: string } }).reason.code);
}
