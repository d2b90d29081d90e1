import { z } from 'zod';
import { connectorSchema } from './delivery-views.ts';

/** What became of an event. `pending`: stored, and no router has judged it yet. */
export const eventOutcomes = ['accepted', 'rejected', 'ignored', 'dead', 'pending'] as const;

/** An event in one line. */
export const eventSummarySchema = z.object({
  event_id: z.string(),
  connector: connectorSchema,
  outcome: z
    .enum(eventOutcomes)
    .describe('rejected, ignored: became no turn. dead: a group of consumers gave its turn up.'),
  at: z.string().describe('When that was decided.'),
  type: z.string().optional(),
  conversation: z.string().optional().describe('Key of its conversation.'),
  actor: z.object({ id: z.string(), name: z.string().optional() }).optional(),
  text: z.string().optional().describe('The first 200 characters.'),
  session_id: z.string().optional(),
  turn_id: z.string().optional(),
  replay_of: z.string().optional(),
  group: z.string().optional().describe('Of consumers, where the event is dead.'),
  reason: z.object({ code: z.string(), detail: z.string() }).optional(),
});
export type EventSummary = z.output<typeof eventSummarySchema>;

/** The CloudEvent as it stands on the bus. */
const cloudEventSchema = z.looseObject({ id: z.string(), type: z.string() });

/** A turn as answers show it: without its reply handle, which is a key to the conversation. */
export const turnViewSchema = z.object({
  turn_id: z.string(),
  seq: z.int().describe('Counts the turns of the conversation, from 1.'),
  at: z.string().describe('When it was routed.'),
  session_id: z.string(),
  generation: z.int(),
  persona_id: z.string().optional(),
  connector: connectorSchema,
  event: cloudEventSchema,
  reply_targets: z.array(z.looseObject({ type: z.string() })),
  foreign_keys: z.array(z.string()).optional().describe('Keys of the event that belong to other sessions.'),
});
export type TurnView = z.output<typeof turnViewSchema>;
