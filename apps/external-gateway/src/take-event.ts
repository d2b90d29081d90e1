import { appendLedger, type Bus } from '@trunkline/bus';
import {
  packEvent,
  type AssetUrls,
  type EmitOutcome,
  type EmitPackage,
  type Emitter,
  type EmitRequest,
  type EventDraft,
  type EventPackage,
} from '@trunkline/gateway-kit';
import type { Attachment } from '@trunkline/events';
import { traceparentOf, type Span } from '@trunkline/telemetry';
import type { ExternalEntry } from './access.ts';
import type { Normalized, Rejection } from './normalize.ts';

/** What one event of a sidecar came to. `later`: nobody knows yet which sidecar is the right one. */
export type Taken =
  | { outcome: 'unreadable'; reason: string }
  | ({ outcome: 'rejected' } & Rejection)
  | { outcome: 'later'; eventId: string }
  | { outcome: 'emitted'; eventId: string; emitted: EmitOutcome };

export interface TakeDeps {
  emit: EmitPackage;
  emitAll: Emitter['emitAll'];
  bus: Pick<Bus, 'append' | 'names' | 'objectFacts'>;
  assetUrls: Pick<AssetUrls, 'urlOf'>;
  now: () => number;
}

/** The request that an event belongs to. */
export interface TakeContext {
  entry: ExternalEntry;
  span: Span;
  /** The instance id in the manifest of a child process; `undefined` while it is not known. */
  instance: string | undefined;
  /** How long to wait for its routing; asked when it is stored. */
  waitMs(): number;
}

/** An event that may be stored. */
export interface Ready {
  outcome: 'ready';
  eventId: string;
  request: EmitRequest;
  objects: EventPackage['objects'];
}

/** Takes one event in: refused for good with an entry in the ledger, or stored. */
export async function takeEvent(event: Normalized, context: TakeContext, deps: TakeDeps): Promise<Taken> {
  const prepared = await prepareEvent(event, context, deps);
  return prepared.outcome === 'ready' ? store(prepared, deps) : prepared;
}

/** Stores an event that may be. */
export const store = async (
  { eventId, request, objects }: Ready,
  { emit }: Pick<TakeDeps, 'emit'>,
): Promise<Taken> => ({
  outcome: 'emitted',
  eventId,
  emitted: await emit(request, objects),
});

/** Everything before an event is stored, which comes to an end at once unless something is to be looked up or written. */
export function prepareEvent(
  event: Normalized,
  context: TakeContext,
  deps: TakeDeps,
): Taken | Ready | Promise<Taken | Ready> {
  if (event.outcome === 'unreadable') return event;
  if (event.outcome === 'rejected') return reject(event, context, deps);
  const { draft, instanceId } = event;
  const eventId = draft.event.id;
  if (context.entry.config.mode === 'child_process') {
    if (context.instance === undefined) return { outcome: 'later', eventId };
    if (context.instance !== instanceId) {
      const reason = 'instance_id differs from the manifest of the running sidecar.';
      return reject({ eventId, code: 'instance_mismatch', reason }, context, deps);
    }
  }
  if (draft.event.data.content?.attachments?.some(isUnknown) !== true) return readyOf(draft, context, deps);
  return withFileFacts(draft, deps.bus).then((described) => readyOf(described, context, deps));
}

function readyOf(draft: EventDraft, { entry, span, waitMs }: TakeContext, { assetUrls }: TakeDeps): Ready {
  const { name: connector, ingress_events_per_second: rate } = entry.config;
  const { event, objects } = packEvent(draft, (assetId) => assetUrls.urlOf({ connector, assetId }));
  const request = {
    event: { ...event, traceparent: traceparentOf(span) },
    fingerprint: draft.fingerprint,
    idempotent: draft.idempotent,
    waitMs: waitMs(),
    limit: { key: `external/${connector}`, rate },
  };
  return { outcome: 'ready', eventId: event.id, request, objects };
}

const isUnknown = (file: Attachment) => file.url === undefined && file.byte_length === undefined;

/** Says name, type and length of files that were uploaded before, where the event does not. */
async function withFileFacts(draft: EventDraft, bus: Pick<Bus, 'objectFacts'>): Promise<EventDraft> {
  const { event } = draft;
  const { content } = event.data;
  if (content?.attachments === undefined) return draft;
  const attachments = await Promise.all(
    content.attachments.map(async (file) => {
      const facts = isUnknown(file) ? await bus.objectFacts('assets', file.asset_id) : undefined;
      if (facts === undefined) return file;
      const { fileName: file_name, mediaType: media_type, byteLength: byte_length } = facts;
      return { ...(file_name && { file_name }), ...(media_type && { media_type }), ...file, byte_length };
    }),
  );
  return { ...draft, event: { ...event, data: { ...event.data, content: { ...content, attachments } } } };
}

/** Kept for operators, once for each event however often it is sent. */
async function reject({ eventId, code, reason }: Rejection, { entry }: TakeContext, deps: TakeDeps): Promise<Taken> {
  const connector = { kind: 'external', name: entry.name } as const;
  const at = new Date(deps.now()).toISOString();
  const data = { v: 1, type: 'event', connector, event_id: eventId, reason: { code, detail: reason }, at };
  await appendLedger({ what: 'rejected', connector, id: `external/${entry.name}/${eventId}/${code}`, data }, deps.bus);
  return { outcome: 'rejected', eventId, code, reason };
}
