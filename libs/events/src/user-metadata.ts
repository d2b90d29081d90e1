import { z } from 'zod';
import { jsonDepth } from './json-depth.ts';

/** Nesting of JSON that we take from others, at most. */
export const maxJsonDepth = 64;

/** Metadata as users send it. Keys that start with `trunkline.` are ours, and a payload that sets one is refused. */
export const userMetadataSchema = z
  .record(z.string(), z.unknown())
  .refine(
    (all) => Object.keys(all).every((key) => !key.startsWith('trunkline.')),
    'keys that start with "trunkline." are ours',
  )
  .refine((all) => jsonDepth(all, maxJsonDepth) <= maxJsonDepth, `is nested deeper than ${maxJsonDepth} levels`);
