import type { SlackConnector } from '@trunkline/config';
import type { EventDraft } from '@trunkline/gateway-kit';
import { eventDraft, keyHoldsThread } from './event-draft.ts';
import { deliveryId, type Readable } from './event-id.ts';
import { saidByCommand } from './normalize-command.ts';
import { saidByInteraction } from './normalize-interaction.ts';
import { saidByLifecycle } from './normalize-lifecycle.ts';
import { saidByMessage } from './normalize-message.ts';
import { saidByReaction } from './normalize-reaction.ts';
import { saidByAnything } from './normalize-unsupported.ts';
import { ignored, type Ignored, type NormalizeContext, type Reading, type ReadingContext, type Said } from './said.ts';
import type { EventCallback } from './slack-payload.ts';
import { refusedBy, tenantOfCommand, tenantOfEvent, tenantOfInteraction, type Tenant } from './tenant.ts';

/** What one payload comes to. */
export type Normalized =
  | {
      outcome: 'event';
      draft: EventDraft;
      /** The token bucket that it counts against. */
      limitKey: string;
      /** Names the message; its twins name the same. Only there when a twin may go by another id. */
      twinOf: string | undefined;
      /** An event only if this conversation has a session already. */
      onlyIfBound: string | undefined;
    }
  | ({ outcome: 'ignored'; eventId: string } & Ignored);

/** Translates a payload into an event, or says why it becomes none. Pure: the golden files in fixtures/ show it. */
export function normalize(payload: Readable, context: NormalizeContext): Normalized {
  const tenant = tenantOf(payload);
  const eventId = deliveryId(payload);
  const read = refuseForeign(readingOf(payload, { ...context, tenant }), { tenant, config: context.connector });
  if (!read.ok) return { outcome: 'ignored', eventId, code: read.code, detail: read.detail };
  const { said } = read;
  const draft = eventDraft(said, { connector: context.connector, tenant });
  const gate = mentionGate(said, { connector: context.connector, key: draft.event.subject });
  if (gate.closed) return { outcome: 'ignored', eventId, code: 'not_mentioned', detail: 'Nobody mentioned the bot.' };
  const limitKey = ['slack', context.connector.name, tenant.team ?? '', said.place.channel ?? ''].join('/');
  return { outcome: 'event', draft, limitKey, twinOf: said.twinOf, onlyIfBound: gate.onlyIfBound };
}

/** The tenant of a payload, whatever it is. */
export function tenantOf(payload: Readable): Tenant {
  switch (payload.kind) {
    case 'event':
      return tenantOfEvent(payload.body);
    case 'command':
      return tenantOfCommand(payload.body);
    case 'interaction':
      return tenantOfInteraction(payload.body);
  }
}

function readingOf(payload: Readable, context: ReadingContext): Reading {
  switch (payload.kind) {
    case 'event':
      return readingOfEvent(payload.body, context);
    case 'command':
      return enabled('slash_command', context) ? saidByCommand(payload.body, context) : notEnabled('slash_command');
    case 'interaction':
      return enabled('interaction', context) ? saidByInteraction(payload.body, context) : notEnabled('interaction');
  }
}

function readingOfEvent(body: EventCallback, context: ReadingContext): Reading {
  const { type } = body.event;
  if (type === 'message' || type === 'app_mention') {
    return enabled(type, context) ? saidByMessage(body, context) : notEnabled(type);
  }
  if (type === 'reaction_added' || type === 'reaction_removed') {
    return enabled(type, context) ? saidByReaction(body, context) : notEnabled(type);
  }
  // About the installation and its sessions, not something that people say: never switched off.
  const lifecycle = saidByLifecycle(body, context);
  if (lifecycle) return lifecycle;
  return enabled(type, context) ? saidByAnything(body, context) : notEnabled(type);
}

const enabled = (name: string, { connector }: NormalizeContext) => connector.events.includes(name);
const notEnabled = (name: string) => ignored('event_not_enabled', `"${name}" is not among the connector's events.`);

function refuseForeign(reading: Reading, { tenant, config }: { tenant: Tenant; config: SlackConnector }): Reading {
  const channel = reading.ok ? reading.said.place.channel : undefined;
  const code = reading.ok ? refusedBy({ tenant, channel }, config) : undefined;
  return code === undefined
    ? reading
    : ignored(code, 'An allowlist of the connector does not name where this comes from.');
}

function mentionGate(
  { addressed, place }: Said,
  { connector, key }: { connector: SlackConnector; key: string },
): { closed: boolean; onlyIfBound?: string } {
  if (!connector.require_mention || place.kind === 'direct' || place.kind === 'none') return { closed: false };
  if (addressed === 'yes') return { closed: false };
  // A session of the whole channel does not tell whether the bot takes part in this thread of it.
  const threads = addressed === 'if_bound' && keyHoldsThread(place, connector.session_scope);
  return threads ? { closed: false, onlyIfBound: key } : { closed: true };
}
