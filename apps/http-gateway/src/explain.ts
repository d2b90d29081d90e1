import type { ExplainedEvent, PlatformRequest } from '@trunkline/events';
import type { Explain } from '@trunkline/gateway-kit';
import { compileMapping } from './mapping.ts';
import { normalize, type Normalized } from './normalize.ts';
import { preparedConnector, type PreparedConnector } from './prepared-connector.ts';
import { verifyRequest } from './verify.ts';

interface ExplainDeps {
  now: () => number;
  random: () => number;
}

/** Says what would become of a post. One that brings no proof is read as if it had brought it. */
export function httpExplain(deps: ExplainDeps): Explain<'http'> {
  return {
    verify: (request, entry) => verify(request, preparedConnector(entry), deps.now),
    read(request, { config }) {
      const query = new URLSearchParams(request.query);
      query.delete('access_token');
      const authenticated = config.bearer_token !== undefined || config.signing_secret !== undefined;
      const incoming = { headers: request.headers, query, body: Buffer.from(request.body), authenticated };
      const connector = { config, mapping: config.mapping && compileMapping(config.mapping) };
      return normalize(incoming, connector, deps).results.map(explained);
    },
  };
}

function verify(request: PlatformRequest, { config, credentials }: PreparedConnector, now: () => number) {
  if (!credentials.bearer && !credentials.signing) return undefined;
  const accessToken = new URLSearchParams(request.query).get('access_token') ?? undefined;
  const presented = {
    headers: request.headers,
    body: Buffer.from(request.body),
    accessToken: config.payload_format === 'cloudevents' ? accessToken : undefined,
  };
  return verifyRequest(presented, credentials, now);
}

function explained(result: Normalized): ExplainedEvent {
  switch (result.outcome) {
    case 'event': {
      const { event, fingerprint, idempotent } = result.draft;
      const notes = idempotent ? [] : ['It names no idempotency key: the same post again is another event.'];
      return { outcome: 'event', event, fingerprint, idempotent, notes };
    }
    case 'ignored':
      return {
        outcome: 'ignored',
        event_id: result.eventId,
        code: result.reason,
        reason: 'The mapping of the connector says to ignore it.',
      };
    case 'refused': {
      const { code, detail = '' } = result.problem;
      return {
        outcome: 'refused',
        ...(result.eventId !== undefined && { event_id: result.eventId }),
        code,
        reason: detail,
      };
    }
  }
}
