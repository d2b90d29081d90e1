import { appendLedger, type Bus } from '@trunkline/bus';
import type { ConnectorRef } from '@trunkline/events';

/** Something that a platform sent and that becomes no event; `code` never changes, `detail` is for people. No text of messages. */
export interface IgnoredEvent {
  connector: ConnectorRef;
  eventId: string;
  code: string;
  detail: string;
  now: number;
}

/** Keeps in the ledger that an event was ignored, and why; the same one twice is kept once. */
export async function noteIgnored(ignored: IgnoredEvent, bus: Pick<Bus, 'append' | 'names'>): Promise<void> {
  const { connector, eventId, code, detail, now } = ignored;
  const data = {
    v: 1,
    type: 'event',
    connector,
    event_id: eventId,
    reason: { code, detail },
    at: new Date(now).toISOString(),
  };
  await appendLedger({ what: 'ignored', connector, id: `${connector.kind}/${connector.name}/${eventId}`, data }, bus);
}
