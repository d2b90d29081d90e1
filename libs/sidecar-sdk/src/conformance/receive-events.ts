import type { ServerResponse } from 'node:http';
import { parseJson, sendJson } from '../http-exchange.ts';
import { eventRequestSchema } from '../ingress-contract.ts';
import { ingressVersion, limits } from '../protocol.ts';

/** What a post of events meets instead of being stored. */
export type GatewayFault = { status: 429; retryAfterSeconds: number } | { status: 500 | 502 | 503 } | 'disconnect';

/** One event of one post. */
export interface EventAttempt {
  /** Monotonic milliseconds. */
  atMs: number;
  eventId: string | undefined;
  /** The event as it came, with the version of the request around it. */
  document: unknown;
  batch: boolean;
  authorized: boolean;
  answered: 'accepted' | 'duplicate' | 'rejected' | 'rate_limited' | 'unavailable' | 'unauthenticated';
  retryAfterMs: number | undefined;
}

interface Post {
  body: Buffer;
  batch: boolean;
  authorized: boolean;
  res: ServerResponse;
}

interface Received {
  events: EventAttempt[];
  batches: number[];
  faults: GatewayFault[];
  stored: Set<string>;
}

/** Answers a post of events as a gateway does, and records it. */
export function receiveEvents({ body, batch, authorized, res }: Post, received: Received): void {
  const document = parseJson(body);
  const events = batch ? membersOf(document) : [document];
  if (batch) received.batches.push(events.length);
  const note = (event: unknown, answered: EventAttempt['answered'], retryAfterMs?: number) =>
    received.events.push({
      atMs: performance.now(),
      eventId: idOf(event),
      document: event,
      batch,
      authorized,
      answered,
      retryAfterMs,
    });

  if (!authorized) {
    events.forEach((event) => note(event, 'unauthenticated'));
    return sendJson(res, 401, { code: 'unauthenticated' });
  }
  const fault = received.faults.shift();
  if (fault === 'disconnect' || (fault && fault.status !== 429)) {
    events.forEach((event) => note(event, 'unavailable'));
    return fault === 'disconnect' ? void res.destroy() : sendJson(res, fault.status, { code: 'bus_unavailable' });
  }
  if (fault) {
    const retry_after_ms = fault.retryAfterSeconds * 1_000;
    events.forEach((event) => note(event, 'rate_limited', retry_after_ms));
    if (batch)
      return sendJson(res, 200, {
        results: events.map((event) => ({ event_id: idOf(event), status: 'rate_limited', retry_after_ms })),
      });
    res.setHeader('retry-after', fault.retryAfterSeconds);
    return sendJson(res, 429, { code: 'rate_limited' });
  }
  if (events.length === 0 || events.length > limits.batchEvents) return sendJson(res, 400, { code: 'payload_invalid' });
  const results = events.map((event) => {
    const result = judge(event, received.stored);
    note(event, result.status);
    return result;
  });
  sendJson(res, 200, batch ? { results } : results[0]);
}

function judge(event: unknown, stored: Set<string>) {
  const parsed = eventRequestSchema.safeParse(event);
  const event_id = idOf(event) ?? null;
  if (!parsed.success) {
    const reason = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
    return { event_id, status: 'rejected' as const, reason, code: 'payload_invalid' };
  }
  const { protocol_version } = parsed.data;
  if (protocol_version !== 1 && protocol_version !== ingressVersion) {
    return { event_id, status: 'rejected' as const, reason: `unsupported protocol_version ${protocol_version}` };
  }
  const known = stored.has(parsed.data.event_id);
  stored.add(parsed.data.event_id);
  const run = `trn_${stored.size}`;
  return {
    event_id,
    status: known ? ('duplicate' as const) : ('accepted' as const),
    session_id: 'conformance',
    run_id: run,
    turn_id: run,
  };
}

/** Events of a batch, each with the version that stands around them. */
function membersOf(document: unknown): unknown[] {
  if (!isRecord(document) || !Array.isArray(document.events)) return [];
  const { protocol_version } = document;
  return document.events.map((event: unknown) => (isRecord(event) ? { protocol_version, ...event } : event));
}

const idOf = (event: unknown): string | undefined =>
  isRecord(event) && typeof event.event_id === 'string' ? event.event_id : undefined;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
