import type { Bus } from '@trunkline/bus';
import type { SlackConnector } from '@trunkline/config';
import type { ExplainedEvent, PlatformRequest } from '@trunkline/events';
import type { Explain } from '@trunkline/gateway-kit';
import type { InventoryEntry } from '@trunkline/inventory';
import type { BotIdentities } from './bot-identity.ts';
import { deliveryId, type Readable } from './event-id.ts';
import { isBound } from './is-bound.ts';
import { normalize, tenantOf } from './normalize.ts';
import { preparedConnector } from './prepared-connector.ts';
import { readBodyValue } from './read-body-value.ts';
import type { BotIds } from './said.ts';
import { readPayload } from './slack-payload.ts';
import { verifyRequest } from './verify.ts';

export interface ExplainDeps {
  bus: Pick<Bus, 'bucket'>;
  identities: Pick<BotIdentities, 'idsFor'>;
  now: () => number;
}

type Entry = InventoryEntry<SlackConnector> & { config: SlackConnector };

/** Says what would become of something that Slack posts. One that is not signed is read as if it were. */
export function slackExplain(deps: ExplainDeps): Explain<'slack'> {
  return {
    verify({ headers, body }, entry) {
      const { keys } = preparedConnector(entry);
      return keys && verifyRequest({ headers, body: Buffer.from(body) }, keys, deps.now);
    },
    read: async (request, entry) => [await explainBody(request, entry, deps)],
  };
}

const none = (code: string, reason: string): ExplainedEvent => ({ outcome: 'ignored', code, reason });

async function explainBody(request: PlatformRequest, entry: Entry, deps: ExplainDeps): Promise<ExplainedEvent> {
  const body = readBodyValue(Buffer.from(request.body), contentTypeOf(request));
  if (!body.ok) return none('payload_unreadable', body.detail);
  const payload = readPayload(body.value);
  switch (payload.kind) {
    case 'challenge':
      return none('url_verification', 'Slack asks whether the URL is ours: it is answered, and is no event.');
    case 'app_rate_limited':
      return none('app_rate_limited', 'Slack tells that it holds events back.');
    case 'unreadable':
      return none('payload_unreadable', payload.detail);
    case 'event':
    case 'command':
    case 'interaction':
      return explainReadable(payload, entry, deps);
  }
}

/** Commands and interactions come as forms; what looks like JSON has its type by now. */
const contentTypeOf = ({ headers }: PlatformRequest) =>
  headers['content-type']?.[0] ?? 'application/x-www-form-urlencoded';

async function explainReadable(payload: Readable, entry: Entry, deps: ExplainDeps): Promise<ExplainedEvent> {
  const { config: connector } = entry;
  const bot = await botIds(payload, entry, deps);
  const normalized = normalize(payload, { connector, bot, now: deps.now() });
  if (normalized.outcome === 'ignored') {
    const { eventId, code, detail } = normalized;
    return { outcome: 'ignored', event_id: eventId, code, reason: detail };
  }
  const { draft, onlyIfBound, twinOf } = normalized;
  if (onlyIfBound !== undefined && !(await isBound(onlyIfBound, deps.bus))) {
    const reason = 'Nobody mentioned the bot, and it takes no part in this thread.';
    return { outcome: 'ignored', event_id: deliveryId(payload), code: 'not_mentioned', reason };
  }
  const { event, fingerprint, idempotent } = draft;
  const notes = twinOf === undefined ? [] : ['Slack may deliver this message twice under two ids: both are one event.'];
  return { outcome: 'event', event, fingerprint, idempotent, notes };
}

async function botIds(payload: Readable, entry: Entry, { identities }: ExplainDeps): Promise<BotIds> {
  if (entry.state !== 'ready') return { users: new Set(), bots: new Set() };
  return identities.idsFor({ entry, through: tenantOf(payload), payload });
}
