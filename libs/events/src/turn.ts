import { z } from 'zod';
import { eventSchema } from './event.ts';
import { readVersioned, type Read } from './read.ts';

const scope = z.record(z.string(), z.array(z.string()).optional());
const handle = z.looseObject({ type: z.string() });

/** An event routed into a session: what a consumer receives. Read loosely: what newer versions add is kept. */
export const turnSchema = z.looseObject({
  v: z.number(),
  turn_id: z.string(),
  session: z.looseObject({
    session_id: z.string(),
    generation: z.number(),
    persona_id: z.string().optional(),
    capability_scope: scope,
    credential_scope: scope,
  }),
  /** Counts the turns of the conversation, from 1. */
  seq: z.number(),
  event: eventSchema,
  reply_targets: z.array(handle),
  /** Sealed snapshot of the reply targets: hand it back with each output. */
  reply_handle: z.string(),
  /** Where to publish outputs. */
  output_subject: z.string(),
  /** Keys of the event that are bound to other sessions and were left there. */
  notes: z.looseObject({ foreign_keys: z.array(z.string()).optional() }).optional(),
});
export type Turn = z.infer<typeof turnSchema>;

/** Reads a turn from the bus. */
export const readTurn = (document: unknown): Read<Turn> => readVersioned(turnSchema, document);
