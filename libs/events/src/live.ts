import { z } from 'zod';
import { streamSchema } from './output.ts';
import { readVersioned, type Read } from './read.ts';
import { tolerant } from './tolerant.ts';

/** What a session shows while it works: a status, or a piece of an output that grows. Not stored; the closing output is. */
export const liveSchema = z.strictObject({
  v: z.literal(1),
  turn_id: z.string().min(1).optional(),
  reply_handle: z
    .string()
    .min(1)
    .optional()
    .describe("The turn's, handed back with `open` and with a status: where it is shown. Without one nobody shows it."),
  output_id: z
    .string()
    .min(1)
    .optional()
    .describe('The output that the pieces belong to, and that will hold the whole text.'),
  stream: streamSchema.optional(),
  content: z.string().optional().describe('What a delta adds.'),
  status: z.string().optional().describe('typing, thinking, or any text.'),
});
export type Live = z.infer<typeof liveSchema>;

/** The live message as it is read: unknown fields are kept. */
export const liveReadSchema = tolerant(liveSchema);

/** Reads what came on a session's live subject. */
export const readLive = (document: unknown): Read<Live> => readVersioned(liveReadSchema, document);
