import { z } from 'zod';

/** Every state of a delivery. The last five are final until somebody replays it. */
export const deliveryStates = [
  'pending',
  'delivering',
  'parked',
  'delivered',
  'dead',
  'expired',
  'cancelled',
  'unknown',
] as const;

/** A connector as answers name it. A newer gateway may bring another kind. */
export const connectorSchema = z.object({ kind: z.string(), name: z.string() });

/** A reply target in canonical form, of whatever kind. */
export const targetSchema = z.looseObject({ type: z.string() });

const attemptSchema = z.object({
  n: z.int(),
  step: z.int(),
  started_at: z.string(),
  duration_ms: z.number().optional(),
  outcome: z.string().optional().describe('Missing: the call is under way, or its maker died.'),
  code: z.string().optional(),
  reason: z.string().optional(),
  status: z.int().optional().describe('Of HTTP.'),
  platform_message_id: z.string().optional(),
});

/** A delivery without what was tried. */
export const deliverySummarySchema = z.object({
  delivery_id: z.string(),
  output_id: z.string(),
  session_id: z.string(),
  turn_id: z.string().optional(),
  connector: connectorSchema,
  target: targetSchema,
  target_id: z.string(),
  state: z.enum(deliveryStates),
  reason: z.object({ code: z.string(), detail: z.string() }).optional(),
  attempt_count: z.int(),
  next_attempt_at: z.string().optional(),
  created_at: z.string(),
  expires_at: z.string(),
  settled_at: z.string().optional(),
  replays: z.int().describe('How often it was replayed.'),
  resolution: z
    .object({
      at: z.string(),
      reason: z.string(),
      correction: z
        .object({ output_id: z.string(), delivery_id: z.string() })
        .optional()
        .describe('What was said in its place.'),
    })
    .optional()
    .describe('What a person made of it.'),
});
export type DeliverySummary = z.output<typeof deliverySummarySchema>;

/** A delivery with all that is known of its way. */
export const deliveryViewSchema = deliverySummarySchema.extend({
  output: z
    .looseObject({})
    .optional()
    .describe('What is to be said, without the bytes of files; missing once its message is older than 7 days.'),
  attempts: z.array(attemptSchema).describe('The newest 20.'),
  steps: z
    .record(z.string(), z.object({ done: z.literal(true), platform_message_id: z.string().optional() }))
    .describe('Chunks and files that the platform has, by their number.'),
  in_doubt: z.int().optional().describe('The step that was called without its outcome being known.'),
  target_state: z
    .object({
      disabled: z.object({ at: z.string(), reason: z.string() }).optional(),
      breaker: z.object({ failures: z.int(), open_until: z.string() }).optional(),
    })
    .optional()
    .describe('Of the target, where it is not as usual.'),
});
export type DeliveryView = z.output<typeof deliveryViewSchema>;
