import type { Bus } from '@trunkline/bus';
import { readEvent, type TrunklineEvent } from '@trunkline/events';

/** All events on the bus, in their order. */
export async function storedEvents(bus: Bus): Promise<TrunklineEvent[]> {
  const reader = await bus.follow('EVENTS', bus.names.allEvents, { from: { seq: 1 } });
  const events: TrunklineEvent[] = [];
  if (reader.pending > 0) {
    for await (const { payload } of reader.messages) {
      const read = readEvent(JSON.parse(Buffer.from(payload).toString()));
      if (!read.ok) throw new Error('an event cannot be read');
      events.push(read.value);
      if (events.length === reader.pending) break;
    }
  }
  await reader.stop();
  return events;
}
