import { storeEvent, type Bus } from '@trunkline/bus';
import { eventDataSchema, eventFingerprint, type EventData, type TrunklineEvent } from '@trunkline/events';

/** A message of the http connector `hook` under this id, in the conversation `key`. */
export function messageEvent(id: string, key: string, more: Partial<EventData> = {}): TrunklineEvent {
  return {
    specversion: '1.0',
    id,
    source: '/connectors/http/hook',
    type: 'trunkline.message.created',
    subject: key,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    dataschema: eventDataSchema,
    connector: 'http/hook',
    platform: 'http',
    partitionkey: key,
    data: {
      connector: { kind: 'http', name: 'hook' },
      platform: 'http',
      actor: { id: 'ana' },
      conversation: { key, kind: 'none', path: [key] },
      content: { text: `text of ${id}` },
      binding_keys: [{ key, origin: 'conversation' }],
      reply_targets: [],
      session: { natural_session_id: `session-${key}`, policy: openPolicy },
      metadata: {},
      raw: { secret: 'of the platform' },
      ...more,
    },
  };
}

export const openPolicy: EventData['session']['policy'] = {
  create_if_missing: true,
  capability_scope: {},
  credential_scope: {},
};
/** Refuses events of sessions that do not exist. */
export const closedPolicy = { ...openPolicy, create_if_missing: false };

/** Puts events on the bus as a gateway does. */
export async function store(bus: Bus, ...events: TrunklineEvent[]): Promise<void> {
  for (const event of events) {
    await storeEvent(
      {
        connector: event.data.connector,
        conversation: event.subject,
        eventId: event.id,
        payload: JSON.stringify(event),
        fingerprint: eventFingerprint(event),
      },
      bus,
    );
  }
}
