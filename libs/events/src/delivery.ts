import { z } from 'zod';
import { outputSchema } from './output.ts';
import { member, readVersioned, unknownVersion, type Read } from './read.ts';
import { replyHandleSchema } from './reply-handle.ts';
import { tolerant } from './tolerant.ts';

/** One output on its way to one target. Strict: for writing; `readDelivery` reads. */
export const deliverySchema = z.strictObject({
  v: z.literal(1),
  delivery_id: z.string().min(1),
  output_id: z.string().min(1),
  session_id: z.string().min(1),
  turn_id: z.string().optional(),
  target: replyHandleSchema,
  output: outputSchema,
  created_at: z.iso.datetime({ offset: true }),
  expires_at: z.iso.datetime({ offset: true }),
  replay: z
    .strictObject({
      n: z.int().describe('Counts the replays by operators.'),
      fresh: z.boolean().optional().describe('Starts over instead of continuing.'),
    })
    .optional(),
});
export type Delivery = z.infer<typeof deliverySchema>;

/** The delivery as it is read: unknown fields are kept. */
export const deliveryReadSchema = tolerant(deliverySchema);

/** Reads a delivery from the bus; an output of another major version inside makes the delivery one. */
export function readDelivery(document: unknown): Read<Delivery> {
  const version = member(member(document, 'output'), 'v');
  if (typeof version === 'number' && version !== 1) return unknownVersion('output.v', version);
  return readVersioned(deliveryReadSchema, document);
}
