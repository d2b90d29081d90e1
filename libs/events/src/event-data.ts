import { z } from 'zod';
import { connectorRefSchema } from './connector-ref.ts';
import { replyHandleSchema } from './reply-handle.ts';
import { sessionPolicySchema } from './session-policy.ts';
import { openEnum } from './tolerant.ts';

const name = z.string().min(1);

/** A file that came with an event. */
export const attachmentSchema = z.strictObject({
  asset_id: name,
  file_name: z.string().optional(),
  media_type: z.string().optional(),
  byte_length: z.number().optional(),
  url: z.string().optional().describe('Where to fetch it: ours is signed and expires.'),
});
export type Attachment = z.infer<typeof attachmentSchema>;

const actor = z.strictObject({ id: name, name: z.string().optional(), is_bot: z.boolean().optional() });

const conversation = z.strictObject({
  key: name.describe('Names the conversation within its connector; events of one key are in order.'),
  kind: openEnum(
    ['direct', 'group', 'channel', 'thread', 'topic', 'none'],
    'What kind of place it is; none: not a place of people.',
  ),
  path: z
    .array(z.string())
    .describe('The place in terms of the platform alone, outermost first, whatever our configuration says.'),
  title: z.string().optional(),
});

const content = z.strictObject({
  text: z.string(),
  markdown: z.string().optional(),
  mentions: z.array(z.strictObject({ id: name, name: z.string().optional() })).optional(),
  attachments: z.array(attachmentSchema).optional(),
  buttons: z
    .array(z.strictObject({ label: z.string(), value: z.string().optional(), url: z.string().optional() }))
    .optional()
    .describe('Offered with a message, or the one that was pressed.'),
});

const relation = z.strictObject({
  kind: openEnum(['reply_to', 'edit_of', 'deletion_of', 'reaction_to', 'press_of'], 'How it relates to its target.'),
  target_event_id: z.string().optional(),
  target_message_id: z.string().optional(),
});

/** What happened, in our own words (spec 3.1). Strict: it is for writing; `readEvent` reads. */
export const eventDataContentSchema = z.strictObject({
  connector: connectorRefSchema,
  platform: name,
  actor,
  conversation,
  content: content.optional(),
  content_ref: name.optional().describe('Name in the object store of a text that is too large for a message.'),
  message: z.strictObject({ id: name, thread_id: z.string().optional() }).optional(),
  relation: relation.optional(),
  intent: z.string().optional(),
  routing_key: z.string().optional(),
  binding_keys: z
    .array(z.strictObject({ key: name, origin: z.enum(['payload', 'conversation', 'connector']) }))
    .describe("Strongest first: the payload's, the conversation's own, the connector's."),
  requested_session_id: name.optional(),
  reply_targets: z.array(replyHandleSchema).describe('Where answers go, canonical.'),
  session: z.strictObject({
    fixed_session_id: name.optional(),
    natural_session_id: name.optional().describe('The session that the conversation gets when none is bound yet.'),
    policy: sessionPolicySchema,
  }),
  replay_of: name.optional().describe('Id of the event that this one repeats on request.'),
  metadata: z.record(z.string(), z.unknown()).describe('Keys that start with "trunkline." are ours.'),
  raw: z.unknown().optional().describe('What the platform sent.'),
  raw_ref: name.optional().describe('Name in the object store of a raw payload that is too large for a message.'),
});
export type EventData = z.infer<typeof eventDataContentSchema>;
