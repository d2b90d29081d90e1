import { z } from 'zod';
import { readWith, type Read } from './read.ts';
import { tolerant } from './tolerant.ts';

/** What is remembered of an event id: whether it became a turn, of which session, or why not. */
export const receiptSchema = z.strictObject({
  event_id: z.string().min(1),
  fingerprint: z.string().optional(),
  status: z.enum(['accepted', 'rejected']),
  session_id: z.string().optional(),
  turn_id: z.string().optional(),
  code: z.string().optional().describe('Why it was rejected, for programs.'),
  reason: z.string().optional().describe('Why it was rejected, for people.'),
  seq: z.int().describe('Sequence on EVENTS.'),
});
export type Receipt = z.infer<typeof receiptSchema>;

/** The receipt as it is read: unknown fields are kept. */
export const receiptReadSchema = tolerant(receiptSchema);

/** Reads a receipt from the bus. */
export const readReceipt = (document: unknown): Read<Receipt> => readWith(receiptReadSchema, document);
