import { z } from 'zod';
import { eventSchema, foreignMajor } from './event.ts';
import { member, readVersioned, unknownVersion, type Read } from './read.ts';
import { replyHandleSchema } from './reply-handle.ts';
import { capabilityScopeSchema, credentialScopeSchema } from './session-policy.ts';
import { tolerant } from './tolerant.ts';

/** An event routed into a session: what a consumer receives. Strict: for writing; `readTurn` reads. */
export const turnSchema = z.strictObject({
  v: z.literal(1),
  turn_id: z.string().min(1),
  session: z.strictObject({
    session_id: z.string().min(1),
    generation: z.int().describe('Counts the lives of a session id, from 1.'),
    persona_id: z.string().optional(),
    capability_scope: capabilityScopeSchema,
    credential_scope: credentialScopeSchema,
  }),
  seq: z.int().describe('Counts the turns of the conversation, from 1.'),
  event: eventSchema,
  reply_targets: z.array(replyHandleSchema),
  reply_handle: z.string().min(1).describe('Sealed snapshot of the reply targets: hand it back with each output.'),
  output_subject: z.string().min(1).describe('Where to publish outputs.'),
  notes: z
    .strictObject({
      foreign_keys: z
        .array(z.string())
        .optional()
        .describe('Keys of the event that are bound to other sessions and were left there.'),
    })
    .optional(),
});
export type Turn = z.infer<typeof turnSchema>;

/** The turn as it is read: unknown fields are kept. */
export const turnReadSchema = tolerant(turnSchema);

/** Reads a turn from the bus; an event of another major version inside makes the turn one. */
export function readTurn(document: unknown): Read<Turn> {
  const foreign = foreignMajor(member(document, 'event'));
  return foreign === undefined ? readVersioned(turnReadSchema, document) : unknownVersion('event.dataschema', foreign);
}
