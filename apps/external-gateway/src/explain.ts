import type { ExplainedEvent, PlatformRequest } from '@trunkline/events';
import { parseJson, type Explain } from '@trunkline/gateway-kit';
import type { ExternalConnector } from '@trunkline/config';
import { sharedTokens } from './access.ts';
import { readBatchPayload } from './event-payload.ts';
import { normalize, type Normalized } from './normalize.ts';
import { verifyBearer } from './verify.ts';

/** Says what would become of an event, or a batch, of a sidecar. One that brings no token is read as if it had brought it. */
export function externalExplain(deps: { now: () => number }): Explain<'external'> {
  return {
    verify({ headers }, entry) {
      const tokens = sharedTokens(entry);
      const given = headers['authorization'] ?? [];
      const presented = {
        headers: { authorization: given[0] },
        rawHeaders: given.flatMap((value) => ['authorization', value]),
      };
      return tokens && verifyBearer(presented, tokens, deps.now());
    },
    read: (request, { config }) => explainBody(request, config, deps),
  };
}

function explainBody(
  request: PlatformRequest,
  config: ExternalConnector,
  { now }: { now: () => number },
): ExplainedEvent[] {
  const json = parseJson(Buffer.from(request.body));
  if (!json.ok)
    return [{ outcome: 'refused', code: json.problem.code, reason: json.problem.detail ?? 'It is no JSON.' }];
  if (!isBatch(json.value)) return [explained(normalize(json.value, config, { now }), config)];
  const read = readBatchPayload(json.value);
  if (!read.ok) return [{ outcome: 'refused', code: 'payload_invalid', reason: read.detail }];
  return read.events.map((event) => explained(normalize(event, config, { now, batchVersion: read.version }), config));
}

const isBatch = (body: unknown) =>
  typeof body === 'object' && body !== null && 'events' in body && Array.isArray(body.events);

function explained(result: Normalized, config: ExternalConnector): ExplainedEvent {
  switch (result.outcome) {
    case 'event': {
      const { event, fingerprint, idempotent } = result.draft;
      const child = config.mode === 'child_process';
      const notes = child ? ['It is taken only if instance_id is that of the manifest of the running sidecar.'] : [];
      return { outcome: 'event', event, fingerprint, idempotent, notes };
    }
    case 'rejected':
      return { outcome: 'refused', event_id: result.eventId, code: result.code, reason: result.reason };
    case 'unreadable':
      return { outcome: 'refused', code: 'payload_invalid', reason: result.reason };
  }
}
