import { appendLedger, type Bus } from '@trunkline/bus';
import { packEvent, type AssetUrls, type EmitOutcome, type EmitPackage } from '@trunkline/gateway-kit';
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
  bus: Pick<Bus, 'append' | 'names'>;
  assetUrls: Pick<AssetUrls, 'urlOf'>;
  /** The instance id in the manifest of the child process of a connector; `undefined` while it is not known. */
  instanceOf(connector: string): Promise<string | undefined>;
  now: () => number;
}

/** The request that an event belongs to. */
export interface TakeContext {
  entry: ExternalEntry;
  span: Span;
  /** How long to wait for its routing; asked when it is stored. */
  waitMs(): number;
}

/** Takes one event in: refused for good with an entry in the ledger, or stored. */
export async function takeEvent(event: Normalized, context: TakeContext, deps: TakeDeps): Promise<Taken> {
  if (event.outcome === 'unreadable') return event;
  if (event.outcome === 'rejected') return reject(event, context, deps);
  const { draft, instanceId } = event;
  const eventId = draft.event.id;
  const { config } = context.entry;
  if (config.mode === 'child_process') {
    const expected = await deps.instanceOf(config.name);
    if (expected === undefined) return { outcome: 'later', eventId };
    if (expected !== instanceId) {
      const reason = 'instance_id differs from the manifest of the running sidecar.';
      return reject({ eventId, code: 'instance_mismatch', reason }, context, deps);
    }
  }
  const { event: packed, objects } = packEvent(draft, (assetId) =>
    deps.assetUrls.urlOf({ connector: config.name, assetId }),
  );
  const request = {
    event: { ...packed, traceparent: traceparentOf(context.span) },
    fingerprint: draft.fingerprint,
    idempotent: draft.idempotent,
    waitMs: context.waitMs(),
    limit: { key: `external/${config.name}`, rate: config.ingress_events_per_second },
  };
  return { outcome: 'emitted', eventId, emitted: await deps.emit(request, objects) };
}

/** Kept for operators, once for each event however often it is sent. */
async function reject({ eventId, code, reason }: Rejection, { entry }: TakeContext, deps: TakeDeps): Promise<Taken> {
  const connector = { kind: 'external', name: entry.name } as const;
  const at = new Date(deps.now()).toISOString();
  const data = { v: 1, type: 'event', connector, event_id: eventId, reason: { code, detail: reason }, at };
  await appendLedger({ what: 'rejected', connector, id: `external/${entry.name}/${eventId}/${code}`, data }, deps.bus);
  return { outcome: 'rejected', eventId, code, reason };
}
