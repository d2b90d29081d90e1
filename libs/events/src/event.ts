import { z } from 'zod';
import { connectorRefSchema } from './connector-ref.ts';
import { readWith, type Read } from './read.ts';

/** Everything that can have happened on a platform. */
export const eventTypes = [
  'trunkline.message.created',
  'trunkline.message.edited',
  'trunkline.message.deleted',
  'trunkline.reaction.added',
  'trunkline.reaction.removed',
  'trunkline.command.invoked',
  'trunkline.interaction.received',
  'trunkline.conversation.changed',
  'trunkline.turn.cancelled',
  'trunkline.domain.event',
  'trunkline.unsupported',
] as const;
export type EventType = (typeof eventTypes)[number];

/** The version that we write. Readers accept any minor version of the same major one. */
export const eventDataSchema = 'urn:trunkline:event:1.0';

/** A file that came with an event; `url` is ours, signed and expiring. */
export const attachmentSchema = z.looseObject({
  asset_id: z.string(),
  file_name: z.string().optional(),
  media_type: z.string().optional(),
  byte_length: z.number().optional(),
  url: z.string().optional(),
});
export type Attachment = z.infer<typeof attachmentSchema>;

const json = z.unknown();

/** What happened, in our own words (spec 3.1). Read loosely: what newer versions add is kept. */
export const eventDataContentSchema = z.looseObject({
  connector: connectorRefSchema.loose(),
  platform: z.string(),
  actor: z.looseObject({ id: z.string(), name: z.string().optional(), is_bot: z.boolean().optional() }),
  conversation: z.looseObject({
    key: z.string(),
    kind: z.enum(['direct', 'group', 'channel', 'thread', 'topic', 'none']).catch('none'),
    path: z.array(z.string()),
    title: z.string().optional(),
  }),
  content: z
    .looseObject({
      text: z.string(),
      markdown: z.string().optional(),
      mentions: z.array(json).optional(),
      attachments: z.array(attachmentSchema).optional(),
      buttons: z.array(json).optional(),
    })
    .optional(),
  /** Name in the object store of a content too large for a message. */
  content_ref: z.string().optional(),
  message: z.looseObject({ id: z.string(), thread_id: z.string().optional() }).optional(),
  relation: z
    .looseObject({
      kind: z.string(),
      target_event_id: z.string().optional(),
      target_message_id: z.string().optional(),
    })
    .optional(),
  intent: z.string().optional(),
  routing_key: z.string().optional(),
  /** Strongest first: what the payload named, then the conversation's own, then the connector's. */
  binding_keys: z.array(z.looseObject({ key: z.string(), origin: z.enum(['payload', 'conversation', 'connector']) })),
  requested_session_id: z.string().optional(),
  reply_targets: z.array(z.looseObject({ type: z.string() })),
  session: z.looseObject({
    fixed_session_id: z.string().optional(),
    natural_session_id: z.string().optional(),
    policy: z.looseObject({
      create_if_missing: z.boolean().default(true),
      persona_id: z.string().optional(),
      capability_scope: z.record(z.string(), z.array(z.string()).optional()).default({}),
      credential_scope: z.record(z.string(), z.array(z.string()).optional()).default({}),
    }),
  }),
  replay_of: z.string().optional(),
  metadata: z.record(z.string(), json),
  raw: json.optional(),
  /** Name in the object store of a raw payload too large for a message. */
  raw_ref: z.string().optional(),
});
export type EventData = z.infer<typeof eventDataContentSchema>;

/** One CloudEvents 1.0 document in structured mode, with our extension attributes. `subject` is the conversation key. */
export const eventSchema = z.looseObject({
  specversion: z.literal('1.0'),
  id: z.string().min(1),
  source: z.string().min(1),
  type: z.string().min(1),
  subject: z.string().min(1),
  time: z.string(),
  datacontenttype: z.literal('application/json'),
  dataschema: z.string(),
  connector: z.string(),
  platform: z.string(),
  partitionkey: z.string(),
  traceparent: z.string().optional(),
  data: eventDataContentSchema,
});
export type TrunklineEvent = z.infer<typeof eventSchema>;

/** Reads an event from the bus: unknown fields are kept, a newer major version is told apart from what is broken. */
export function readEvent(document: unknown): Read<TrunklineEvent> {
  const schema = typeof document === 'object' && document !== null && 'dataschema' in document ? document.dataschema : undefined;
  const major = typeof schema === 'string' ? /^urn:trunkline:event:(\d+)\./.exec(schema)?.[1] : undefined;
  if (major !== undefined && major !== '1') {
    return { ok: false, reason: 'unknown_version', problems: [`dataschema: major version ${major} is newer than this program`] };
  }
  return readWith(eventSchema, document);
}
