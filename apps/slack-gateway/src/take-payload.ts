import { BusUnavailableError, type Bus } from '@trunkline/bus';
import { noteIgnored, packEvent, type AssetUrls, type EmitPackage } from '@trunkline/gateway-kit';
import { traceparentOf, type Span } from '@trunkline/telemetry';
import type { BotIdentities } from './bot-identity.ts';
import { renamed } from './event-draft.ts';
import { deliveryId, digest, type Readable } from './event-id.ts';
import { isBound } from './is-bound.ts';
import { claimEventId } from './message-twins.ts';
import { normalize, tenantOf, type Normalized } from './normalize.ts';
import type { PreparedConnector } from './prepared-connector.ts';
import type { Ignored } from './said.ts';
import { readPayload } from './slack-payload.ts';

export interface TakeDeps {
  emit: EmitPackage;
  bus: Pick<Bus, 'append' | 'names' | 'bucket'>;
  assetUrls: Pick<AssetUrls, 'urlOf'>;
  identities: Pick<BotIdentities, 'idsFor'>;
  now: () => number;
  log: { warn(fields: object, message: string): void };
}

/** What became of a payload. Only after `again` must Slack send it once more; everything else is dealt with for good. */
export type Taken =
  | { outcome: 'stored' | 'duplicate'; eventId: string }
  | { outcome: 'ignored'; eventId: string; why: string }
  | { outcome: 'challenged'; challenge: string }
  | { outcome: 'app_rate_limited' }
  | { outcome: 'rate_limited' | 'bus_unavailable'; eventId?: string; again: number };

interface Job {
  connector: PreparedConnector;
  span: Span;
}

/** Takes one payload in, whichever way it came: an event that comes over both is one event. */
export async function takePayload(value: unknown, job: Job, deps: TakeDeps): Promise<Taken> {
  try {
    return await take(value, job, deps);
  } catch (error) {
    if (!(error instanceof BusUnavailableError)) throw error;
    deps.log.warn({ err: error, connector: job.connector.config.name }, 'slack.bus-unavailable');
    return { outcome: 'bus_unavailable', again: busRetryMs };
  }
}

/** After this time Slack should try again when the bus did not answer. */
const busRetryMs = 2_000;

async function take(value: unknown, job: Job, deps: TakeDeps): Promise<Taken> {
  const payload = readPayload(value);
  const { name } = job.connector.config;
  switch (payload.kind) {
    case 'challenge':
      return { outcome: 'challenged', challenge: payload.challenge };
    case 'app_rate_limited':
      deps.log.warn({ connector: name, minute: payload.minute }, 'slack.events-held-back');
      return { outcome: 'app_rate_limited' };
    case 'unreadable':
      return ignore({ code: 'payload_unreadable', detail: payload.detail, eventId: `-:${digest(value)}` }, name, deps);
    case 'event':
    case 'command':
    case 'interaction':
      return takeReadable(payload, job, deps);
  }
}

async function takeReadable(payload: Readable, job: Job, deps: TakeDeps): Promise<Taken> {
  const { config: connector, entry } = job.connector;
  const bot = await deps.identities.idsFor({ entry, through: tenantOf(payload), payload });
  const normalized = normalize(payload, { connector, bot, now: deps.now() });
  if (normalized.outcome === 'ignored') return ignore(normalized, connector.name, deps);
  if (normalized.onlyIfBound !== undefined && !(await isBound(normalized.onlyIfBound, deps.bus))) {
    const reason = { code: 'not_mentioned', detail: 'Nobody mentioned the bot, and it takes no part in this thread.' };
    return ignore({ ...reason, eventId: deliveryId(payload) }, connector.name, deps);
  }
  return store(normalized, job, deps);
}

async function store(
  { draft, limitKey, twinOf }: Extract<Normalized, { outcome: 'event' }>,
  { connector, span }: Job,
  deps: TakeDeps,
): Promise<Taken> {
  const { name, ingress_events_per_second: rate } = connector.config;
  const ownId = draft.event.id;
  const eventId = twinOf === undefined ? ownId : await claimEventId({ connector: name, twinOf, ownId }, deps.bus);
  const named = eventId === ownId ? draft : renamed(draft, eventId);
  const { event, objects } = packEvent(named, (assetId) => deps.assetUrls.urlOf({ connector: name, assetId }));
  const request = {
    event: { ...event, traceparent: traceparentOf(span) },
    fingerprint: named.fingerprint,
    idempotent: true,
    waitMs: 0,
    limit: { key: limitKey, rate },
  };
  const stored = await deps.emit(request, objects);
  if ('retryAfterMs' in stored) return { outcome: stored.outcome, eventId, again: stored.retryAfterMs };
  const isNew = stored.outcome === 'stored' || stored.outcome === 'routed';
  return { outcome: isNew ? 'stored' : 'duplicate', eventId };
}

async function ignore(
  { eventId, code, detail }: Ignored & { eventId: string },
  name: string,
  deps: TakeDeps,
): Promise<Taken> {
  await noteIgnored({ connector: { kind: 'slack', name }, eventId, code, detail, now: deps.now() }, deps.bus);
  return { outcome: 'ignored', eventId, why: code };
}
