import { eventDataSchema, sha256Hex, type TrunklineEvent } from '@trunkline/events';

/** What an operator says in a session. */
export interface OperatorInput {
  sessionId: string;
  content: string;
  /** Of whoever says it: a token's name. */
  author: string;
  /** The same key is the same input. */
  key: string;
  now: number;
}

/** Nobody's connector: it has no configuration, and no gateway serves it. */
const connector = { kind: 'http', name: '_' } as const;

/** An input as an event: from the pseudo-connector, fixed to its session, answered where the session's defaults say. */
export function inputEvent({ sessionId, content, author, key, now }: OperatorInput): TrunklineEvent {
  const conversation = `session:${sessionId}`;
  return {
    specversion: '1.0',
    id: `input_${sha256Hex(JSON.stringify([sessionId, key])).slice(0, 32)}`,
    source: `/connectors/${connector.kind}/${connector.name}`,
    type: 'trunkline.message.created',
    subject: conversation,
    time: new Date(now).toISOString(),
    datacontenttype: 'application/json',
    dataschema: eventDataSchema,
    connector: `${connector.kind}/${connector.name}`,
    platform: 'operator',
    partitionkey: conversation,
    data: {
      connector,
      platform: 'operator',
      actor: { id: `operator:${author}`, name: author },
      conversation: { key: conversation, kind: 'none', path: [conversation] },
      content: { text: content },
      binding_keys: [],
      reply_targets: [],
      session: {
        fixed_session_id: sessionId,
        policy: { create_if_missing: false, capability_scope: {}, credential_scope: {} },
      },
      metadata: {},
    },
  };
}
