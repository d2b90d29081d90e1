import type { ExternalConnector } from '@trunkline/config';
import {
  eventDataSchema,
  eventFingerprint,
  sha256Hex,
  targetKey,
  type EventData,
  type EventType,
  type ReplyHandle,
} from '@trunkline/events';
import type { EventDraft } from '@trunkline/gateway-kit';
import { placeOf, type Place } from './conversation.ts';
import { contentOf, type EventContent } from './event-content.ts';
import { readEventPayload, type EventPayload } from './event-payload.ts';
import { routeText } from './reply-route.ts';

/** Why an event will never be taken; what a sidecar gets to read. */
export interface Rejection {
  eventId: string;
  code: 'unsupported_protocol_version' | 'payload_invalid' | 'session_unresolvable' | 'instance_mismatch';
  reason: string;
}

/** What one event comes to. `unreadable` has not even an id. */
export type Normalized =
  | { outcome: 'event'; draft: EventDraft; instanceId: string }
  | ({ outcome: 'rejected' } & Rejection)
  | { outcome: 'unreadable'; reason: string };

/** Translates one event of a sidecar. Same input, same event; only `now` stands in where it names no time. */
export function normalize(
  body: unknown,
  config: ExternalConnector,
  { now, batchVersion }: { now: () => number; batchVersion?: unknown },
): Normalized {
  const read = readEventPayload(body, batchVersion);
  if (!read.ok) {
    const { reason } = read;
    return read.eventId === undefined
      ? { outcome: 'unreadable', reason }
      : { outcome: 'rejected', eventId: read.eventId, code: read.code, reason };
  }
  const { eventId, payload } = read;
  const reject = (code: Rejection['code'], reason: string) => ({ outcome: 'rejected', eventId, code, reason }) as const;
  const content = contentOf(payload);
  if (content === undefined) return reject('payload_invalid', 'content_base64 must be base64 of at most 1 MiB.');
  const place = placeOf(payload, config);
  if (place === undefined) return reject('session_unresolvable', 'Name a thread.path or a routing_key.');
  const draft = draftOf({ eventId, payload, content, place }, config, now);
  return { outcome: 'event', draft, instanceId: payload.instance_id };
}

interface Said {
  eventId: string;
  payload: EventPayload;
  content: EventContent;
  place: Place;
}

function draftOf(said: Said, config: ExternalConnector, now: () => number): EventDraft {
  const { eventId, payload, content, place } = said;
  const self = selfTarget(payload, config);
  const data = dataOf(said, { config, self });
  const type = eventType(payload.source_kind);
  const event = {
    specversion: '1.0',
    id: eventId,
    source: `/connectors/external/${config.name}`,
    type,
    subject: place.conversation.key,
    time: new Date(payload.occurred_at_ms ?? now()).toISOString(),
    datacontenttype: 'application/json',
    dataschema: eventDataSchema,
    connector: `external/${config.name}`,
    platform: config.platform,
    partitionkey: place.conversation.key,
    data,
  } as const;
  const named = payload.actor_id !== undefined;
  // A sidecar that says what makes its event the same is believed: what it repeats after a crash may bear new URLs.
  const fingerprint =
    payload.fingerprint === undefined
      ? eventFingerprint({ type, data }, { actor: named, replyTargets: self === undefined ? [] : [self] })
      : sha256Hex(JSON.stringify({ fingerprint: payload.fingerprint }));
  return { event, fingerprint, idempotent: true, assets: content.assets };
}

function dataOf(
  { payload, content, place }: Said,
  { config, self }: { config: ExternalConnector; self: SidecarTarget | undefined },
): EventData {
  const { fixed_session_id: fixed, session_policy: policy } = config;
  const { text, attachments } = content;
  return {
    connector: { kind: 'external', name: config.name },
    platform: config.platform,
    actor: { id: payload.actor_id || config.platform },
    conversation: place.conversation,
    content: { text, ...(attachments.length > 0 && { attachments }) },
    ...relationOf(payload),
    ...(payload.intent !== undefined && { intent: payload.intent }),
    ...(payload.routing_key !== undefined && { routing_key: payload.routing_key }),
    binding_keys: place.bindingKeys,
    reply_targets: replyTargets(self && saidIn(place.conversation.key, self), config),
    session: {
      ...(fixed !== undefined && { fixed_session_id: fixed }),
      ...(place.naturalSessionId !== undefined && { natural_session_id: place.naturalSessionId }),
      policy,
    },
    metadata: { ...payload.metadata, ...ownMetadata(payload) },
  };
}

type SidecarTarget = Extract<ReplyHandle, { type: 'external' }>;

/** Back to where it came from, which only the sidecar's own route says. */
function selfTarget({ reply_route: route }: EventPayload, { name }: ExternalConnector): SidecarTarget | undefined {
  if (route === undefined) return undefined;
  // Canonical as it is: the name and the route were checked where they came in.
  return { connector: name, route: routeText(route), type: 'external' };
}

/** A route may name the message to reply to: it is the conversation that is kept in order. */
const saidIn = (conversation: string, { connector, route, type }: SidecarTarget): SidecarTarget => ({
  ...{ connector, conversation, route, type },
});

function replyTargets(self: SidecarTarget | undefined, config: ExternalConnector): ReplyHandle[] {
  const own = self !== undefined && config.include_self_output ? [self] : [];
  if (config.additional_reply_targets.length === 0) return own;
  const said = self && targetKey({ ...self, conversation: undefined });
  const others = config.additional_reply_targets.filter((target) => own.length === 0 || targetKey(target) !== said);
  return [...new Map([...own, ...others].map((target) => [targetKey(target), target])).values()];
}

const relationKinds = ['reply_to', 'edit_of', 'deletion_of', 'reaction_to', 'press_of'] as const;

/** A kind of relation that we have no word for stays readable in the metadata. */
function relationOf({ relation }: EventPayload): Pick<EventData, 'relation'> {
  const kind = relationKinds.find((each) => each === relation?.kind);
  if (kind === undefined) return {};
  const target = relation?.target_event_id;
  return { relation: { kind, ...(target !== undefined && { target_event_id: target }) } };
}

function ownMetadata({ source_kind, relation, instance_id }: EventPayload): Record<string, unknown> {
  const foreign = relation && !relationKinds.some((kind) => kind === relation.kind);
  return {
    'trunkline.instance_id': instance_id,
    ...(source_kind !== undefined && { 'trunkline.source_kind': source_kind }),
    ...(foreign && { 'trunkline.relation': relation }),
  };
}

const typesByKind: ReadonlyMap<string, EventType> = new Map(
  (
    [
      'trunkline.message.created',
      'trunkline.message.edited',
      'trunkline.message.deleted',
      'trunkline.reaction.added',
      'trunkline.reaction.removed',
      'trunkline.command.invoked',
      'trunkline.interaction.received',
      'trunkline.conversation.changed',
      'trunkline.turn.cancelled',
    ] as const
  ).map((type) => [type.slice('trunkline.'.length), type]),
);

/** A `source_kind` that is one of our types, without our prefix, is that type; any other word is the sidecar's own. */
function eventType(sourceKind: string | undefined): EventType {
  return typesByKind.get(sourceKind ?? '') ?? 'trunkline.domain.event';
}
