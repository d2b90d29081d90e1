import { createHash } from 'node:crypto';
import { busHeaders, encodeJson, token, type Bus, type BucketName } from '@trunkline/bus';
import { eventDataSchema, type TrunklineEvent } from '@trunkline/events';
import { benchConnector, eventBody } from './signed-requests.ts';

const connector = { kind: 'http', name: benchConnector } as const;

interface Place {
  conversation: string;
  sessionId: string;
}

function placeOf(n: number): Place {
  const conversation = `bench:conversation:${n}`;
  const digest = createHash('sha256').update(conversation).digest('hex').slice(0, 16);
  return { conversation, sessionId: `http:${benchConnector}:${digest}` };
}

/** Messages between two that are waited for: a stream takes only so many that it has not stored yet. */
const batch = 1_000;

/** Writes sessions 0 to `count`, each bound to its conversation, as routing an event for each would have left them. */
export async function makeSessions(count: number, bus: Bus): Promise<void> {
  const put = (bucket: BucketName, record: { key: string; value: object }, wait: boolean) => {
    const subject = `$KV.${bus.names.bucket(bucket)}.${token(record.key)}`;
    const payload = encodeJson(record.value);
    return wait ? bus.append(subject, payload) : bus.publish(subject, payload);
  };
  for (let n = 0; n < count; n++) {
    const { conversation, sessionId } = placeOf(n);
    const life = { v: 1, session_id: sessionId, generation: 1 };
    const at = new Date().toISOString();
    const session = { ...life, created_at: at, active_at: at, capability_scope: {}, credential_scope: {} };
    const wait = n % batch === batch - 1 || n === count - 1;
    await Promise.all([
      put('sessions', { key: sessionId, value: session }, wait),
      put('bindings', { key: conversation, value: { ...life, key: conversation } }, wait),
    ]);
  }
}

/** Stores events as a gateway does, for conversations that `pick` names by number. */
export async function storeEvents(
  what: { run: string; count: number; pick: (n: number) => number },
  bus: Bus,
): Promise<void> {
  for (let from = 0; from < what.count; from += batch) {
    const numbers = Array.from({ length: Math.min(batch, what.count - from) }, (_, index) => from + index);
    await Promise.all(
      numbers.map((n) => {
        const event = eventOf({ id: `${what.run}-${n}`, number: what.pick(n) });
        const subject = bus.names.event({ connector, conversation: event.subject, eventId: event.id });
        const headers = { 'content-type': 'application/cloudevents+json', [busHeaders.fingerprint]: event.id };
        return bus.append(subject, encodeJson(event), { headers, messageId: event.id, expectLast: { seq: 0 } });
      }),
    );
  }
}

function eventOf({ id, number }: { id: string; number: number }): TrunklineEvent {
  const { conversation, sessionId } = placeOf(number);
  return {
    specversion: '1.0',
    id,
    source: `/connectors/http/${benchConnector}`,
    type: 'trunkline.domain.event',
    subject: conversation,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    dataschema: eventDataSchema,
    connector: `http/${benchConnector}`,
    platform: 'http',
    partitionkey: conversation,
    data: {
      connector,
      platform: 'http',
      actor: { id: 'user-4711' },
      conversation: { key: conversation, kind: 'none', path: [conversation] },
      content: { text: eventBody({ id, conversation: number }) },
      binding_keys: [{ key: conversation, origin: 'payload' }],
      reply_targets: [],
      session: {
        natural_session_id: sessionId,
        policy: { create_if_missing: true, capability_scope: {}, credential_scope: {} },
      },
      metadata: {},
    },
  };
}
