import { z } from 'zod';
import { canonicalJson } from './canonical-json.ts';
import { connectorKinds, type ConnectorKind } from './connector-ref.ts';
import { readAs, tolerant } from './tolerant.ts';

const text = z.string().min(1);

// Fields in the order of the alphabet: what zod gives out is in the order of the shape.
const knownHandle = z.discriminatedUnion('type', [
  z.strictObject({
    connector: text
      .optional()
      .describe('The http connector whose network rules and signing secret apply; none: the pseudo-connector.'),
    headers: z.record(z.string(), z.string()).optional(),
    type: z.literal('http'),
    url: text,
  }),
  z.strictObject({
    channel_id: text,
    connector: text,
    enterprise_id: text.optional(),
    team_id: text.optional(),
    thread_ts: text.optional(),
    type: z.literal('slack'),
  }),
  z.strictObject({
    chat_id: text,
    connector: text,
    message_thread_id: text.optional(),
    reply_to_message_id: text.optional(),
    type: z.literal('telegram'),
  }),
  z.strictObject({
    connector: text,
    conversation: text
      .optional()
      .describe('What is delivered in order; without it, what has the same route. A route may name a single message.'),
    route: text,
    type: z.literal('external'),
  }),
]);

const isKnown = (type: string) => connectorKinds.some((kind) => kind === type);
const unknownHandle = z.looseObject({ type: text.refine((type) => !isKnown(type), 'lacks a field of its kind') });

/** A canonical reply target, as it stands in events, turns and deliveries. Read with any newer kind of platform. */
export const replyHandleSchema = readAs(knownHandle, z.union([tolerant<ReplyHandle>(knownHandle), unknownHandle]));

/** The canonical, comparable form of a reply target: structured, keys sorted, empty fields dropped, URL and ids normalized. */
export type ReplyHandle = z.output<typeof knownHandle>;

/** The same text for equal targets, and for them only. */
export const targetKey = (handle: ReplyHandle): string => canonicalJson(handle);

/** The connector that delivers to a target; `http` without one goes by the pseudo-connector `_`. */
export function targetConnector(handle: ReplyHandle): { kind: ConnectorKind; name: string } {
  return { kind: handle.type, name: handle.connector ?? '_' };
}

/** What the platform's rate limit applies to: it decides the lane of a delivery, so that one owner keeps the budget. */
export function budgetScope(handle: ReplyHandle): string {
  if (handle.type === 'http') return `http:${new URL(handle.url).host}`;
  if (handle.type === 'slack') return `slack:${handle.connector}:${handle.channel_id}`;
  return `${handle.type}:${handle.connector}`;
}
