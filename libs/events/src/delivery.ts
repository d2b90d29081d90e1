import { z } from 'zod';
import { outputSchema } from './output.ts';
import { readVersioned, type Read } from './read.ts';
import type { ReplyHandle } from './reply-target.ts';

const handle = z.looseObject({ type: z.enum(['http', 'slack', 'telegram', 'external']) }) as unknown as z.ZodType<ReplyHandle>;

/** One output on its way to one target. `replay` counts operator replays; `fresh` starts over instead of continuing. */
export const deliverySchema = z.looseObject({
  v: z.number(),
  delivery_id: z.string(),
  output_id: z.string(),
  session_id: z.string(),
  turn_id: z.string().optional(),
  target: handle,
  output: outputSchema.loose(),
  created_at: z.string(),
  expires_at: z.string(),
  replay: z.looseObject({ n: z.number(), fresh: z.boolean().optional() }).optional(),
});
export type Delivery = z.infer<typeof deliverySchema>;

/** Reads a delivery from the bus. */
export const readDelivery = (document: unknown): Read<Delivery> => readVersioned(deliverySchema, document);
