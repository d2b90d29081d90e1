import type { EventData } from '@trunkline/events';
import { sha256Hex } from '@trunkline/events';
import type { EventPayload } from './event-payload.ts';

/** Where an event belongs: its queue, the keys that its session is bound to, and the session that is made when none is. */
export interface Place {
  conversation: EventData['conversation'];
  bindingKeys: EventData['binding_keys'];
  naturalSessionId?: string;
}

interface Connector {
  name: string;
  platform: string;
  fixed_session_id?: string | undefined;
  additional_binding_keys: readonly string[];
}

const longestKey = 512;

/**
 * The place of an event (spec 4.2): its thread, else its routing key, else the connector's fixed session, else none.
 *
 * A thread is bound by its own full path and nothing else: a key for a part of it would merge the siblings below.
 */
export function placeOf(
  payload: Pick<EventPayload, 'thread' | 'routing_key'>,
  connector: Connector,
): Place | undefined {
  const { name, platform, fixed_session_id: fixed } = connector;
  const path = payload.thread?.path ?? [];
  const { routing_key: routingKey } = payload;
  if (path.length > 0) return bound({ kind: 'thread', path, derivedFrom: [platform, path] }, connector);
  if (routingKey !== undefined && routingKey !== '') {
    const derivedFrom = ['routing_key', platform, routingKey];
    return bound({ kind: 'none', path: [routingKey], derivedFrom }, connector);
  }
  if (fixed === undefined) return undefined;
  return { conversation: { key: `external:${name}:${fixed}`, kind: 'none', path: [fixed] }, bindingKeys: [] };
}

function bound(
  place: { kind: 'thread' | 'none'; path: string[]; derivedFrom: unknown[] },
  { name, additional_binding_keys: additional }: Connector,
): Place {
  const { kind, path, derivedFrom } = place;
  const digest = sha256Hex(JSON.stringify(derivedFrom));
  const readable = `external:${name}:${kind === 'thread' ? JSON.stringify(path) : `routing_key:${path[0]}`}`;
  const key = readable.length <= longestKey ? readable : `external:${name}:${digest}`;
  return {
    conversation: { key, kind, path },
    bindingKeys: [
      { key, origin: 'conversation' },
      ...additional.filter((each) => each !== key).map((each) => ({ key: each, origin: 'connector' as const })),
    ],
    naturalSessionId: `external:${name}:${digest.slice(0, 16)}`,
  };
}
