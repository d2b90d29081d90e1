import { z } from 'zod';
import { readWith, type Read } from './read.ts';

/** What is remembered of an event id: whether it became a turn, of which session, or why not. */
export const receiptSchema = z.looseObject({
  event_id: z.string(),
  fingerprint: z.string().optional(),
  status: z.enum(['accepted', 'rejected']),
  session_id: z.string().optional(),
  turn_id: z.string().optional(),
  /** Why it was rejected, for programs and for people. */
  code: z.string().optional(),
  reason: z.string().optional(),
  /** Sequence on EVENTS. */
  seq: z.number(),
});
export type Receipt = z.infer<typeof receiptSchema>;

/** Reads a receipt from the bus. */
export const readReceipt = (document: unknown): Read<Receipt> => readWith(receiptSchema, document);
