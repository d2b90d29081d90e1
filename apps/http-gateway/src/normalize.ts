import { hash } from 'node:crypto';
import type { HttpConnector } from '@trunkline/config';
import { problem, type Problem, type ProblemCode } from '@trunkline/errors';
import { eventDataSchema, eventFingerprint, type EventData, type ReplyHandle } from '@trunkline/events';
import type { EventDraft, InlineAsset } from '@trunkline/gateway-kit';
import { freshEventId } from './event-id.ts';
import type { CompiledMapping } from './mapping.ts';
import { saidByCloudEvents } from './said-by-cloudevents.ts';
import { saidByNative } from './said-by-native.ts';
import { saidByRaw } from './said-by-raw.ts';
import type { DistinctHeaders } from './signature-schemes.ts';

/** A verified request. */
export interface IncomingRequest {
  headers: DistinctHeaders;
  query: URLSearchParams;
  body: Buffer;
  authenticated: boolean;
}

/** A connector as the translation needs it: templates are compiled once, not per request. */
export interface TranslatedConnector {
  config: HttpConnector;
  mapping?: CompiledMapping | undefined;
}

/** What one event of a request comes to. */
export type Normalized =
  | { outcome: 'event'; draft: EventDraft }
  | { outcome: 'ignored'; eventId: string; reason: string }
  | { outcome: 'refused'; problem: Problem; eventId?: string };

/** What a request says, in whatever format: the formats end here. */
export interface Said {
  eventId?: string | undefined;
  sessionId?: string | undefined;
  /** Keys that the payload names itself; an event's place in a conversation, when it names none. */
  keys: { origin: 'payload' | 'conversation'; keys: readonly string[] };
  /** Used when there are neither keys nor the connector's default ones. */
  fallbackKey?: string | undefined;
  actorId?: string | undefined;
  text: string;
  attachments?: NonNullable<EventData['content']>['attachments'];
  assets?: readonly InlineAsset[];
  intent?: string | undefined;
  relation?: EventData['relation'];
  metadata?: Record<string, unknown>;
  replyTargets?: readonly ReplyHandle[] | undefined;
  time?: string | undefined;
  raw?: unknown;
  /** What the sender sent, where our configuration or our taste made the words of it. */
  payload?: unknown;
}

/** What reading one event out of a request gives. */
export type Reading =
  | { ok: true; said: Said }
  | { ok: false; ignored: { eventId?: string | undefined; reason: string } }
  | { ok: false; code: ProblemCode; detail: string; eventId?: string };

interface NormalizeDeps {
  now: () => number;
  random: () => number;
}

const formats = { native: saidByNative, raw: saidByRaw, cloudevents: saidByCloudEvents } as const;

/** Translates a request: one result, or one for each event of a batch in its order. Same input, same ids. */
export function normalize(
  request: IncomingRequest,
  connector: TranslatedConnector,
  deps: NormalizeDeps,
): { batch: boolean; results: Normalized[] } {
  const { batch, readings } = formats[connector.config.payload_format](request, connector);
  return { batch, results: readings.map((reading) => resultOf(reading, connector.config, deps)) };
}

function resultOf(reading: Reading, config: HttpConnector, deps: NormalizeDeps): Normalized {
  if (reading.ok) return eventOf(reading.said, config, deps);
  if ('ignored' in reading) {
    return {
      outcome: 'ignored',
      eventId: reading.ignored.eventId ?? freshEventId(deps),
      reason: reading.ignored.reason,
    };
  }
  return refused(reading.code, reading.detail, reading.eventId);
}

function refused(code: ProblemCode, detail: string, eventId?: string): Normalized {
  const named = eventId === undefined ? {} : { eventId };
  return {
    outcome: 'refused',
    problem: problem(code, { detail, ...(eventId !== undefined && { event_id: eventId }) }),
    ...named,
  };
}

function eventOf(said: Said, config: HttpConnector, deps: NormalizeDeps): Normalized {
  if (config.require_idempotency_key && said.eventId === undefined) {
    return refused(
      'idempotency_key_required',
      'Send an Idempotency-Key header: this connector takes no event without one.',
    );
  }
  const keys = bindingKeys(said, config);
  const place = placeOf(said, config, keys);
  if (place === undefined) {
    return refused(
      'session_unresolvable',
      'Name a session_id or binding_keys, or set default_binding_keys on the connector.',
    );
  }
  const data = dataOf(said, config, { keys, ...place });
  const type = 'trunkline.domain.event';
  const event = {
    specversion: '1.0',
    id: said.eventId ?? freshEventId(deps),
    source: `/connectors/http/${config.name}`,
    type,
    subject: place.conversation,
    time: said.time ?? new Date(deps.now()).toISOString(),
    datacontenttype: 'application/json',
    dataschema: eventDataSchema,
    connector: `http/${config.name}`,
    platform: 'http',
    partitionkey: place.conversation,
    data,
  } as const;
  const { payload, replyTargets } = said;
  const named = payload === undefined && said.actorId !== undefined;
  const fingerprint = eventFingerprint(
    { type, data },
    { actor: named, ...(replyTargets && { replyTargets }), payload },
  );
  return {
    outcome: 'event',
    draft: { event, fingerprint, idempotent: said.eventId !== undefined, assets: said.assets ?? [] },
  };
}

type BindingKeys = EventData['binding_keys'];

/** The keys in force, sorted: the payload's, else the connector's defaults, else what the format falls back to. */
function bindingKeys(said: Said, config: HttpConnector): BindingKeys {
  const named = ordered(said.keys.keys);
  if (named.length > 0) return named.map((key) => ({ key, origin: said.keys.origin }));
  if (config.default_binding_keys.length > 0) {
    return ordered(config.default_binding_keys).map((key) => ({ key, origin: 'connector' }));
  }
  return said.fallbackKey === undefined ? [] : [{ key: said.fallbackKey, origin: 'conversation' }];
}

const ordered = (keys: readonly string[]) =>
  [...new Set(keys.map((key) => key.trim()))].filter((key) => key !== '').sort();

/** Where the event belongs: its queue, and the session that is made when none is bound yet. */
function placeOf(
  said: Said,
  config: HttpConnector,
  keys: BindingKeys,
): { conversation: string; naturalSessionId?: string } | undefined {
  const first = keys[0]?.key;
  const conversation = config.fixed_session_id ?? said.sessionId ?? first;
  if (conversation === undefined) return undefined;
  if (first === undefined) return { conversation };
  const digest = hash('sha256', first, 'hex').slice(0, 16);
  return { conversation, naturalSessionId: `http:${config.name}:${digest}` };
}

function dataOf(
  said: Said,
  config: HttpConnector,
  place: { keys: BindingKeys; conversation: string; naturalSessionId?: string },
): EventData {
  const { fixed_session_id: fixed, session_policy: policy } = config;
  return {
    connector: { kind: 'http', name: config.name },
    platform: 'http',
    actor: { id: said.actorId ?? config.actor_id },
    conversation: { key: place.conversation, kind: 'none', path: [place.conversation] },
    content: {
      text: said.text,
      ...(said.attachments && said.attachments.length > 0 && { attachments: said.attachments }),
    },
    ...(said.relation && { relation: said.relation }),
    ...(said.intent !== undefined && { intent: said.intent }),
    binding_keys: place.keys,
    ...(said.sessionId !== undefined && { requested_session_id: said.sessionId }),
    reply_targets: [...(said.replyTargets ?? config.default_reply_targets)],
    session: {
      ...(fixed !== undefined && { fixed_session_id: fixed }),
      ...(place.naturalSessionId !== undefined && { natural_session_id: place.naturalSessionId }),
      policy,
    },
    metadata: said.metadata ?? {},
    ...(said.raw !== undefined && { raw: said.raw }),
  };
}
