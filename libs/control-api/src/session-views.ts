import { z } from 'zod';
import { connectorSchema, deliverySummarySchema, targetSchema } from './delivery-views.ts';

const scopeSchema = z.record(z.string(), z.array(z.string()).optional());

/** A session as it is now. */
export const sessionSummarySchema = z.object({
  session_id: z.string(),
  generation: z.int().describe('Counts the lives of the id, from 1.'),
  state: z.enum(['active', 'ended']),
  connector: connectorSchema.optional().describe('Whose event made it; missing where an operator did.'),
  created_at: z.string(),
  ended_at: z.string().optional(),
  last_turn_at: z
    .string()
    .optional()
    .describe('Of the turns that are kept: 30 days. In lists, of the conversation that the session was noted in last.'),
  active_at: z
    .string()
    .optional()
    .describe('When something last happened in it, to the day: a session that is idle for long ends by itself.'),
  persona_id: z.string().optional(),
  capability_scope: scopeSchema,
  credential_scope: scopeSchema,
  reply_targets: z.array(targetSchema).describe('Where outputs go that bring no target of their own.'),
});
export type SessionSummary = z.output<typeof sessionSummarySchema>;

/** A session with the keys that lead to it. */
export const sessionViewSchema = sessionSummarySchema.extend({ binding_keys: z.array(z.string()) });
export type SessionView = z.output<typeof sessionViewSchema>;

/** Something that a consumer wanted said, and what became of it. */
export const outputViewSchema = z.object({
  output_id: z.string(),
  session_id: z.string(),
  turn_id: z.string().optional(),
  at: z.string().describe('When it was published.'),
  output: z.looseObject({}).describe('As it was published, without reply handle and without the bytes of files.'),
  state: z
    .enum(['waiting', 'local', 'routed', 'repeated', 'unreadable'])
    .describe(
      'waiting: no router has looked at it, or it is a dead letter. local: it has no target. repeated: of an earlier one.',
    ),
  deliveries: z.array(deliverySummarySchema).describe('Those that are kept: until 48 h after they are settled.'),
});
export type OutputView = z.output<typeof outputViewSchema>;
