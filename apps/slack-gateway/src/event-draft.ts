import type { SlackConnector } from '@trunkline/config';
import { eventDataSchema, sha256Hex, targetKey, type EventData, type ReplyHandle } from '@trunkline/events';
import type { EventDraft } from '@trunkline/gateway-kit';
import type { Place, Said } from './said.ts';
import type { Tenant } from './tenant.ts';

interface Context {
  connector: SlackConnector;
  tenant: Tenant;
}

/** Puts what was said into the form of an event, as the connector's configuration wants it. */
export function eventDraft(said: Said, { connector, tenant }: Context): EventDraft {
  const key = conversationKey(said, { connector, tenant });
  const data = dataOf(said, { connector, tenant, key });
  const event = {
    specversion: '1.0',
    id: said.id,
    source: `/connectors/slack/${connector.name}`,
    type: said.type,
    subject: key,
    time: said.time,
    datacontenttype: 'application/json',
    dataschema: eventDataSchema,
    connector: `slack/${connector.name}`,
    platform: 'slack',
    partitionkey: key,
    data,
  } as const;
  return { event, fingerprint: fingerprintOf(said.id), idempotent: true, assets: [] };
}

/** The same draft under the id that a twin of it went by. */
export function renamed(draft: EventDraft, id: string): EventDraft {
  return { ...draft, event: { ...draft.event, id }, fingerprint: fingerprintOf(id) };
}

/**
 * Of the identity, not of the words: twins of one message (`app_mention` and `message`, two workspaces of a shared channel)
 * differ in their fields and are the same event. Slack never gives one id to two things.
 */
const fingerprintOf = (id: string) => sha256Hex(`slack:${id}`);

/** `slack:<name>[:enterprise:<E>][:team:<T>]:<channel>[:<root>]`, with the user at the end where each has their own session. */
export function conversationKey(
  { place, actor }: Pick<Said, 'place' | 'actor'>,
  { connector, tenant }: Context,
): string {
  const { channel, root } = place;
  const installation = [
    'slack',
    connector.name,
    ...(tenant.orgWide && tenant.enterprise !== undefined ? ['enterprise', tenant.enterprise] : []),
    ...(tenant.team === undefined ? [] : ['team', tenant.team]),
  ];
  if (channel === undefined) return installation.join(':');
  const scope = connector.session_scope === 'auto' ? autoScope(place) : connector.session_scope;
  const inside = { thread: root, channel: undefined, user: actor.id }[scope];
  return [...installation, channel, ...(inside === undefined ? [] : [inside])].join(':');
}

const autoScope = ({ kind }: Place) => (kind === 'direct' ? 'channel' : 'thread');

/** Whether the key of this place names a thread, so that a session bound to it takes part in that thread. */
export const keyHoldsThread = (place: Place, scope: SlackConnector['session_scope']) =>
  (scope === 'auto' ? autoScope(place) : scope) === 'thread';

function dataOf(said: Said, { connector, tenant, key }: Context & { key: string }): EventData {
  const { place, actor, content, message, relation, intent, raw } = said;
  const { fixed_session_id: fixed, session_policy: policy } = connector;
  const path = [tenant.team ?? tenant.enterprise, place.channel, place.inThread ? place.root : undefined];
  return {
    connector: { kind: 'slack', name: connector.name },
    platform: 'slack',
    actor,
    conversation: {
      key,
      kind: place.inThread && place.kind !== 'direct' ? 'thread' : place.kind,
      path: path.filter((part) => part !== undefined),
      ...(place.title !== undefined && { title: place.title }),
    },
    ...(content && { content }),
    ...(message && { message }),
    ...(relation && { relation }),
    ...(intent !== undefined && { intent }),
    binding_keys: [
      { key, origin: 'conversation' },
      ...connector.additional_binding_keys.map((more) => ({ key: more, origin: 'connector' as const })),
    ],
    reply_targets: replyTargets(place, { connector, tenant }),
    session: { ...(fixed !== undefined && { fixed_session_id: fixed }), natural_session_id: key, policy },
    metadata: metadataOf(said),
    ...(raw !== undefined && { raw }),
  };
}

/** Where it came from first, when answers go back there. In a channel they go into the thread; people write directly without. */
function replyTargets(place: Place, { connector, tenant }: Context): ReplyHandle[] {
  const self = connector.include_self_output ? selfTarget(place, { connector, tenant }) : undefined;
  const own = self ? [self] : [];
  if (connector.additional_reply_targets.length === 0) return own;
  const targets = [...own, ...connector.additional_reply_targets];
  return [...new Map(targets.map((target) => [targetKey(target), target])).values()];
}

function selfTarget(place: Place, { connector, tenant }: Context): ReplyHandle | undefined {
  if (place.channel === undefined) return undefined;
  const threaded = place.kind !== 'direct' || place.inThread;
  // The canonical form as it is, fields in its order: ids were checked where the payload was read.
  return {
    channel_id: place.channel,
    connector: connector.name,
    ...(tenant.enterprise !== undefined && { enterprise_id: tenant.enterprise }),
    ...(tenant.team !== undefined && { team_id: tenant.team }),
    ...(threaded && place.root !== undefined && { thread_ts: place.root }),
    type: 'slack',
  };
}

function metadataOf({ facts = {}, change }: Said): Record<string, unknown> {
  const own = Object.entries(facts).filter(([, value]) => value !== undefined);
  return {
    ...(change !== undefined && { 'trunkline.change': change }),
    ...Object.fromEntries(own.map(([name, value]) => [`trunkline.slack.${name}`, value])),
  };
}
